/**
 * The {@linkcode Context} of the real program; tests use their own.
 *
 * @module
 */
import type { Context, TextStream } from "../context.ts";
import { connect, fetchOver, prepareTls } from "./network.ts";
import { execute, launch, runProgram } from "./processes.ts";
import { maxPrograms, programGroups } from "./program_groups.ts";
import { findIgnoredSignals, StopSignals, untilAborted } from "./signals.ts";
import { ConfigurationError, InterruptedError, SystemError } from "../errors.ts";
import { decodeText } from "../text/encoding.ts";

const encoder = new TextEncoder();

function textStream(stream: typeof Deno.stdout): TextStream {
  // A terminal that was closed is no longer recognized as one.
  const isTerminal = stream.isTerminal();
  const deliver = (text: string) => {
    let rest = encoder.encode(text);
    try {
      while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
    } catch (cause) {
      throw new SystemError(`Can't write to standard output: ${reasonOf(cause)}`, { cause });
    }
  };
  return {
    write(text) {
      try {
        deliver(text);
      } catch (error) {
        const { cause } = error as { cause: Error & { code?: string } };
        // A reader such as `head` may exit early, or the terminal be closed; the command continues.
        const isUnread = cause instanceof Deno.errors.BrokenPipe || (isTerminal && cause.code === "EIO");
        // A failure of standard error can't be reported.
        if (isUnread || stream === Deno.stderr) return;
        throw error;
      }
    },
    deliver,
    isTerminal: () => isTerminal,
    columns: () => isTerminal ? consoleColumns() : null,
  };
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.BrokenPipe) return "the reader closed it";
  const message = cause instanceof Error ? cause.message : String(cause);
  return /^(.+) \(os error \d+\)$/.exec(message)?.[1].toLowerCase() ?? message;
}

function consoleColumns(): number | null {
  try {
    return Deno.consoleSize().columns || null;
  } catch {
    return null; // A serial line, for example, has no known width.
  }
}

async function readText(limit: number, stopped: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = Deno.stdin.readable.getReader();
  while (size < limit) {
    const { value, done } = await untilAborted(reader.read(), stopped, new InterruptedError());
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  return decodeText(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())).slice(0, limit);
}

const getVariable = Deno.env.get;

function readVariable(name: string): string | undefined {
  try {
    return getVariable(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    // The runtime's message would quote the value, which may be a key.
    throw new ConfigurationError(`The value of ${name} isn't valid UTF-8`);
  }
}

async function sleep(duration: number, signal: AbortSignal): Promise<void> {
  const { setTimeout } = await import("node:timers/promises");
  await setTimeout(duration, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** Creates the context of the real program. */
export function realContext(): Context {
  // Libraries such as Cliffy read variables, too, and would report the runtime's errors.
  Deno.env.get = readVariable;
  let ignored: ReadonlySet<Deno.Signal> = new Set();
  let signals: StopSignals | undefined;
  // Listening takes half a millisecond, which a command that doesn't wait can save.
  const stopSignals = () => signals ??= new StopSignals(ignored);
  return {
    env: readVariable,
    trace: () => {},
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep,
    random: (bytes) => crypto.getRandomValues(bytes),
    system: { os: Deno.build.os, arch: Deno.build.arch },
    stdin: {
      isTerminal: () => Deno.stdin.isTerminal(),
      readText: (limit) => readText(limit, stopSignals().stopped),
    },
    stdout: textStream(Deno.stdout),
    stderr: textStream(Deno.stderr),
    prompts: async (colour) => (await import("./prompts.ts")).terminalPrompts(stopSignals().stopped, colour),
    prepareTls,
    fetch: fetchOver,
    connect,
    async peerCertificate(hostname, port, signal) {
      const { peerCertificate } = await import("./peer_certificate.ts");
      return await peerCertificate(hostname, port, signal);
    },
    cwd: () => Deno.cwd(),
    runProgram,
    launch,
    async execute(program, args, env) {
      // While the other program runs, signals are for it.
      const own = stopSignals();
      return await execute(program, args, env, ignored, () => own.pause()).finally(() => own.listen());
    },
    programGroups,
    get maxPrograms() {
      return maxPrograms();
    },
    keepIgnoredSignals: () => void (ignored = findIgnoredSignals()),
    renounceProcesses: () => void Deno.permissions.revokeSync({ name: "run" }),
    renounceEnvironment: () => void Deno.permissions.revokeSync({ name: "env", variable: "*" }),
    get stopped() {
      return stopSignals().stopped;
    },
    get stoppedAgain() {
      return stopSignals().stoppedAgain;
    },
  };
}
