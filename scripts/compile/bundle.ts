/**
 * Makes one JavaScript file of the program, and one more of each part that is imported lazily.
 *
 * @module
 */

/** Stands in `src/build_info.ts` for the commit. */
const COMMIT_MARK = "__FLUXLOOP_COMMIT__";

/**
 * Bundles a program with the running Deno. `node:` imports stay as they are, JSON becomes code, and `import()` of a
 * literal path becomes a file that is loaded when it is asked for.
 *
 * @param entry The program's main module.
 * @param into The folder that the files are written to, the main module under its own name with `.js`.
 * @throws {Error} When a module is missing or does not parse.
 */
export async function bundle(entry: string, into: string): Promise<void> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      // "browser" takes packages as ES modules. Their CommonJS forms, for Node.js, would look for modules at run time,
      // of which a bundle has none. The program's own `node:` imports stay as they are.
      ...["bundle", "--quiet", "--platform", "browser", "--code-splitting"],
      // Half as much to read makes `auth status` some 3 ms faster. The names are what an error is known by.
      ...["--minify", "--keep-names", "--outdir", into, entry],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!output.success) {
    throw new Error(`\`deno bundle\` failed:\n${new TextDecoder().decode(output.stderr).trim()}`);
  }
  await writeCommit(into);
}

/** Writes the commit over its mark: `deno bundle` has no way to define a constant. */
async function writeCommit(folder: string): Promise<void> {
  const commit = await currentCommit();
  if (commit === undefined) return;
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    if (text.includes(COMMIT_MARK)) await Deno.writeTextFile(`${folder}/${name}`, text.replaceAll(COMMIT_MARK, commit));
  }
}

/** @returns The commit, marked where files differ from it; `undefined` outside the project's own repository. */
async function currentCommit(): Promise<string | undefined> {
  const lines = await git("rev-parse", "--show-prefix", "--short=12", "HEAD");
  // A prefix means that the sources were unpacked somewhere inside another repository.
  const [, prefix, commit] = lines?.match(/^(.*)\r?\n([0-9a-f]{12,})\s*$/) ?? [];
  if (prefix !== "" || commit === undefined) return undefined;
  return await git("status", "--porcelain") === "" ? commit : `${commit}-dirty`;
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const output = await new Deno.Command("git", { args, stdout: "piped", stderr: "null" }).output();
    return output.success ? new TextDecoder().decode(output.stdout) : undefined;
  } catch {
    return undefined; // No git on this machine.
  }
}
