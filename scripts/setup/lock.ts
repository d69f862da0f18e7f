/**
 * The release lock file: if the project has one, only the packages in it go into the program.
 *
 * deno.json doesn't refer to it, because the builds on npm that replace JSR's packages have other versions.
 *
 * @module
 */
import { packagesFrom } from "./vendor_folder.ts";

/** Its path in the project. */
export const LOCK = "release/deno.lock";

/** @returns Deno's options for the project's lock file; none if there is no lock file or the packages are npm's. */
export function lockOptions(root: string): string[] {
  const isLocked = readLock(root) !== undefined && packagesFrom(`${root}/vendor`) === "jsr";
  return isLocked ? [`--lock=${root}/${LOCK}`, "--frozen"] : [];
}

/** @returns Its text; `undefined` if the project has none. */
export function readLock(root: string): string | undefined {
  try {
    return Deno.readTextFileSync(`${root}/${LOCK}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
