/**
 * Compiles the program into one executable: `dist/fluxloop` for this machine, `dist/<target>/fluxloop` for another.
 *
 * The modules are bundled first: loading some 70 small modules takes longer at every start than loading one. What a
 * command imports lazily stays in a file of its own, which is embedded and loaded only when the command runs.
 *
 * `base.json` beside the executable says which Deno it runs on, where its packages come from and whether they are the
 * locked ones, so that a test can say it too, and a release refuse what is for tests alone.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bundle } from "./compile/bundle.ts";
import { compileExecutable } from "./compile/executable.ts";
import { releaseKey } from "./compile/release_key.ts";
import { lockOptions } from "./setup/lock.ts";
import { packagesFrom } from "./setup/vendor_folder.ts";

/** Files that are kept between runs; git ignores them. */
const CACHE = ".cache";

try {
  const { values } = parseArgs({ args: Deno.args, options: { target: { type: "string" } } });
  await compile(values.target);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function compile(namedTarget: string | undefined): Promise<void> {
  const target = namedTarget ?? Deno.build.target;
  const folder = namedTarget === undefined ? "dist" : `dist/${namedTarget}`;
  const output = `${folder}/fluxloop${target.includes("windows") ? ".exe" : ""}`;
  await Deno.mkdir(CACHE, { recursive: true });

  // A separate folder for each compilation, so that two can run at the same time.
  const work = await Deno.makeTempDir({ dir: CACHE, prefix: "bundle-" });
  try {
    await bundle("main.ts", work, { releaseKey: await releaseKey() });
    const base = await compileExecutable({ folder: work, script: "main.js", output, target });
    const packages = packagesFrom("vendor");
    const locked = lockOptions(".").length > 0;
    await Deno.writeTextFile(`${folder}/base.json`, `${JSON.stringify({ ...base, packages, locked })}\n`);
    console.error(
      base.from === "deno"
        ? `Compiled ${output} on Deno ${base.deno}'s base.`
        : `Compiled ${output} on the base of Deno ${base.deno} from npm: the usual one is out of reach.`,
    );
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
