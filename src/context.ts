/**
 * The outside world as one object: environment, clock, terminal, streams, network and randomness. Everything that the
 * program takes from outside comes in here, so that a test can build a world of its own.
 *
 * @module
 */

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
   * @throws {InterruptedError} On Ctrl-C, Ctrl-D or a signal; the terminal is as it was before.
   */
  secret(message: string): Promise<string>;
}

/** What stands between a request and its server. */
export interface Connection {
  /**
   * Where to connect to, past every proxy that the environment names; `undefined` leaves the way to the runtime.
   * `hostname` is as in a URL, an IPv6 address in brackets; `port` is 1 to 65535.
   */
  readonly direct?: { readonly hostname: string; readonly port: number };
}

/** The outside world. */
export interface Context {
  /** @returns An environment variable's value; `undefined` where it is not set. */
  env(name: string): string | undefined;
  /** @returns The current time. */
  now(): Date;
  /** @returns Milliseconds from an arbitrary start, never going back, for measuring durations. */
  monotonic(): number;
  /** Fills `bytes` with cryptographically strong random values and returns it. */
  random(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  readonly system: { readonly os: typeof Deno.build.os; readonly arch: typeof Deno.build.arch };
  readonly stdin: TextInput;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly prompts: Prompts;
  /** `fetch`, on a connection of the caller's choice. */
  fetch(request: Request, connection: Connection): Promise<Response>;
  /** Aborted when the program is told to stop, by SIGINT (Ctrl-C) or SIGTERM. */
  readonly stopped: AbortSignal;
}

const encoder = new TextEncoder();

function textStream(stream: typeof Deno.stdout): TextStream {
  return {
    write(text) {
      let rest = encoder.encode(text);
      while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
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

/**
 * `fetch`, on a connection of the caller's choice.
 *
 * @param request What to send.
 * @param connection The way there.
 */
export async function fetchOver(request: Request, { direct }: Connection): Promise<Response> {
  if (direct === undefined) return await fetch(request);
  // An explicit "proxy" that is the server itself: the one setting with which the runtime does not read HTTP_PROXY.
  const client = Deno.createHttpClient({ proxy: { transport: "tcp", ...direct } });
  return await fetch(request, { client });
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort());
  // Windows has no SIGTERM.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => stop.abort());
  return stop.signal;
}

/** @returns The real world. */
export function realContext(): Context {
  let stop: AbortSignal | undefined;
  // Listening costs half a millisecond, which a command that waits for nothing need not spend.
  const stopped = () => stop ??= stopSignal();
  return {
    env: (name) => Deno.env.get(name),
    now: () => new Date(),
    monotonic: () => performance.now(),
    random: (bytes) => crypto.getRandomValues(bytes),
    system: { os: Deno.build.os, arch: Deno.build.arch },
    stdin: { isTerminal: () => Deno.stdin.isTerminal(), readText },
    stdout: textStream(Deno.stdout),
    stderr: textStream(Deno.stderr),
    prompts: {
      async secret(message) {
        const { askSecret } = await import("./prompts.ts");
        return await askSecret(message, stopped());
      },
    },
    fetch: fetchOver,
    get stopped() {
      return stopped();
    },
  };
}
