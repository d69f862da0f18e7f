import { ConfigurationError, UsageError } from "../errors.ts";

/** The profile that is used when none is named. */
export const DEFAULT_PROFILE = "default";

/** A key in place of a name would be shown wherever names are. */
const KEY = /^flux_(?:dev|stg|prod|ci)_/i;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Tells whether a profile can have this name: a file may have anything. */
export function isProfileName(name: string): boolean {
  return NAME.test(name) && !KEY.test(name);
}

/** Returns a name that was given at `origin`, such as `--profile`, if it is valid. */
export function checkProfileName(name: string, origin: string): string {
  if (KEY.test(name)) throw new UsageError(`${origin} must be the name of a profile, not an API key`);
  if (NAME.test(name)) return name;
  throw new UsageError(
    `${origin} has an invalid profile name. Use 1 to 64 letters, digits, '.', '_' and '-', starting with a letter or digit.`,
  );
}

/**
 * Returns the part of a file name that stands for a profile, different for each also where case is ignored.
 *
 * @throws {ConfigurationError} When no profile can have this name: it might lead out of the folder.
 */
export function fileNamePart(name: string): string {
  if (!isProfileName(name)) {
    throw new ConfigurationError("The credentials file has a profile with an invalid name. Rename it there.");
  }
  return name.replace(/[A-Z_]/g, (it) => `_${it.toLowerCase()}`);
}
