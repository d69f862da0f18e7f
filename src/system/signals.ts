/**
 * The signals that tell the program to stop.
 *
 * @module
 */

/** On Windows: Ctrl-C, Ctrl-Break, and the end of the console, which leaves the program five seconds. */
const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** One Ctrl-C comes from the terminal, and again from a parent that passes it on: within this time, in milliseconds. */
const SAME_REQUEST = 500;

/** Since Deno 2.7, the first listener catches SIGHUP, SIGINT and SIGTERM even if the program's caller ignores them. */
const ignore = () => {};

/** Tells when the program is to stop, unless it makes way for another one. */
export class StopWatch {
  readonly #signals: readonly Deno.Signal[];
  readonly #stop = new AbortController();
  readonly #insistence = new AbortController();
  #stoppedAt = Infinity;
  readonly #onSignal = () => {
    if (!this.signal.aborted) {
      this.#stoppedAt = performance.now();
      this.#stop.abort();
    } else if (performance.now() - this.#stoppedAt > SAME_REQUEST) this.#insistence.abort();
  };

  /** @param ignored Signals that stay ignored. */
  constructor(ignored: ReadonlySet<Deno.Signal>) {
    for (const signal of ignored) Deno.addSignalListener(signal, ignore);
    this.#signals = STOP_SIGNALS.filter((it) => !ignored.has(it));
    this.watch();
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get insistence(): AbortSignal {
    return this.#insistence.signal;
  }

  watch(): void {
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#onSignal);
  }

  rest(): void {
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#onSignal);
  }
}

/** A shell can't trap a signal that was ignored when it started (POSIX, "trap"): it prints those that it doesn't catch. */
const PRINT_IGNORED =
  `for s in HUP INT QUIT TERM USR1 USR2; do c=; trap c=1 $s; kill -s $s $$; [ "$c" ] || echo SIG$s; done`;

/**
 * Finds the signals that the caller ignores, as `nohup` does. The runtime doesn't tell, but other programs inherit them
 * until the first signal is listened to.
 *
 * @returns None on Windows, and where there is no shell.
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
 * Waits for work that can't be cancelled, such as a read, until `signal` is aborted; then it throws `reason`.
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
