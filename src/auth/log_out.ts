/**
 * Use case: remove saved credentials (seed: "fluxloop auth logout").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, updateCredentials } from "../credentials/credential_store.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import { UsageError } from "../errors.ts";
import { overridingVariable, requireProfile, selectProfile } from "./resolve_credential.ts";

/** What a logout came to. */
export interface LogoutResult {
  /** The profiles that were removed, in the file's order. */
  readonly profiles: readonly string[];
  /** The variable whose key goes on to work, or `null`. */
  readonly overriddenBy: string | null;
}

/**
 * Removes one profile's credentials, or all. It works on the store alone and makes no request.
 *
 * @param context The outside world.
 * @param options `--profile` and `--all`, which exclude each other.
 * @throws {UsageError} When both are given.
 * @throws {NotLoggedInError} When no profile is named and the default one is not there.
 * @throws {NotFoundError} When a profile is named or selected and is not there.
 * @throws {ConfigurationError | SystemError} When the file cannot be read or written; it is as it was.
 */
export async function logOut(
  context: Context,
  options: { readonly profile?: string; readonly all: boolean },
): Promise<LogoutResult> {
  if (options.all && options.profile !== undefined) throw new UsageError("--all and --profile exclude each other");
  const location = requireCredentialsLocation(context);
  const overriddenBy = overridingVariable(context);
  const before = await readCredentials(location);
  // Without anything to remove, neither a folder nor a file is made.
  if (options.all && before.profileNames().length === 0) return { profiles: [], overriddenBy };
  const selected = selectProfile(context, before, options);
  if (!options.all && !before.has(selected.name)) requireProfile(before, selected);

  const profiles = await updateCredentials(location, (document) => {
    const names = document.profileNames().filter((name) => options.all || name === selected.name);
    for (const name of names) document.remove(name);
    return names;
  });
  return { profiles, overriddenBy };
}
