/**
 * The jobs of a run: test files, some of them again as an ordinary user, and checks.
 *
 * @module
 */
import { installCommand, installMissing, TEST_TOOLS } from "../debian_tools.ts";
import { openOrdinaryWorkspace, type OrdinaryWorkspace } from "./ordinary_user.ts";
import type { Job, PendingJob } from "./pool.ts";

type Environment = Readonly<Record<string, string>>;

/** @returns The environment without the developer's own settings and keys, which must not affect tests. */
export function cleanEnvironment(added: Environment = {}): Environment {
  const inherited = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("FLUXLOOP_"));
  return { ...Object.fromEntries(inherited), ...added };
}

/** @returns A job that runs Deno with these arguments and counts as one test. */
export function denoJob(
  name: string,
  args: readonly string[],
  after: Promise<unknown> = Promise.resolve(),
): PendingJob {
  const job: Job = { command: [Deno.execPath(), ...args], env: cleanEnvironment() };
  return { name, files: [], prepare: () => after.then(() => job) };
}

/** @returns A job that runs test files. */
export function testJob(
  name: string,
  files: readonly string[],
  { options, env, after }: { options: readonly string[]; env: Environment; after: Promise<unknown> },
): PendingJob {
  const job: Job = { command: testCommand(Deno.execPath(), files, options), env };
  return { name, files, prepare: () => after.then(() => job) };
}

/** @returns A job that runs test files in an ordinary user's copy of the project. */
export function ordinaryUserJob(files: readonly string[], workspace: Promise<OrdinaryWorkspace>): PendingJob {
  const prepare = async () => {
    const { prefix, deno, cwd, env } = await workspace;
    return { command: [...prefix, ...testCommand(deno, files, [])], cwd, env: cleanEnvironment(env) };
  };
  return { name: `${files.length} files as an ordinary user`, files, prepare };
}

/** Without a type check, which `deno task check` does. */
function testCommand(deno: string, files: readonly string[], options: readonly string[]): string[] {
  const batch = "scripts/test/batch.ts";
  return [deno, "test", "--allow-all", "--no-check", "--no-prompt", ...options, batch, "--", ...files];
}

/**
 * Compiles the program.
 *
 * @throws {Error} If the compilation fails; the reason is on standard error.
 */
export async function compile(): Promise<void> {
  const args = ["run", "-A", "--no-check", "scripts/compile.ts"];
  const options = { args, clearEnv: true, env: cleanEnvironment(), stdin: "null" } as const;
  const { success } = await new Deno.Command(Deno.execPath(), options).spawn().status;
  if (!success) throw new Error("The program doesn't compile.");
}

/**
 * Makes sure that the tools for the system tests are installed.
 *
 * @throws {Error} With the missing tools and how to install them.
 */
export async function requireTools(): Promise<void> {
  const missing = await installMissing(TEST_TOOLS);
  if (missing.length === 0) return;
  throw new Error(
    `The system tests need ${missing.map((it) => it.command).join(", ")}. ` +
      `Run \`${installCommand(missing)}\` as root on a Debian-like system.`,
  );
}

/**
 * Runs `work` with a copy of the project for an ordinary user, which is created after `compiled` resolves. There is no copy
 * if `compiled` is `null` or the current user isn't root.
 */
export async function withOrdinaryWorkspace<T>(
  compiled: Promise<unknown> | null,
  work: (workspace: Promise<OrdinaryWorkspace> | null) => Promise<T>,
): Promise<T> {
  if (compiled === null || Deno.uid() !== 0) return await work(null);
  const workspace = compiled.then(openOrdinaryWorkspace);
  workspace.catch(() => {}); // The first job that needs it reports this.
  try {
    return await work(workspace);
  } finally {
    await workspace.then((it) => it.remove(), () => {});
  }
}
