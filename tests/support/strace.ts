/**
 * Traces the compiled program's system calls with Debian's `strace`, and makes chosen calls fail or kill the program.
 *
 * @module
 */

/** A system call at which a fault is injected. */
export interface Moment {
  /** The call's name, or a slash and a regular expression, because names differ between machines. */
  readonly call: string;
  /** The file or files that the call is on. */
  readonly path: string | readonly string[];
  /** Which of the matching calls, starting at 1; the first by default. */
  readonly time?: number;
}

/** What happens instead of the call: the program is killed, or the call fails with an error. */
export type Fault = "kill" | "EIO" | "ENOSPC" | "EACCES" | "ENOSYS" | "ENOLCK" | "EOPNOTSUPP";

/**
 * @param moment Where the fault is injected.
 * @param fault The fault.
 * @param command Program and arguments.
 * @returns A command that runs the given one with the fault; its exit code is the program's, or 137 if killed.
 */
export function withFault({ call, path, time = 1 }: Moment, fault: Fault, command: readonly string[]): string[] {
  // With --seccomp-bpf, strace can't send signals.
  const [strace, injection] = fault === "kill" ? [[STRACE, "-f", "-qq"], "signal=KILL"] : [FAST, `error=${fault}`];
  const expressions = ["-e", `trace=${call}`, "-e", `inject=${call}:${injection}:when=${time}`];
  return [...strace, "-o", "/dev/null", ...onPaths(path), ...expressions, ...command];
}

/**
 * @param log The file that strace writes the calls to.
 * @param calls Names of the traced calls, or expressions for them.
 * @param command Program and arguments.
 * @returns A command that runs the given one and traces these calls.
 */
export function withTrace(log: string, calls: readonly string[], command: readonly string[]): string[] {
  return [...FAST, "-y", "-s", "400", "-o", log, "-e", `trace=${calls.join(",")}`, ...command];
}

/**
 * Counts a program's system calls on some files.
 *
 * @returns For each call, the count of the thread that made it most often, because strace's `when=` counts each thread separately.
 */
export async function countCalls(
  paths: readonly string[],
  run: (prefix: readonly string[]) => Promise<unknown>,
): Promise<Map<string, number>> {
  const log = await Deno.makeTempFile();
  await run([...FAST, "-o", log, ...onPaths(paths), "-e", "trace=%file,%desc"]);
  const counts = new Map<string, number>();
  for (const [, thread, call] of (await Deno.readTextFile(log)).matchAll(/^(\d+) +(\w+)\(/gm)) {
    const key = `${thread} ${call}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  await Deno.remove(log);
  const most = new Map<string, number>();
  for (const [key, count] of counts) {
    const call = key.slice(key.indexOf(" ") + 1);
    most.set(call, Math.max(most.get(call) ?? 0, count));
  }
  return most;
}

function onPaths(paths: string | readonly string[]): string[] {
  return [paths].flat().flatMap((it) => ["-P", it]);
}

const STRACE = "/usr/bin/strace";
/** With `--seccomp-bpf` the program is stopped only at the calls in `trace=`, and otherwise at every call. */
const FAST = [STRACE, "-f", "-qq", "--seccomp-bpf"];
