/**
 * Commands run as root and as an ordinary user, whoever runs the tests: root becomes the ordinary user with `setpriv`,
 * an ordinary user becomes root with `sudo -n`.
 *
 * @module
 */
import type { Outcome } from "./session.ts";

/** Who a command is run as. */
export type User = "root" | "ordinary";

/** The user that runs the tests. */
export const SELF: User = Deno.uid() === 0 ? "root" : "ordinary";
/** A user's number that belongs to nobody here, for when root runs the tests. */
const NOBODYS = 61_001;

/** Numbers of the users, which are those of their groups too as far as the tests go. */
export const UID: Readonly<Record<User | "stranger", number>> = {
  root: 0,
  ordinary: SELF === "root" ? NOBODYS : Deno.uid()!,
  /** Neither of them; no command is run as this one. */
  stranger: NOBODYS + 1,
};

/** What a command is given. */
export interface CommandOptions {
  /** The whole of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
}

/** Runs a command to its end. */
export async function runAs(
  user: User,
  command: readonly string[],
  { env = {}, stdin, cwd }: CommandOptions = {},
): Promise<Outcome> {
  const [program, ...args] = [...becoming(user, SELF), ...inEnvironment(env, command)];
  const child = new Deno.Command(program, { args, cwd, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  // Who does not read it is not to be waited for.
  const given = new Blob([stdin ?? ""]).stream().pipeTo(child.stdin).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await given;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs a shell script as root that must succeed; its arguments are `$1`, `$2` and so on. */
export async function asRoot(script: string, ...args: string[]): Promise<string> {
  const command = ["/bin/sh", "-euc", script, "sh", ...args];
  const { code, stdout, stderr } = await runAs("root", command, { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
  if (code !== 0) throw new Error(`As root: ${script}\n${stderr}`);
  return stdout;
}

/**
 * Runs a command in a mount namespace of its own, of which the rest of the machine sees nothing.
 *
 * @param user Who the command is run as.
 * @param prepare A shell script that root runs there before it, with `cwd` for working folder: it mounts things.
 * @param command Program and arguments.
 * @param options `cwd` is where the script runs; the command's own is the root folder.
 * @param after A shell script that root runs there after it.
 * @returns What the command said and came to. A script that fails comes to exit code 99.
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
    ended=0
    (cd / && exec "$@") || ended=$?
    { ${after}; } </dev/null >&2 || exit 99
    exit $ended`;
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
