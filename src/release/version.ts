/**
 * Versions of releases (semver.org).
 *
 * @module
 */
import { compareVersions, validateStrict } from "compare-versions";
import { UsageError } from "../errors.ts";

/** Returns whether `text` is a version, such as `1.2.3` or `1.2.3-rc.1`, of at most 64 characters. */
export function isVersion(text: string): boolean {
  return text.length <= 64 && validateStrict(text);
}

/** Returns whether `version` is newer than `other`. A release candidate is older than its release. */
export function isNewer(version: string, other: string): boolean {
  return compareVersions(version, other) > 0;
}

/** Reads a version, with or without the `v` of a tag. @throws {UsageError} If it isn't one. */
export function parseVersion(text: string): string {
  const version = text.trim().replace(/^v(?=\d)/, "");
  if (isVersion(version)) return version;
  throw new UsageError("--version must be a version, such as 1.2.3");
}
