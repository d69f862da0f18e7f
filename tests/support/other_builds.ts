/**
 * Compiles variants of the program: another version, signing key or releases URL. These constants are compiled in, as in
 * a release, so they can't be overridden at run time.
 *
 * @module
 */
import { type BuildConstants, bundle } from "../../scripts/compile/bundle.ts";
import { compileExecutable } from "../../scripts/compile/executable.ts";

/**
 * Compiles the program with other constants.
 *
 * @param constants The constants to replace.
 * @param output The executable's path.
 */
export async function compileVariant(constants: BuildConstants, output: string): Promise<void> {
  await Deno.mkdir(".cache", { recursive: true });
  const work = await Deno.makeTempDir({ dir: ".cache", prefix: "variant-" });
  try {
    await bundle("main.ts", work, constants);
    await compileExecutable({ folder: work, script: "main.js", output: `${work}/compiled`, target: Deno.build.target });
    // Not renamed: the output may be on another file system.
    await Deno.copyFile(`${work}/compiled`, output);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
