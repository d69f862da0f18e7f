/**
 * System calls of the compiled program: seen, and ended or failed at will. `strace` comes from Debian's packages.
 *
 * @module
 */

/** Where in a run something happens. */
export interface Moment {
  /** A system call's name; after a slash, a regular expression for it: names differ between machines. */
  readonly call: string;
  /** The file or files that it is about. */
  readonly path: string | readonly string[];
  /** Which of those calls; the first where it is left out. */
  readonly time?: number;
}

/** What happens there, in place of the call. */
export type Fault = "kill" | "EIO" | "ENOSPC" | "EACCES" | "ENOSYS" | "ENOLCK" | "EOPNOTSUPP";

/**
 * @param moment When.
 * @param fault The signal SIGKILL to the whole program, or the call fails so.
 * @param command Program and arguments.
 * @returns Program and arguments that run it so; the exit code is the program's, or 137.
 */
export function withFault({ call, path, time = 1 }: Moment, fault: Fault, command: readonly string[]): string[] {
  // Where the program stops at some calls only, strace can't send it signals.
  const [strace, injection] = fault === "kill" ? [[STRACE, "-f", "-qq"], "signal=KILL"] : [FAST, `error=${fault}`];
  const expressions = ["-e", `trace=${call}`, "-e", `inject=${call}:${injection}:when=${time}`];
  return [...strace, "-o", "/dev/null", ...onPaths(path), ...expressions, ...command];
}

/**
 * @param log The file that the calls are written to.
 * @param calls Names of those that are wanted, or expressions for them.
 * @param command Program and arguments.
 * @returns Program and arguments that run it so.
 */
export function withTrace(log: string, calls: readonly string[], command: readonly string[]): string[] {
  return [...FAST, "-y", "-s", "400", "-o", log, "-e", `trace=${calls.join(",")}`, ...command];
}

/**
 * Counts the system calls of one thread on some files.
 *
 * @returns How often each call was made, by the thread that made it most often: strace counts for each thread, too.
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
/** With `--seccomp-bpf` the program stops only at the calls in `trace=`; without it, at every call. */
const FAST = [STRACE, "-f", "-qq", "--seccomp-bpf"];
