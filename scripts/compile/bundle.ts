/**
 * Bundles the program into one JavaScript file, and one more for each part that is imported lazily.
 *
 * @module
 */

import { LOCK, lockOptions } from "../setup/lock.ts";

/** A constant that replaces its mark in the sources. */
const MARKS = {
  /** In `src/build_info.ts`. */
  commit: "__FLUXLOOP_COMMIT__",
  version: "__FLUXLOOP_VERSION__",
  /** In `src/release/source.ts`. */
  releaseKey: "__FLUXLOOP_RELEASE_KEY__",
  releasesUrl: "__FLUXLOOP_RELEASES_URL__",
} as const;

/** The constants compiled into an executable: where its releases come from, and its version. */
export interface BuildConstants {
  /** The key that releases are signed with, as base64 of its SubjectPublicKeyInfo (RFC 8410); without it `fluxloop upgrade` refuses. */
  readonly releaseKey?: string;
  /** Where releases are, for the executables that tests make; else the project's own page. */
  readonly releasesUrl?: string;
  /** Another version than deno.json's, likewise. */
  readonly version?: string;
}

/**
 * Bundles a program with the running Deno. `node:` imports stay as they are, JSON becomes code, and `import()` of a
 * literal path becomes a file that is loaded when it is asked for.
 *
 * @param entry The program's main module.
 * @param into The folder that the files are written to, the main module under its own name with `.js`.
 * @param constants What the program is told.
 * @throws {Error} When a module is missing or does not parse.
 */
export async function bundle(entry: string, into: string, constants: BuildConstants = {}): Promise<void> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      // "browser" takes packages as ES modules. Their CommonJS forms, for Node.js, would look for modules at run time,
      // of which a bundle has none. The program's own `node:` imports stay as they are.
      ...["bundle", "--quiet", "--platform", "browser", "--code-splitting"],
      // Half as much to read makes `auth status` some 3 ms faster. Nothing may depend on the name of a function or class:
      // keeping them takes a call for each of them, 6 ms together.
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

/** Replaces the marks by the constants: `deno bundle` can't define constants. */
async function writeConstants(folder: string, constants: BuildConstants & { readonly commit?: string }): Promise<void> {
  const names = (Object.keys(MARKS) as (keyof typeof MARKS)[]).filter((it) => constants[it] !== undefined);
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    const written = names.reduce((it, constant) => it.replaceAll(MARKS[constant], constants[constant]!), text);
    if (written !== text) await Deno.writeTextFile(`${folder}/${name}`, written);
  }
}

/**
 * @param root The project's folder.
 * @returns The commit, marked where files differ from it; `undefined` outside the project's own repository. The lock file
 * of a release may be new: it doesn't say what the program is, but which packages it was compiled from.
 */
export async function currentCommit(root: string): Promise<string | undefined> {
  const lines = await git(root, "rev-parse", "--show-prefix", "--short=12", "HEAD");
  // A prefix means that the sources were unpacked somewhere inside another repository.
  const [, prefix, commit] = lines?.match(/^(.*)\r?\n([0-9a-f]{12,})\s*$/) ?? [];
  if (prefix !== "" || commit === undefined) return undefined;
  return await git(root, "status", "--porcelain", "--", ".", `:!${LOCK}`) === "" ? commit : `${commit}-dirty`;
}

async function git(cwd: string, ...args: string[]): Promise<string | undefined> {
  try {
    const output = await new Deno.Command("git", { args, cwd, stdout: "piped", stderr: "null" }).output();
    return output.success ? new TextDecoder().decode(output.stdout) : undefined;
  } catch {
    return undefined; // No git on this machine.
  }
}
