import { ConfigurationError, UsageError } from "../errors.ts";

/** The profile that is used when none is named. */
export const DEFAULT_PROFILE = "default";

/** A key isn't accepted as a name, because names are shown. */
const KEY = /^flux_(?:dev|stg|prod|ci)_/i;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Tells whether a profile's name is valid; in the file, it may not be. */
export function isProfileName(name: string): boolean {
  return NAME.test(name) && !KEY.test(name);
}

/** Checks a name from `origin`, such as `--profile`, and returns it. */
export function checkProfileName(name: string, origin: string): string {
  if (KEY.test(name)) throw new UsageError(`${origin} must be the name of a profile, not an API key`);
  if (NAME.test(name)) return name;
  throw new UsageError(
    `${origin} has an invalid profile name. Use 1 to 64 letters, digits, '.', '_' and '-', starting with a letter or digit.`,
  );
}

/**
 * Encodes a profile's name for a file name, which is unique even if the file system ignores case.
 *
 * @throws {ConfigurationError} When the name is invalid: it might lead out of the folder.
 */
export function fileNamePart(name: string): string {
  if (!isProfileName(name)) {
    throw new ConfigurationError("The credentials file has a profile with an invalid name. Rename it there.");
  }
  return name.replace(/[A-Z_]/g, (it) => `_${it.toLowerCase()}`);
}
