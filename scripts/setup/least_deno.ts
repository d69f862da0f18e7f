/**
 * The minimum Deno version for the project's tasks. The compiled program doesn't need Deno.
 *
 * @module
 */

/** Major and minor version, as in the README. */
export const MINIMUM_DENO = "2.8";

/** @returns A message for the user if the Deno version is too old, or `undefined`. */
export function versionProblem(version: string): string | undefined {
  const [major, minor] = version.split(".").map(Number);
  const [minimumMajor, minimumMinor] = MINIMUM_DENO.split(".").map(Number);
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return undefined;
  return `This project needs Deno ${MINIMUM_DENO} or newer, but this is Deno ${version}. Run \`deno upgrade\`.`;
}
