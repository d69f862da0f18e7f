/**
 * The release lock file. If the project has one, the program is compiled only from the packages in it.
 *
 * deno.json doesn't refer to it, because the fallback builds on npm have other versions.
 *
 * @module
 */
import { packagesFrom } from "./vendor_folder.ts";

/** Its path in the project. */
export const LOCK = "release/deno.lock";

/** @returns Deno's options for the lock file; none if there is no lock file or the packages are from npm. */
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
