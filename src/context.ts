/**
 * The outside world as one object: environment, clock, terminal, streams, network and randomness. Everything that the
 * program takes from outside comes in here, so that a test can build a world of its own.
 *
 * @module
 */
import { ConfigurationError, SystemError } from "./errors.ts";

/** A stream that text is written to: standard output or standard error. */
export interface TextStream {
  /** Writes `text` whole. */
  write(text: string): void;
  /** Whether a person's terminal is at the other end. */
  isTerminal(): boolean;
}

/** Standard input. */
export interface TextInput {
  /** Whether a person's terminal is at the other end, so that a question can be asked. */
  isTerminal(): boolean;
  /**
   * Reads to the end of input.
   *
   * @param limit The most bytes to take; what is past them is left unread.
   */
  readText(limit: number): Promise<string>;
}

/** Questions to the person at the terminal. Call them only where standard input is one. */
export interface Prompts {
  /**
   * Asks for a secret, which is never echoed.
   *
   * @param message What stands before the place where it is typed.
   * @param colour Whether colour may be used.
   * @throws {InterruptedError} On Ctrl-C, Ctrl-D or a signal; the terminal is as it was before.
   */
  secret(message: string, colour: boolean): Promise<string>;
}

/** The way to a server. */
export interface Connection {
  /** The proxy's address, with user name and password where it needs them; `null` for none. */
  readonly proxy: string | null;
  /** Certificate authorities to trust beside the runtime's and the system's, in PEM form. */
  readonly caCerts: readonly string[];
}

/** How another program is run. */
export interface ProgramOptions {
  /** Its arguments, as they are: no shell reads them. Every user of the machine can see them. */
  readonly args: readonly string[];
  /** The whole of its standard input. */
  readonly input: string;
  /** Variables that stand over this program's own environment, which it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program at once. */
  readonly signal: AbortSignal;
}

/** What a program that has ended leaves. */
export interface ProgramResult {
  /** Its exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  /** What it wrote, up to 1 MiB each; it finds the pipe closed when it writes more. */
  readonly stdout: string;
  readonly stderr: string;
}

/** The outside world. */
export interface Context {
  /** @returns An environment variable's value; `undefined` where it is not set. */
  env(name: string): string | undefined;
  /** @returns The current time. */
  now(): Date;
  /** @returns Milliseconds from an arbitrary start, never going back, for measuring durations. */
  monotonic(): number;
  /**
   * Waits.
   *
   * @param duration Milliseconds, from 0 on.
   * @param signal Ends the wait at once.
   * @throws `signal`'s reason.
   */
  sleep(duration: number, signal: AbortSignal): Promise<void>;
  /** Fills `bytes` with cryptographically strong random values and returns it. */
  random(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  readonly system: { readonly os: typeof Deno.build.os; readonly arch: typeof Deno.build.arch };
  readonly stdin: TextInput;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly prompts: Prompts;
  /** `fetch`, on a connection of the caller's choice. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /**
   * Makes a connection, and ends it again.
   *
   * @param hostname A name or an address.
   * @param port 1 to 65535.
   * @param signal Ends the wait at once.
   * @throws What the system throws, or `signal`'s reason.
   */
  connect(hostname: string, port: number, signal: AbortSignal): Promise<void>;
  /** @returns The current folder's absolute path. */
  cwd(): string;
  /**
   * Runs another program to its end, without a shell.
   *
   * @param program Its name, to be found as the system finds programs, or its path.
   * @throws {Deno.errors.NotFound} When there is no such program.
   * @throws `signal`'s reason, once the program is killed.
   */
  runProgram(program: string, options: ProgramOptions): Promise<ProgramResult>;
  /**
   * Gives up the power to start processes, for good: what handles a key and needs no other program must not be able to
   * hand the key to one.
   */
  renounceProcesses(): void;
  /** Aborted when the program is told to stop: by Ctrl-C, by its terminal closing, by SIGTERM. */
  readonly stopped: AbortSignal;
}

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

/** Makes a connection, and ends it again: {@linkcode Context.connect} of the real world. */
export async function connect(hostname: string, port: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const waiting = Promise.withResolvers<never>();
  waiting.promise.catch(() => {});
  signal.addEventListener("abort", () => waiting.reject(signal.reason), { once: true });
  const connecting = Deno.connect({ hostname, port });
  // One that comes after all is not left open.
  connecting.then((it) => it.close()).catch(() => {});
  await Promise.race([connecting, waiting.promise]);
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
    cwd: () => Deno.cwd(),
    runProgram,
    renounceProcesses: () => void Deno.permissions.revokeSync({ name: "run" }),
    get stopped() {
      return stopped();
    },
  };
}
