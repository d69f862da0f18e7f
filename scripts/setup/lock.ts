/**
 * The lock file of releases: where the project has one, nothing but what it names goes into the program.
 *
 * deno.json doesn't name it, because the builds from npm, which stand in for JSR's packages, have other versions.
 *
 * @module
 */
import { packagesFrom } from "./vendor_folder.ts";

/** Its path in the project. */
export const LOCK = "release/deno.lock";

/** @returns The options that make Deno obey a project's lock file; none where it has none, or builds from npm. */
export function lockOptions(root: string): string[] {
  const isLocked = readLock(root) !== undefined && packagesFrom(`${root}/vendor`) === "jsr";
  return isLocked ? [`--lock=${root}/${LOCK}`, "--frozen"] : [];
}

/** @returns Its text; `undefined` where the project in the folder has none. */
export function readLock(root: string): string | undefined {
  try {
    return Deno.readTextFileSync(`${root}/${LOCK}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
