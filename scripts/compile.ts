/**
 * Compiles the program into one executable: `dist/fluxloop` for this machine, `dist/<target>/fluxloop` for another target.
 *
 * The modules are bundled first, because loading some 70 small modules slows down every start. Lazily imported modules stay
 * in separate files, which are embedded and loaded only when a command needs them.
 *
 * `base.json` in the same folder records the Deno version inside, where the packages come from, and whether they match the
 * lock file. Tests report this, and the release scripts reject executables that are only for tests.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bundle } from "./compile/bundle.ts";
import { compileExecutable } from "./compile/executable.ts";
import { releaseKey } from "./compile/release_key.ts";
import { lockOptions } from "./setup/lock.ts";
import { packagesFrom } from "./setup/vendor_folder.ts";

/** The folder for files kept between runs; ignored by git. */
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
        ? `Compiled ${output} with Deno ${base.deno}.`
        : `Compiled ${output} with a base executable of Deno ${base.deno} from npm, because Deno's own can't be downloaded.`,
    );
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
