/**
 * The oldest Deno that runs the project's tasks. The compiled program needs no Deno.
 *
 * @module
 */

/** Major and minor version; the README names it too. */
export const LEAST_DENO = "2.8";

/** @returns A message for the user of a Deno that is too old, else `undefined`. */
export function tooOld(version: string): string | undefined {
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_DENO.split(".").map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `This project needs Deno ${LEAST_DENO} or newer, but this is Deno ${version}. Run \`deno upgrade\`.`;
}
