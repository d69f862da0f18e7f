/**
 * The real world: the {@linkcode Context} of the program as people run it.
 *
 * @module
 */
import { type Context, type TextStream, unlessStopped } from "../context.ts";
import { connect, fetchOver, firstLine } from "./network.ts";
import { execute, launch, runProgram } from "./processes.ts";
import { maxPrograms, programGroups } from "./program_groups.ts";
import { findIgnoredSignals, StopWatch } from "./signals.ts";
import { ConfigurationError, SystemError } from "../errors.ts";
import { decodeText } from "../text/encoding.ts";

const encoder = new TextEncoder();

function textStream(stream: typeof Deno.stdout): TextStream {
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
        // A reader that has gone, as `head` goes, has seen enough; what the command does goes on. Of a failure of standard
        // error there is nobody to tell.
        if (stream === Deno.stderr || (error as Error).cause instanceof Deno.errors.BrokenPipe) return;
        throw error;
      }
    },
    deliver,
    isTerminal: () => stream.isTerminal(),
    columns: () => stream.isTerminal() ? consoleColumns() : null,
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
    return null; // A terminal that doesn't tell, such as a serial line.
  }
}

async function readText(limit: number, stopped: AbortSignal): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = Deno.stdin.readable.getReader();
  while (size < limit) {
    const { value, done } = await unlessStopped(reader.read(), stopped);
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  return decodeText(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())).slice(0, limit);
}

const getVariable = Deno.env.get;

/** @returns An environment variable's value; `undefined` where it is not set. */
function readVariable(name: string): string | undefined {
  try {
    return getVariable(name);
  } catch (error) {
    // The runtime's message would quote the value, which may be a key.
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw new ConfigurationError(`The value of ${name} is not valid UTF-8`);
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

/** @returns The real world. */
export function realContext(): Context {
  // Libraries read variables, too, Cliffy for one, and report what goes wrong.
  Deno.env.get = readVariable;
  let ignored: ReadonlySet<Deno.Signal> = new Set();
  let watch: StopWatch | undefined;
  // Listening costs half a millisecond, which a command that waits for nothing need not spend.
  const stopWatch = () => watch ??= new StopWatch(ignored);
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
      readText: (limit) => readText(limit, stopWatch().signal),
    },
    stdout: textStream(Deno.stdout),
    stderr: textStream(Deno.stderr),
    prompts: {
      async secret(message) {
        const { askSecret } = await import("./prompts.ts");
        return await askSecret(message, stopWatch().signal);
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
      return await execute(program, args, env, ignored, () => taken.rest()).finally(() => taken.watch());
    },
    programGroups,
    get maxPrograms() {
      return maxPrograms();
    },
    keepIgnoredSignals: () => void (ignored = findIgnoredSignals()),
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
