/**
 * Names of profiles (design: "Files").
 *
 * @module
 */
import { UsageError } from "../errors.ts";

/** The profile that is used when nothing names another. */
export const DEFAULT_PROFILE = "default";

/** As a name, a key would be shown wherever names are. */
const KEY = /^flux_(?:dev|stg|prod|ci)_/i;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** @returns Whether a profile can be called so: what a file holds may be anything. */
export function isProfileName(name: string): boolean {
  return NAME.test(name) && !KEY.test(name);
}

/**
 * @param name What was given.
 * @param origin Who gave it, as a person knows it: `--profile`, `FLUXLOOP_PROFILE`.
 * @returns The name.
 * @throws {UsageError} When no profile can be called so.
 */
export function checkProfileName(name: string, origin: string): string {
  if (KEY.test(name)) throw new UsageError(`${origin} holds an API key where a profile's name belongs`);
  if (NAME.test(name)) return name;
  throw new UsageError(
    `${origin} is no profile name: it takes 1 to 64 letters, digits, '.', '_' and '-', a letter or digit first`,
  );
}
