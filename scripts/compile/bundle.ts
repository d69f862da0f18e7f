/**
 * Bundles the program into one JavaScript file, plus one for each lazily imported part.
 *
 * @module
 */

import { LOCK, lockOptions } from "../setup/lock.ts";

/** The placeholders in the sources that build constants replace. */
const PLACEHOLDERS = {
  /** In `src/build_info.ts`. */
  commit: "__FLUXLOOP_COMMIT__",
  version: "__FLUXLOOP_VERSION__",
  /** In `src/release/source.ts`. */
  releaseKey: "__FLUXLOOP_RELEASE_KEY__",
  releasesUrl: "__FLUXLOOP_RELEASES_URL__",
} as const;

/** The constants compiled into an executable. */
export interface BuildConstants {
  /** The public key for releases, as Base64 of its SubjectPublicKeyInfo (RFC 8410). Without it `fluxloop upgrade` fails. */
  readonly releaseKey?: string;
  /** The releases URL, for tests; by default the project's page. */
  readonly releasesUrl?: string;
  /** The version, for tests; by default the one in deno.json. */
  readonly version?: string;
}

/**
 * Bundles a program with the running Deno. `node:` imports are kept, JSON is inlined, and each `import()` of a literal path
 * becomes a separate file.
 *
 * @param entry The program's main module.
 * @param into The output folder, in which the main module gets the extension `.js`.
 * @param constants The program's build constants.
 * @throws {Error} If a module is missing or invalid.
 */
export async function bundle(entry: string, into: string, constants: BuildConstants = {}): Promise<void> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      // "browser" selects the packages' ES modules. Their CommonJS builds for Node.js would load modules at run time,
      // which a bundle doesn't have. The program's own `node:` imports are kept.
      ...["bundle", "--quiet", "--platform", "browser", "--code-splitting"],
      // Minifying halves the size, which makes `auth status` some 3 ms faster. It changes the names of functions and
      // classes, so nothing may depend on them; keeping them would cost 6 ms.
      ...["--minify", "--outdir", into],
      ...lockOptions("."),
      entry,
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!output.success) {
    throw new Error(`\`deno bundle\` failed:\n${new TextDecoder().decode(output.stderr).trim()}`);
  }
  await writeConstants(into, { ...constants, commit: await currentCommit(".") });
}

/** Replaces the placeholders, because `deno bundle` can't define constants. */
async function writeConstants(folder: string, constants: BuildConstants & { readonly commit?: string }): Promise<void> {
  const names = (Object.keys(PLACEHOLDERS) as (keyof typeof PLACEHOLDERS)[]).filter((it) =>
    constants[it] !== undefined
  );
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    const written = names.reduce((it, constant) => it.replaceAll(PLACEHOLDERS[constant], constants[constant]!), text);
    if (written !== text) await Deno.writeTextFile(`${folder}/${name}`, written);
  }
}

/**
 * @param root The project's folder.
 * @returns The current commit, marked as dirty if files have changed; `undefined` outside the project's own repository. A
 * new release lock file doesn't count as a change, because it isn't source code.
 */
export async function currentCommit(root: string): Promise<string | undefined> {
  const lines = await git(root, "rev-parse", "--show-prefix", "--short=12", "HEAD");
  // A prefix means that the sources are in a folder of another repository.
  const [, prefix, commit] = lines?.match(/^(.*)\r?\n([0-9a-f]{12,})\s*$/) ?? [];
  if (prefix !== "" || commit === undefined) return undefined;
  return await git(root, "status", "--porcelain", "--", ".", `:!${LOCK}`) === "" ? commit : `${commit}-dirty`;
}

async function git(cwd: string, ...args: string[]): Promise<string | undefined> {
  try {
    const output = await new Deno.Command("git", { args, cwd, stdout: "piped", stderr: "null" }).output();
    return output.success ? new TextDecoder().decode(output.stdout) : undefined;
  } catch {
    return undefined; // git isn't installed.
  }
}
