/**
 * What this build is: the version from deno.json, the commit it was made of, and what it runs on.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** Another version than deno.json's, for the executables that tests make; written over as the commit is. */
const VERSION_MARK = "__FLUXLOOP_VERSION__";

/** The program's version. */
export const VERSION: string = VERSION_MARK.startsWith("__") ? denoJson.version : VERSION_MARK;

/** The commit; `scripts/compile.ts` writes it over this mark in the bundled program, where git knows it. */
const COMMIT_MARK = "__FLUXLOOP_COMMIT__";

/** @returns What `fluxloop --version` prints, without a line end. */
export function versionText(): string {
  const commit = COMMIT_MARK.startsWith("__") ? "" : ` (${COMMIT_MARK})`;
  return `fluxloop ${VERSION}${commit}\nDeno ${Deno.version.deno}, ${Deno.build.target}`;
}

/** @returns The `User-Agent` of every request (design: "The platform's HTTP API"). */
export function userAgent(system: { readonly os: string; readonly arch: string }): string {
  return `fluxloop/${VERSION} (${system.os}; ${system.arch})`;
}
