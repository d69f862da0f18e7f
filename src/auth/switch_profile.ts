/**
 * Use case: choose the profile that is used when none is named (design: "fluxloop auth switch").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, updateCredentials } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import type { Profile } from "../credentials/profile.ts";
import { checkProfileName, DEFAULT_PROFILE } from "../credentials/profile_name.ts";
import { NotFoundError, NotLoggedInError } from "../errors.ts";
import { findPin } from "./project_pin.ts";
import { overridingVariable } from "./resolve_credential.ts";
import type { SelectedProfile } from "./select_profile.ts";

/** What stands for the profile that was used before, as in `cd -`. */
export const PREVIOUS = "-";

/** What a switch came to. */
export interface SwitchResult {
  readonly profile: string;
  /** The variable that overrides the choice, or `null`. */
  readonly overriddenBy: string | null;
  /** The file in which the project here pins a profile of its own, or `null`. */
  readonly pinnedBy: string | null;
}

/**
 * Makes a saved profile the one that is used when none is named. It makes no request.
 *
 * @param context The outside world.
 * @param profile The profile's name, or `-` for the one that was used before the last switch.
 * @throws {UsageError} When no profile can be called so.
 * @throws {NotFoundError} When there is no such profile, naming those that are; or none to go back to.
 * @throws {ConfigurationError | SystemError} When the file cannot be read or written; it is as it was.
 */
export async function switchProfile(context: Context, profile: string): Promise<SwitchResult> {
  if (profile !== PREVIOUS) checkProfileName(profile, "The profile");
  const location = requireCredentialsLocation(context);
  // Without the profile, neither a folder nor a file is made.
  requireWanted(await readCredentials(location), profile);
  const chosen = await updateCredentials(location, (document) => {
    const { name } = requireWanted(document, profile);
    document.switchTo(name);
    return name;
  });
  const variable = context.env("FLUXLOOP_PROFILE") ? "FLUXLOOP_PROFILE" : null;
  return {
    profile: chosen,
    overriddenBy: overridingVariable(context) ?? variable,
    pinnedBy: findPin(context)?.file ?? null,
  };
}

/** A profile to choose from. */
export interface Choice {
  readonly name: string;
  readonly account: string | null;
  /** Whether it is the one that is used now. */
  readonly isCurrent: boolean;
}

/**
 * @param context The outside world.
 * @returns The profiles that can be switched to, in the file's order.
 * @throws {NotLoggedInError} When there is none.
 * @throws {ConfigurationError} When the file cannot be read.
 */
export async function switchChoices(context: Context): Promise<Choice[]> {
  const document = await readCredentials(requireCredentialsLocation(context));
  const profiles = document.profiles();
  if (profiles.length === 0) throw new NotLoggedInError();
  const current = document.defaultProfile ?? DEFAULT_PROFILE;
  return profiles.map(({ name, account }) => ({ name, account, isCurrent: name === current }));
}

function requireWanted(document: CredentialsDocument, profile: string): Profile {
  const { name, chosenBy } = wanted(document, profile);
  return document.require(name, chosenBy);
}

function wanted(document: CredentialsDocument, profile: string): SelectedProfile {
  if (profile !== PREVIOUS) return { name: profile, chosenBy: "--profile" };
  const previous = document.previousProfile;
  if (previous === null) throw new NotFoundError("There is no profile to go back to: none was switched from");
  return { name: previous, chosenBy: "previous_profile" };
}
