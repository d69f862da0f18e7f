/**
 * Describes this build: its version, its commit and its runtime.
 *
 * @module
 */
import denoJson from "../deno.json" with { type: "json" };

/** Tests replace this placeholder in the executables that they build. */
const VERSION_MARK = "__FLUXLOOP_VERSION__";

/** The program's version, from deno.json. */
export const VERSION: string = VERSION_MARK.startsWith("__") ? denoJson.version : VERSION_MARK;

/** `scripts/compile.ts` replaces this placeholder if git knows the commit. */
const COMMIT_MARK = "__FLUXLOOP_COMMIT__";

/** Returns the output of `fluxloop --version`, without a final newline. */
export function versionText(): string {
  const commit = COMMIT_MARK.startsWith("__") ? "" : ` (${COMMIT_MARK})`;
  return `fluxloop ${VERSION}${commit}\nDeno ${Deno.version.deno}, ${Deno.build.target}`;
}

/** Returns the `User-Agent` header of every request. */
export function userAgent(system: { readonly os: string; readonly arch: string }): string {
  return `fluxloop/${VERSION} (${system.os}; ${system.arch})`;
}
