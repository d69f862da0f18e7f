/**
 * Use case: choose the profile that is used when none is named (design: "fluxloop auth switch").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, updateCredentials } from "../credentials/credential_store.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import { checkProfileName } from "../credentials/profile_name.ts";
import type { SwitchResult } from "../output/session.ts";
import { overridingVariable, requireProfile } from "./resolve_credential.ts";

/**
 * Makes a saved profile the one that is used when none is named. It makes no request.
 *
 * @param context The outside world.
 * @param profile The profile's name.
 * @throws {UsageError} When no profile can be called so.
 * @throws {NotFoundError} When there is no such profile, naming those that are.
 * @throws {ConfigurationError | SystemError} When the file cannot be read or written; it is as it was.
 */
export async function switchProfile(context: Context, profile: string): Promise<SwitchResult> {
  context.renounceProcesses();
  const selected = { name: checkProfileName(profile, "The profile"), chosenBy: "--profile" } as const;
  const location = requireCredentialsLocation(context);
  // Without the profile, neither a folder nor a file is made.
  requireProfile(await readCredentials(location), selected);
  await updateCredentials(location, (document) => {
    requireProfile(document, selected);
    document.choose(profile);
  });
  const variable = context.env("FLUXLOOP_PROFILE") ? "FLUXLOOP_PROFILE" : null;
  return { profile, overriddenBy: overridingVariable(context) ?? variable };
}
