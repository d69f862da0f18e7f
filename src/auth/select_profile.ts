import { apiUrlText, DEFAULT_API_URL, parseApiUrl } from "../api_client/api_url.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { Profile } from "../credentials/profile.ts";
import { checkProfileName, DEFAULT_PROFILE } from "../credentials/profile_name.ts";
import { UsageError } from "../errors.ts";
import { findPin } from "./project_pin.ts";

/** The options that select the profile and the platform. */
export interface ProfileOptions {
  readonly requests?: RequestOptions;
  readonly profile?: string;
  readonly apiUrl?: string;
}

/** A profile's name and where it comes from. */
export interface SelectedProfile {
  readonly name: string;
  /** `--profile`, `FLUXLOOP_PROFILE`, the path of a project's pin, or `default_profile`; `null` for the built-in default. */
  readonly chosenBy: string | null;
}

/** Selects the profile that a command changes: the named one, or the file's default. */
export function selectProfile(
  context: Context,
  document: CredentialsDocument,
  options: ProfileOptions,
): SelectedProfile {
  return namedProfile(context, options) ?? defaultProfile(document);
}

/** Selects the profile that a command uses: like {@linkcode selectProfile}, but considers the current project's pin, too. */
export function selectProfileHere(
  context: Context,
  document: CredentialsDocument,
  options: ProfileOptions,
): SelectedProfile {
  return namedProfile(context, options) ?? findPin(context) ?? defaultProfile(document);
}

function namedProfile(context: Context, { profile }: ProfileOptions): SelectedProfile | null {
  const name = profile ?? (context.env("FLUXLOOP_PROFILE")?.trim() || undefined);
  const chosenBy = profile === undefined ? "FLUXLOOP_PROFILE" : "--profile";
  return name === undefined ? null : { name: checkProfileName(name, chosenBy), chosenBy };
}

function defaultProfile(document: CredentialsDocument): SelectedProfile {
  const name = document.setting("default_profile");
  return name === null ? { name: DEFAULT_PROFILE, chosenBy: null } : { name, chosenBy: "default_profile" };
}

/** Returns the API URL from the option or the variable, or `null`. */
export function chosenApiUrl(context: Context, options: ProfileOptions): URL | null {
  if (options.apiUrl !== undefined) return parseApiUrl(options.apiUrl, "--api-url");
  const variable = context.env("FLUXLOOP_API_URL")?.trim() || undefined;
  return variable === undefined ? null : parseApiUrl(variable, "FLUXLOOP_API_URL");
}

/** Returns the API URL that a profile was saved for. */
export function apiUrlOf({ name, apiUrl }: Profile): URL {
  return apiUrl === null ? new URL(DEFAULT_API_URL) : parseApiUrl(apiUrl, `api_url of profile "${name}"`);
}

/** Returns the API URL for a profile's key: the profile's own, or `chosen`, which must have the same origin. */
export function apiUrlFor(profile: Profile, chosen: URL | null): URL {
  const own = apiUrlOf(profile);
  if (chosen === null) return own;
  if (chosen.origin === own.origin) return chosen;
  throw new UsageError(
    `The key of profile "${profile.name}" is for ${apiUrlText(own)} and is not sent to ${chosen.origin}. To log in ` +
      `there, run: fluxloop auth login --profile <name> --api-url ${chosen.origin}`,
  );
}
