/**
 * What this build is: the version from deno.json, the commit it was made of, and what it runs on.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** Tests replace this mark in their executables. */
const VERSION_MARK = "__FLUXLOOP_VERSION__";

/** The program's version. */
export const VERSION: string = VERSION_MARK.startsWith("__") ? denoJson.version : VERSION_MARK;

/** `scripts/compile.ts` replaces this mark in the bundled program, if git knows the commit. */
const COMMIT_MARK = "__FLUXLOOP_COMMIT__";

/** Returns what `fluxloop --version` prints, without a line end. */
export function versionText(): string {
  const commit = COMMIT_MARK.startsWith("__") ? "" : ` (${COMMIT_MARK})`;
  return `fluxloop ${VERSION}${commit}\nDeno ${Deno.version.deno}, ${Deno.build.target}`;
}

/** Returns the `User-Agent` of every request. */
export function userAgent(system: { readonly os: string; readonly arch: string }): string {
  return `fluxloop/${VERSION} (${system.os}; ${system.arch})`;
}
