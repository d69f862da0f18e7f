import type { Context } from "../context.ts";
import { readCredentials, updateCredentials } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import type { Profile } from "../credentials/profile.ts";
import { checkProfileName, DEFAULT_PROFILE } from "../credentials/profile_name.ts";
import { NotFoundError, NotLoggedInError } from "../errors.ts";
import { findPin } from "./project_pin.ts";
import { overridingVariable } from "./resolve_credential.ts";

/** As in `cd -`. */
const PREVIOUS = "-";

/** The result of a switch. */
export interface SwitchResult {
  readonly profile: string;
  /** The variable that overrides the choice, or `null`. */
  readonly overriddenBy: string | null;
  /** The file in which the current project pins a profile of its own, or `null`. */
  readonly pinnedBy: string | null;
}

/** A profile to choose from. */
export interface Choice extends Pick<Profile, "name" | "account"> {
  readonly isCurrent: boolean;
}

/** Makes a saved profile the default one; `-` is the one before the last switch. */
export async function switchProfile(context: Context, profile: string): Promise<SwitchResult> {
  if (profile !== PREVIOUS) checkProfileName(profile, "The argument");
  const location = requireCredentialsLocation(context);
  // Checked first, so that no folder or file is created for a profile that doesn't exist.
  requireExisting(await readCredentials(location), profile);
  const pinnedBy = findPin(context)?.chosenBy ?? null;
  const chosen = await updateCredentials(location, (document) => {
    const name = requireExisting(document, profile);
    document.switchTo(name);
    return name;
  });
  const variable = context.env("FLUXLOOP_PROFILE")?.trim() ? "FLUXLOOP_PROFILE" : null;
  return { profile: chosen, overriddenBy: overridingVariable(context) ?? variable, pinnedBy };
}

/** Lists the profiles to choose from, in the file's order. */
export async function switchChoices(context: Context): Promise<Choice[]> {
  const document = await readCredentials(requireCredentialsLocation(context));
  const profiles = document.profiles();
  if (profiles.length === 0) throw new NotLoggedInError();
  const current = document.setting("default_profile") ?? DEFAULT_PROFILE;
  return profiles.map(({ name, account }) => ({ name, account, isCurrent: name === current }));
}

function requireExisting(document: CredentialsDocument, profile: string): string {
  if (profile !== PREVIOUS) return document.require(profile, "--profile").name;
  const previous = document.setting("previous_profile");
  if (previous === null) {
    throw new NotFoundError("There is no previous profile. Pass a profile: fluxloop auth switch <profile>");
  }
  return document.require(previous, "previous_profile").name;
}
