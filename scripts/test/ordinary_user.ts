/**
 * A copy of the project that belongs to an ordinary user, for machines where everything runs as root, such as CI
 * containers: root may read and write what others may not, so a test that passes as root proves nothing for users.
 *
 * @module
 */

/** The test files that depend on the user and run a second time as this one. */
export const UID_DEPENDENT: readonly string[] = [
  "tests/cli/pin_test.ts",
  "tests/credentials/hostile_files_test.ts",
  "tests/credentials/unreadable_files_test.ts",
  "tests/e2e/journey_test.ts",
  "tests/e2e/permissions_test.ts",
  "tests/e2e/platform_serve_test.ts",
];

/** A user ID that nobody has. */
const UID = 61_001;
/** Files that the copy doesn't need. */
const LEFT_OUT = [".git", ".cache", "coverage", "node_modules"];

/** The copy, and how a command is run in it. */
export interface OrdinaryWorkspace {
  /** The command that runs another one as the ordinary user. */
  readonly prefix: readonly string[];
  /** The running Deno, where that user can run it. */
  readonly deno: string;
  readonly cwd: string;
  /** Differences from this process's environment. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Copies the current folder, Deno and the npm packages that Deno has fetched. It needs root.
 *
 * @throws {Error} When something cannot be copied.
 */
export async function openOrdinaryWorkspace(): Promise<OrdinaryWorkspace> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-ordinary-" });
  const cwd = `${folder}/fluxloop`;
  const denoDir = `${folder}/deno-dir`;
  for (const path of [cwd, denoDir, `${folder}/home`]) await Deno.mkdir(path);
  for await (const { name } of Deno.readDir(".")) {
    if (!LEFT_OUT.includes(name)) await copy(name, cwd);
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

/** Copies without sharing storage, so that neither side sees what the other writes. A missing original is skipped. */
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
