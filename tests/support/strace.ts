/**
 * System calls of the compiled program: seen, and ended or failed at will. `strace` comes from Debian's packages.
 *
 * @module
 */

/** Where in a run something happens. */
export interface Moment {
  /** A system call's name; after a slash, a regular expression for it: names differ between machines. */
  readonly call: string;
  /** The file that it is about. */
  readonly path: string;
  /** Which of those calls; the first where it is left out. */
  readonly time?: number;
}

/** What happens there, in place of the call. */
export type Fault = "kill" | "EIO" | "ENOSPC" | "ENOSYS" | "ENOLCK" | "EOPNOTSUPP";

/**
 * @param moment When.
 * @param fault The signal SIGKILL to the whole program, or the call fails so.
 * @param command Program and arguments.
 * @returns Program and arguments that run it so; the exit code is the program's, or 137.
 */
export function withFault({ call, path, time = 1 }: Moment, fault: Fault, command: readonly string[]): string[] {
  const injection = fault === "kill" ? `signal=KILL:when=${time}` : `error=${fault}:when=${time}`;
  return [STRACE, "-f", "-qq", "-o", "/dev/null", "-P", path, "-e", `inject=${call}:${injection}`, ...command];
}

/**
 * @param log The file that the calls are written to.
 * @param calls Names of those that are wanted, or expressions for them.
 * @param command Program and arguments.
 * @returns Program and arguments that run it so.
 */
export function withTrace(log: string, calls: readonly string[], command: readonly string[]): string[] {
  return [STRACE, "-f", "-qq", "-y", "-s", "400", "-o", log, "-e", `trace=${calls.join(",")}`, ...command];
}

const STRACE = "/usr/bin/strace";
