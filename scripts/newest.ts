/**
 * Checks the project with the latest packages that its imports allow, as in a fresh clone: in a copy of the tracked files,
 * with an empty cache and without the lock file. `JSR_URL` is the URL of a JSR mirror.
 *
 * @module
 */
import { LOCK } from "./setup/lock.ts";
import { packagesFrom, readMarker } from "./setup/vendor_folder.ts";

const STEPS = [["check"], ["task", "compile"], ["task", "test"], ["task", "demo"]];

try {
  Deno.exit(await main() ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

/** @returns Whether all steps passed. */
async function main(): Promise<boolean> {
  const work = await Deno.makeTempDir({ prefix: "fluxloop-newest-" });
  const tree = `${work}/tree`;
  const run = async (args: readonly string[]) => {
    console.log(`\n$ deno ${args.join(" ")}`);
    const options: Deno.CommandOptions = {
      args: [...args],
      cwd: tree,
      env: { DENO_DIR: `${work}/cache` },
      stdin: "null",
    };
    return (await new Deno.Command(Deno.execPath(), options).spawn().status).success;
  };
  try {
    await copyTrackedFiles(tree);
    if (!await run(["task", "setup"])) return false;
    if (packagesFrom(`${tree}/vendor`) !== "jsr") {
      throw new Error("Can't reach JSR. The packages are builds from npm, not the latest ones.");
    }

    const failed: string[] = [];
    for (const step of STEPS) if (!await run(step)) failed.push(`deno ${step.join(" ")}`);

    const { registry, packages } = readMarker(`${tree}/vendor`)!;
    console.log(`\nPackages from ${registry}:`);
    for (const [name, version] of Object.entries(packages)) console.log(`  ${name} ${version}`);
    console.log(failed.length === 0 ? "All steps passed." : `Failed: ${failed.join(", ")}`);
    return failed.length === 0;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function copyTrackedFiles(into: string): Promise<void> {
  const { success, stdout } = await new Deno.Command("git", { args: ["ls-files", "-z"], stderr: "inherit" }).output();
  if (!success) throw new Error("Can't list the tracked files.");
  for (const path of new TextDecoder().decode(stdout).split("\0")) {
    if (path === "" || path === LOCK) continue;
    await Deno.mkdir(`${into}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(path, `${into}/${path}`);
  }
}
