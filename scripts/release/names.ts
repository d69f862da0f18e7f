/**
 * The names of a release's files.
 *
 * @module
 */

/** The project's page. */
export const REPOSITORY = "https://github.com/fluxloop/fluxloop";

/** The release targets, as for `deno compile --target`. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** One of {@linkcode TARGETS}. */
export type Target = typeof TARGETS[number];

/** The file with the checksums, in the format of `sha256sum`. */
export const CHECKSUMS = "SHA256SUMS";
/** The file with the Ed25519 signature of {@linkcode CHECKSUMS}. */
export const SIGNATURE = "SHA256SUMS.sig";

export function isTarget(target: string): target is Target {
  return (TARGETS as readonly string[]).includes(target);
}

export function isWindows(target: string): boolean {
  return target.includes("windows");
}

/** @returns The archive's only top-level folder. */
export function folderName(version: string, target: Target): string {
  return `fluxloop-${version}-${target}`;
}

/** @returns The archive's file name. */
export function archiveName(version: string, target: Target): string {
  return `${folderName(version, target)}${isWindows(target) ? ".zip" : ".tar.gz"}`;
}
