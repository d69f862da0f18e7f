/**
 * Versions, as releases bear them (semver.org).
 *
 * @module
 */
import { compareVersions, validateStrict } from "compare-versions";
import { UsageError } from "../errors.ts";

/** No version is longer, and none that is becomes a part of an address or a text. */
const LONGEST = 64;

/** @returns Whether a text is a version, such as `1.2.3` or `1.2.3-rc.1`. */
export function isVersion(text: string): boolean {
  return text.length <= LONGEST && validateStrict(text);
}

/** @returns Whether `version` comes after `other`; a release candidate comes before its release. */
export function isNewer(version: string, other: string): boolean {
  return compareVersions(version, other) > 0;
}

/**
 * @param text What a person wrote, with or without the `v` of a tag.
 * @returns The version.
 * @throws {UsageError} When it is none.
 */
export function parseVersion(text: string): string {
  const version = text.trim().replace(/^v(?=\d)/, "");
  if (isVersion(version)) return version;
  throw new UsageError("--version takes a version, such as 1.2.3");
}
