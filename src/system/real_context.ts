/**
 * The real world: the {@linkcode Context} of the program as people run it.
 *
 * @module
 */
import type { Connection, Context, TextStream } from "../context.ts";
import { execute, launch, runProgram } from "./processes.ts";
import { programGroups } from "./program_groups.ts";
import { ConfigurationError, SystemError } from "../errors.ts";

const encoder = new TextEncoder();

function textStream(stream: typeof Deno.stdout): TextStream {
  return {
    write(text) {
      let rest = encoder.encode(text);
      try {
        while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
      } catch (error) {
        // A reader that has gone, as `head` goes, has seen enough: what the command does is not over because of that. Of
        // standard error there is nobody to tell.
        if (error instanceof Deno.errors.BrokenPipe || stream === Deno.stderr) return;
        throw new SystemError("Standard output cannot be written; is the disk full?", { cause: error });
      }
    },
    isTerminal: () => stream.isTerminal(),
  };
}

async function readText(limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = Deno.stdin.readable.getReader();
  while (size < limit) {
    const { value, done } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).arrayBuffer()).slice(0, limit);
}

/** Where the runtime looks for certificate authorities. */
const CA_STORE = "DENO_TLS_CA_STORE";
/** What the runtime reads whenever it makes an HTTP client. */
const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/**
 * `fetch`, on a connection of the caller's choice.
 *
 * @param request What to send.
 * @param connection The way there.
 */
export async function fetchOver(request: Request, connection: Connection): Promise<Response> {
  // The runtime by itself trusts what came with it alone. With this it also trusts what the system does, which knows of
  // SSL_CERT_FILE; it reads it once, before the first secure connection.
  if (request.url.startsWith("https:") && !Deno.env.has(CA_STORE)) Deno.env.set(CA_STORE, "mozilla,system");
  let client = clients.get(connection);
  if (client === undefined) clients.set(connection, client = httpClient(connection));
  return await fetch(request, { client });
}

/** A client keeps its connections to servers; making one for each request takes longer than a request on this machine. */
const clients = new WeakMap<Connection, Deno.HttpClient>();

/** The runtime has no setting for "no proxy": its variables are hidden for the moment in which it reads them. */
function httpClient({ proxy, caCerts }: Connection): Deno.HttpClient {
  const hidden = PROXY_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const name of PROXY_VARIABLES) Deno.env.delete(name);
    const options = { caCerts: [...caCerts] };
    return Deno.createHttpClient(proxy === null ? options : { ...options, proxy: { url: proxy } });
  } finally {
    for (const [name, value] of hidden) if (value !== undefined) Deno.env.set(name, value);
  }
}

/** @returns An environment variable's value; `undefined` where it is not set. */
function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    // The runtime's message would quote the value, which may be a key.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw new ConfigurationError(`The value of ${name} is not UTF-8 text`);
  }
}

/** Makes a connection, and ends it again: {@linkcode Context.connect} of the real world. */
export async function connect(hostname: string, port: number, signal: AbortSignal): Promise<void> {
  await onConnection(hostname, port, signal, () => Promise.resolve());
}

/** Asks for one line: {@linkcode Context.firstLine} of the real world. */
export async function firstLine(hostname: string, port: number, text: string, signal: AbortSignal): Promise<string> {
  return await onConnection(hostname, port, signal, async (connection) => {
    await connection.write(encoder.encode(text));
    const bytes = new Uint8Array(1024);
    let size = 0;
    while (size < bytes.length && !bytes.subarray(0, size).includes(0x0a)) {
      const count = await connection.read(bytes.subarray(size));
      if (count === null) break;
      size += count;
    }
    return new TextDecoder().decode(bytes.subarray(0, size)).split(/\r?\n/)[0];
  });
}

/** Runs `work` on a connection that is closed afterwards, also where it comes after all or the work is broken off. */
async function onConnection<T>(
  hostname: string,
  port: number,
  signal: AbortSignal,
  work: (connection: Deno.TcpConn) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const waiting = Promise.withResolvers<never>();
  waiting.promise.catch(() => {});
  signal.addEventListener("abort", () => waiting.reject(signal.reason), { once: true });
  const connecting = Deno.connect({ hostname, port });
  const working = connecting.then(work);
  working.catch(() => {});
  try {
    return await Promise.race([working, waiting.promise]);
  } finally {
    connecting.then((it) => it.close()).catch(() => {});
  }
}

async function sleep(duration: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const waiting = Promise.withResolvers<void>();
  const timer = setTimeout(waiting.resolve, duration);
  signal.addEventListener("abort", () => waiting.reject(signal.reason), { once: true });
  try {
    await waiting.promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Windows knows the first alone. */
const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** One Ctrl-C comes from the terminal, and again from a parent that passes it on: within this time, in milliseconds. */
const SAME_WISH = 500;

/** Tells when the program is to stop, unless it stands back for another one. */
class StopWatch {
  readonly #stop = new AbortController();
  readonly #insistence = new AbortController();
  #stoppedAt = Infinity;
  readonly #onSignal = () => {
    if (!this.signal.aborted) {
      this.#stoppedAt = performance.now();
      this.#stop.abort();
    } else if (performance.now() - this.#stoppedAt > SAME_WISH) this.#insistence.abort();
  };

  constructor() {
    this.watch();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get insistence(): AbortSignal {
    return this.#insistence.signal;
  }

  watch(): void {
    for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, this.#onSignal);
  }

  rest(): void {
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, this.#onSignal);
  }
}

/** @returns The real world. */
export function realContext(): Context {
  let watch: StopWatch | undefined;
  // Listening costs half a millisecond, which a command that waits for nothing need not spend.
  const stopWatch = () => watch ??= new StopWatch();
  return {
    env: readVariable,
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep,
    random: (bytes) => crypto.getRandomValues(bytes),
    system: { os: Deno.build.os, arch: Deno.build.arch },
    stdin: { isTerminal: () => Deno.stdin.isTerminal(), readText },
    stdout: textStream(Deno.stdout),
    stderr: textStream(Deno.stderr),
    prompts: {
      async secret(message, colour) {
        const { askSecret } = await import("./prompts.ts");
        return await askSecret(message, colour, stopWatch().signal);
      },
      async choose(message, choices, current, colour) {
        const { askChoice } = await import("./prompts.ts");
        return await askChoice(message, choices, current, colour, stopWatch().signal);
      },
      async chooseSeveral(message, choices, chosen, least, colour) {
        const { askSeveral } = await import("./prompts.ts");
        return await askSeveral(message, choices, chosen, least, colour, stopWatch().signal);
      },
      async text(message, colour) {
        const { askText } = await import("./prompts.ts");
        return await askText(message, colour, stopWatch().signal);
      },
    },
    fetch: fetchOver,
    connect,
    firstLine,
    async peerCertificate(hostname, port, signal) {
      const { peerCertificate } = await import("./peer_certificate.ts");
      return await peerCertificate(hostname, port, signal);
    },
    cwd: () => Deno.cwd(),
    runProgram,
    launch,
    async execute(program, args, env) {
      // What comes from now on is for the other program.
      const taken = stopWatch();
      return await execute(program, args, env, () => taken.rest()).finally(() => taken.watch());
    },
    programGroups,
    renounceProcesses: () => void Deno.permissions.revokeSync({ name: "run" }),
    renounceEnvironment: () => void Deno.permissions.revokeSync({ name: "env", variable: "*" }),
    get stopped() {
      return stopWatch().signal;
    },
    get insisted() {
      return stopWatch().insistence;
    },
  };
}
