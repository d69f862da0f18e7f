/**
 * What differs between systems. All else in the tests that run everywhere is the same on Linux, macOS and Windows.
 *
 * @module
 */
import { it } from "@std/testing/bdd";

/** Whether this is Windows, where files have neither modes nor links for everybody, and processes no signals. */
export const isWindows = Deno.build.os === "windows";

/** Defines a case about modes, links or signals, on the systems that have them. */
export function itOnUnix(name: string, test: () => void | Promise<void>): void {
  if (!isWindows) it(name, test);
}

/** @returns The mode of a file or folder, such as `600`. */
export function modeOf(path: string): string {
  return (Deno.lstatSync(path).mode! & 0o777).toString(8);
}
