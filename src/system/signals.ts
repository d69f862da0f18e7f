/**
 * The signals that tell the program to stop.
 *
 * @module
 */

/** On Windows: Ctrl-C, Ctrl-Break, and the closing of the console, which leaves the program five seconds. */
const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** A Ctrl-C may arrive twice, from the terminal and from a parent that passes it on, within this many milliseconds. */
const SAME_REQUEST = 500;

/** Since Deno 2.7, the first listener catches SIGHUP, SIGINT and SIGTERM even if the program's parent ignores them. */
const ignore = () => {};

/** Listens for the signals that tell the program to stop. */
export class StopSignals {
  readonly #signals: readonly Deno.Signal[];
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  #stoppedAt = Infinity;
  readonly #onSignal = () => {
    if (!this.stopped.aborted) {
      this.#stoppedAt = performance.now();
      this.#first.abort();
    } else if (performance.now() - this.#stoppedAt > SAME_REQUEST) this.#second.abort();
  };

  /** @param ignored Signals that stay ignored. */
  constructor(ignored: ReadonlySet<Deno.Signal>) {
    for (const signal of ignored) Deno.addSignalListener(signal, ignore);
    this.#signals = STOP_SIGNALS.filter((it) => !ignored.has(it));
    this.listen();
  }

  /** See {@linkcode Context.stopped}. */
  get stopped(): AbortSignal {
    return this.#first.signal;
  }

  /** See {@linkcode Context.stoppedAgain}. */
  get stoppedAgain(): AbortSignal {
    return this.#second.signal;
  }

  listen(): void {
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#onSignal);
  }

  pause(): void {
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#onSignal);
  }
}

/** Prints the signals that the shell can't trap because they were ignored when it started (POSIX, "trap"). */
const PRINT_IGNORED =
  `for s in HUP INT QUIT TERM USR1 USR2; do c=; trap c=1 $s; kill -s $s $$; [ "$c" ] || echo SIG$s; done`;

/**
 * Finds the signals that the parent process ignores, as `nohup` does. The runtime can't tell, but child processes inherit
 * them until the first listener is added.
 *
 * @returns Nothing on Windows or without a shell.
 */
export function findIgnoredSignals(): ReadonlySet<Deno.Signal> {
  if (Deno.build.os === "windows") return new Set();
  try {
    const streams = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    const { stdout } = new Deno.Command("/bin/sh", {
      args: ["-c", PRINT_IGNORED],
      cwd: "/",
      clearEnv: true,
      ...streams,
    }).outputSync();
    return new Set(new TextDecoder().decode(stdout).split("\n").filter((it) => it !== "") as Deno.Signal[]);
  } catch {
    return new Set();
  }
}

/**
 * Waits for work that can't be cancelled, such as a read. Throws `reason` when `signal` is aborted.
 *
 * @param reason By default the signal's.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, reason?: Error): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(reason ?? signal.reason);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([aborted.promise, work]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
