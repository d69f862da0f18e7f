/**
 * The results of `fluxloop auth login`, `logout`, `switch` and `token`.
 *
 * @module
 */
import { apiUrlText } from "../api_client/api_url.ts";
import type { LoginResult } from "../auth/log_in.ts";
import type { LogoutResult } from "../auth/log_out.ts";
import type { Credential } from "../auth/resolve_credential.ts";
import type { SwitchResult } from "../auth/switch_profile.ts";
import { UNKNOWN } from "../text/expiry.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { orUnknown } from "./phrases.ts";

/** The text above the prompt (hosted documentation: "Interactive Flow"). The line about hidden typing isn't part of it. */
export const ENTER_KEY = "Please enter your API key:\n(Typing is hidden.)\n";
export const WELCOME = `\nWelcome to FluxLoop!\n\n${ENTER_KEY}`;

/** Renders a login (hosted documentation: "Interactive Flow"). */
export function loginText({ identity, savedTo, keychain }: LoginResult): string {
  const organizations = identity.organizations?.map((it) => printable(it.name)).join(", ");
  return [
    "✅ Successfully authenticated!",
    ...(savedTo === null ? [] : [`✅ Credentials saved to ${savedTo}`]),
    ...(keychain === null ? [] : [`✅ API key saved to ${printable(keychain)}`]),
    "",
    `Your account: ${orUnknown(identity.account?.email)}`,
    `Organizations: ${organizations === undefined ? UNKNOWN : organizations || "none"}`,
  ].join("\n") + "\n";
}

/** Says how to use a profile that isn't the current one. */
export function selectHint(profile: string): string {
  return `To use this profile, pass --profile ${profile} or run: fluxloop auth switch ${profile}\n`;
}

/** Renders a login as JSON. */
export function loginJson(result: LoginResult): unknown {
  const { profile, savedTo, keychain, apiUrl, identity, maskedKey } = result;
  return {
    authenticated: true,
    profile,
    saved: savedTo !== null,
    credentials_file: savedTo,
    ...(keychain === null ? {} : { storage: "keychain" }),
    api_url: apiUrlText(apiUrl),
    account: identity.account,
    organizations: identity.organizations,
    api_key: { id: identity.key?.id ?? null, masked: maskedKey },
  };
}

/** Renders a logout. */
export function logoutText({ profiles, isRevoked }: LogoutResult): string {
  if (profiles.length === 0) return "No saved credentials.\n";
  const names = `${profiles.length === 1 ? "profile" : "profiles"}: ${
    profiles.map((it) => redact(printable(it))).join(", ")
  }`;
  return `✅ Logged out from ${names}\n${isRevoked ? "✅ Revoked on the platform\n" : ""}`;
}

/** Renders a logout as JSON. */
export function logoutJson({ profiles, isRevoked }: LogoutResult): unknown {
  return { logged_out: profiles.map(redact), ...(isRevoked ? { revoked: true } : {}) };
}

/** Renders a switch. */
export function switchText({ profile }: SwitchResult): string {
  return `✅ Switched to profile ${profile}\n`;
}

/** Renders `auth token` as JSON, with the whole key. */
export function tokenJson({ key, source, profile, apiUrl }: Credential): unknown {
  return { token: key, source, profile: profile?.name ?? null, api_url: apiUrlText(apiUrl) };
}
