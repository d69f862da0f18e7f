/**
 * Differences between operating systems. Everything else in the default tests is the same on Linux, macOS and Windows.
 *
 * @module
 */
import { it } from "@std/testing/bdd";

/** Whether this is Windows, which has no file modes and signals, and symbolic links only for some users. */
export const isWindows = Deno.build.os === "windows";

/** Defines a test that needs file modes, symbolic links or signals; not on Windows. */
export function itOnUnix(name: string, test: () => void | Promise<void>): void {
  if (!isWindows) it(name, test);
}

/** @returns The mode of a file or folder, such as `600`. */
export function modeOf(path: string): string {
  return (Deno.lstatSync(path).mode! & 0o777).toString(8);
}
