/**
 * The program compiled as a test needs it: of another version, with another key, looking for releases elsewhere. The
 * differences are compiled in, as in a release: they can't be changed from outside.
 *
 * @module
 */
import { type BuildConstants, bundle } from "../../scripts/compile/bundle.ts";
import { compileExecutable } from "../../scripts/compile/executable.ts";

/**
 * @param constants What is different.
 * @param output The executable's path.
 */
export async function compileOther(constants: BuildConstants, output: string): Promise<void> {
  await Deno.mkdir(".cache", { recursive: true });
  const work = await Deno.makeTempDir({ dir: ".cache", prefix: "other-" });
  try {
    await bundle("main.ts", work, constants);
    await compileExecutable({ folder: work, script: "main.js", output: `${work}/made`, target: Deno.build.target });
    // The test's folder may be on another file system.
    await Deno.copyFile(`${work}/made`, output);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
