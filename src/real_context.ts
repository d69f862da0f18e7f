/**
 * The real world: the {@linkcode Context} of the program as people run it.
 *
 * @module
 */
import type { Connection, Context, ProgramOptions, ProgramResult, TextStream } from "./context.ts";
import { ConfigurationError, SystemError } from "./errors.ts";

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
  return await fetch(request, { client: httpClient(connection) });
}

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

/** The most that is kept of each of a program's outputs, in bytes. */
const OUTPUT_LIMIT = 1024 * 1024;

/**
 * Runs another program to its end: {@linkcode Context.runProgram} of the real world.
 *
 * @param program Its name or path.
 * @param options What it is given.
 */
export async function runProgram(
  program: string,
  { args, input, env, signal }: ProgramOptions,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const streams = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program, { args: [...args], env, ...streams }).spawn();
  // A program that ends without reading what it is given says by its exit code whether that is a failure.
  const given = new Blob([input]).stream().pipeTo(child.stdin, { signal }).catch(() => {});
  const kill = () => {
    try {
      child.kill("SIGKILL"); // No other signal is sure to end a program that waits for a person.
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener("abort", kill, { once: true });
  try {
    const outputs = [firstOf(child.stdout, signal), firstOf(child.stderr, signal)];
    const [stdout, stderr] = await Promise.all(outputs);
    const { code } = await child.status;
    await given;
    signal.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    await child.status;
    signal.removeEventListener("abort", kill);
  }
}

/**
 * @returns The text that a stream starts with, {@linkcode OUTPUT_LIMIT} at most. An abort ends the reading, too: a child
 * of the program that is killed may keep the stream open.
 */
async function firstOf(stream: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let room = OUTPUT_LIMIT;
  const enough = new Error("enough");
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      chunks.push(chunk.subarray(0, room));
      room -= chunk.length;
      if (room < 0) throw enough;
    },
  });
  await stream.pipeTo(sink, { signal }).catch((error) => {
    if (error !== enough) throw error;
  });
  return new TextDecoder().decode(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** What no program needs that this one starts for a person. */
const WITHOUT_KEYS = { FLUXLOOP_API_KEY: "", FLUXLOOP_SYNC_API_KEY: "", FLUXLOOP_API_KEY_FILE: "" };

/** Starts a program and leaves it to itself: {@linkcode Context.launch} of the real world. */
export function launch(program: string, args: readonly string[]): void {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  new Deno.Command(program, { args: [...args], env: WITHOUT_KEYS, ...streams }).spawn().unref();
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
const STOP_SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const known = Deno.build.os === "windows" ? STOP_SIGNALS.slice(0, 1) : STOP_SIGNALS;
  for (const signal of known) Deno.addSignalListener(signal, () => stop.abort());
  return stop.signal;
}

/** @returns The real world. */
export function realContext(): Context {
  let stop: AbortSignal | undefined;
  // Listening costs half a millisecond, which a command that waits for nothing need not spend.
  const stopped = () => stop ??= stopSignal();
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
        return await askSecret(message, colour, stopped());
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
    renounceProcesses: () => void Deno.permissions.revokeSync({ name: "run" }),
    get stopped() {
      return stopped();
    },
  };
}
