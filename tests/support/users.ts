/**
 * Runs commands as root or as an ordinary user, whoever runs the tests: root becomes an ordinary user with `setpriv`, an
 * ordinary user becomes root with `sudo -n`.
 *
 * @module
 */
import type { Outcome } from "./session.ts";

/** The user that a command runs as. */
export type User = "root" | "ordinary";

/** The user that runs the tests. */
export const SELF: User = Deno.uid() === 0 ? "root" : "ordinary";
/** An unassigned user ID, for tests run by root. */
const UNASSIGNED = 61_001;

/** The users' IDs, also used as group IDs. */
export const UID: Readonly<Record<User | "stranger", number>> = {
  root: 0,
  ordinary: SELF === "root" ? UNASSIGNED : Deno.uid()!,
  /** A third user; no command runs as this one. */
  stranger: UNASSIGNED + 1,
};

/** A command's options. */
export interface CommandOptions {
  /** Its whole environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs a command and waits for it to exit. */
export async function runAs(
  user: User,
  command: readonly string[],
  { env = {}, stdin, cwd }: CommandOptions = {},
): Promise<Outcome> {
  const [program, ...args] = [...becoming(user, SELF), ...inEnvironment(env, command)];
  const child = new Deno.Command(program, { args, cwd, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  // The command may exit without reading its input.
  const written = new Blob([stdin ?? ""]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await written;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs a shell script as root with the arguments `$1`, `$2` and so on. Throws if it fails. @returns Its output. */
export async function asRoot(script: string, ...args: string[]): Promise<string> {
  const command = ["/bin/sh", "-euc", script, "sh", ...args];
  const { code, stdout, stderr } = await runAs("root", command, { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
  if (code !== 0) throw new Error(`As root: ${script}\n${stderr}`);
  return stdout;
}

/**
 * Runs a command in its own mount namespace, so that its mounts don't affect the rest of the machine.
 *
 * @param user The user that the command runs as.
 * @param prepare A shell script that root runs first, in the folder `cwd`, usually to mount something.
 * @param command Program and arguments; runs in the root folder.
 * @param options The command's environment and input, and the scripts' working folder.
 * @param after A shell script that root runs after the command.
 * @returns The command's outcome; the exit code is 99 if a script fails.
 */
export function runMounted(
  user: User,
  prepare: string,
  command: readonly string[],
  { env = {}, stdin, cwd }: CommandOptions,
  after = "true",
): Promise<Outcome> {
  const script = `
    { ${prepare}; } </dev/null >&2 || exit 99
    code=0
    (cd / && exec "$@") || code=$?
    { ${after}; } </dev/null >&2 || exit 99
    exit $code`;
  const inside = [...becoming(user, "root"), ...inEnvironment(env, command)];
  const shell = ["unshare", "--mount", "/bin/sh", "-c", script, "sh", ...inside];
  return runAs("root", shell, { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, stdin, cwd });
}

function inEnvironment(env: Readonly<Record<string, string>>, command: readonly string[]): string[] {
  return ["/usr/bin/env", "-i", ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command];
}

function becoming(user: User, from: User): string[] {
  if (user === from) return [];
  if (user === "root") return ["sudo", "-n"];
  return ["setpriv", `--reuid=${UID.ordinary}`, `--regid=${UID.ordinary}`, "--clear-groups"];
}
