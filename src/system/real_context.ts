/**
 * The real world: the {@linkcode Context} of the program as people run it.
 *
 * @module
 */
import type { Context, TextStream } from "../context.ts";
import { connect, fetchOver, firstLine } from "./network.ts";
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
