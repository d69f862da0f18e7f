/**
 * `fluxloop auth login`, `logout` and `token`, as text and as JSON, and the warnings that several commands share.
 *
 * @module
 */
import type { LoginResult } from "../auth/log_in.ts";
import type { LogoutResult } from "../auth/log_out.ts";
import type { SwitchResult } from "../auth/switch_profile.ts";
import type { LooseFile } from "../credentials/credential_store.ts";
import type { GitExposure } from "../credentials/git_exposure.ts";
import type { Credential } from "../auth/resolve_credential.ts";
import { apiUrlText } from "../platform/api_url.ts";
import { printable } from "./printable.ts";
import { UNKNOWN } from "./status.ts";

/** What stands above the hidden prompt (seed: "Interactive Flow"). */
export const WELCOME = "\nWelcome to FluxLoop!\n\nPlease enter your API key:\n";

/** @returns The text for standard output (seed: "Interactive Flow"). */
export function loginText({ identity, savedTo }: LoginResult): string {
  const organizations = identity.organizations?.map((it) => printable(it.name)).join(", ");
  return [
    "✅ Successfully authenticated!",
    ...(savedTo === null ? [] : [`✅ Credentials saved to ${savedTo}`]),
    "",
    `Your account: ${printable(identity.account?.email ?? UNKNOWN)}`,
    `Organizations: ${organizations === undefined ? UNKNOWN : organizations || "none"}`,
  ].join("\n") + "\n";
}

/** @returns The JSON document; the key is masked. */
export function loginJson(result: LoginResult): unknown {
  return {
    authenticated: true,
    profile: result.profile,
    saved: result.savedTo !== null,
    credentials_file: result.savedTo,
    api_url: apiUrlText(result.apiUrl),
    account: result.identity.account,
    organizations: result.identity.organizations,
    api_key: { id: result.identity.key?.id ?? null, masked: result.maskedKey },
  };
}

/** @returns The text for standard output. */
export function logoutText({ profiles }: LogoutResult): string {
  if (profiles.length === 0) return "There are no saved credentials.\n";
  return `✅ Logged out from ${profiles.length === 1 ? "profile" : "profiles"}: ${
    profiles.map(printable).join(", ")
  }\n`;
}

/** @returns The JSON document. */
export function logoutJson({ profiles }: LogoutResult): unknown {
  return { logged_out: profiles };
}

/** @returns The text for standard output. */
export function switchText({ profile }: SwitchResult): string {
  return `✅ Profile ${profile} is used when none is named.\n`;
}

/** @returns The JSON document. */
export function switchJson({ profile }: SwitchResult): unknown {
  return { profile };
}

/** @returns The JSON document of `auth token`, the one command that is there to hand the key out. */
export function tokenJson({ key, source, profile, apiUrl }: Credential): unknown {
  return { token: key, source, profile: profile?.name ?? null, api_url: apiUrlText(apiUrl) };
}

/** @returns A warning that the credentials file can be read by others. */
export function looseFileWarning({ shown, mode }: LooseFile): string {
  return `⚠️  ${shown} can be read by others (mode ${mode.toString(8).padStart(4, "0")}). ` +
    `Close it: chmod 600 ${shown}. The next login does so too.\n`;
}

/** @returns A warning that git would take the credentials file. */
export function gitWarning({ workTree, line }: GitExposure): string {
  return `⚠️  Git would commit your credentials. Add this line to ${printable(workTree)}/.gitignore: ${
    printable(line)
  }\n`;
}

/** @returns A warning that a variable stands over what is saved. */
export function overrideWarning(variable: string): string {
  return `⚠️  ${variable} is set: it is used instead of what is saved.\n`;
}

/** @returns A warning that a key from the environment stands over the profile that was named. */
export function profileOverrideWarning(variable: string, profile: string): string {
  return `⚠️  ${variable} is set: its key is used instead of profile "${profile}".\n`;
}
