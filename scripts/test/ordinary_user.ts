/**
 * A copy of the project that belongs to an ordinary user, for machines where everything runs as root, such as CI
 * containers. Root can access files that others can't, so some tests also have to run as an ordinary user.
 *
 * @module
 */

/** The test files that depend on the user and run again as an ordinary user. */
export const UID_DEPENDENT: readonly string[] = [
  "tests/cli/pin_test.ts",
  "tests/credentials/hostile_files_test.ts",
  "tests/credentials/unreadable_files_test.ts",
  "tests/e2e/journey_test.ts",
  "tests/e2e/permissions_test.ts",
  "tests/e2e/platform_serve_test.ts",
];

/** An unassigned user ID. */
const UID = 61_001;
/** Files that aren't copied. */
const EXCLUDED = [".git", ".cache", "coverage", "node_modules"];

/** The copy, and how to run a command in it. */
export interface OrdinaryWorkspace {
  /** The command prefix to run a command as the ordinary user. */
  readonly prefix: readonly string[];
  /** A copy of the running Deno that the user can run. */
  readonly deno: string;
  readonly cwd: string;
  /** Differences from this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Copies the current folder, Deno and its cached npm packages. Needs root.
 *
 * @throws {Error} If a copy fails.
 */
export async function openOrdinaryWorkspace(): Promise<OrdinaryWorkspace> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-ordinary-" });
  const cwd = `${folder}/fluxloop`;
  const denoDir = `${folder}/deno-dir`;
  for (const path of [cwd, denoDir, `${folder}/home`]) await Deno.mkdir(path);
  for await (const { name } of Deno.readDir(".")) {
    if (!EXCLUDED.includes(name)) await copy(name, cwd);
  }
  const { denoDir: own } = JSON.parse(await outputOf(Deno.execPath(), "info", "--json"));
  await copy(`${own}/npm`, denoDir);
  await copy(Deno.execPath(), `${folder}/deno`);
  await outputOf("chown", "--recursive", `${UID}:${UID}`, folder);
  return {
    prefix: ["setpriv", `--reuid=${UID}`, `--regid=${UID}`, "--clear-groups"],
    deno: `${folder}/deno`,
    cwd,
    env: { HOME: `${folder}/home`, DENO_DIR: denoDir },
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Copies a file or folder if it exists. Not with links, so that changes on one side don't affect the other. */
async function copy(from: string, to: string): Promise<void> {
  try {
    await Deno.lstat(from);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  await outputOf("cp", "--archive", "--reflink=auto", from, to);
}

async function outputOf(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${new TextDecoder().decode(stderr).trim()}`);
}
