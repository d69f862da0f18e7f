/**
 * `fluxloop auth login`, `logout`, `switch` and `token`, as text and as JSON.
 *
 * @module
 */
import { apiUrlText } from "../api_client/api_url.ts";
import type { LoginResult } from "../auth/log_in.ts";
import type { LogoutResult } from "../auth/log_out.ts";
import type { KeySource } from "../auth/resolve_credential.ts";
import type { SwitchResult } from "../auth/switch_profile.ts";
import { printable } from "../text/printable.ts";
import { UNKNOWN } from "../text/expiry.ts";

/** A key that was asked for. */
export interface TokenResult {
  readonly key: string;
  readonly source: KeySource;
  /** The profile it came from, or `null`. */
  readonly profile: { readonly name: string } | null;
  readonly apiUrl: URL;
}

/** What stands above the hidden prompt (seed: "Interactive Flow"); the last line is ours, because nothing is echoed. */
export const ENTER_KEY = "Please enter your API key:\n(Typing is hidden.)\n";
export const WELCOME = `\nWelcome to FluxLoop!\n\n${ENTER_KEY}`;

/** @returns The text for standard output (seed: "Interactive Flow"). */
export function loginText({ identity, savedTo, keychain }: LoginResult): string {
  const organizations = identity.organizations?.map((it) => printable(it.name)).join(", ");
  return [
    "✅ Successfully authenticated!",
    ...(savedTo === null ? [] : [`✅ Credentials saved to ${savedTo}`]),
    ...(keychain === null ? [] : [`✅ API key saved to ${printable(keychain)}`]),
    "",
    `Your account: ${printable(identity.account?.email ?? UNKNOWN)}`,
    `Organizations: ${organizations === undefined ? UNKNOWN : organizations || "none"}`,
  ].join("\n") + "\n";
}

/** @returns The hint after a login to a profile that no command uses by itself. */
export function selectHint(profile: string): string {
  return `To use this profile, pass --profile ${profile} or run: fluxloop auth switch ${profile}\n`;
}

/** @returns The JSON document; the key is masked. */
export function loginJson(result: LoginResult): unknown {
  return {
    authenticated: true,
    profile: result.profile,
    saved: result.savedTo !== null,
    credentials_file: result.savedTo,
    ...(result.keychain === null ? {} : { storage: "keychain" }),
    api_url: apiUrlText(result.apiUrl),
    account: result.identity.account,
    organizations: result.identity.organizations,
    api_key: { id: result.identity.key?.id ?? null, masked: result.maskedKey },
  };
}

/** @returns The text for standard output. */
export function logoutText({ profiles, isRevoked }: LogoutResult): string {
  if (profiles.length === 0) return "No saved credentials.\n";
  return `✅ Logged out from ${profiles.length === 1 ? "profile" : "profiles"}: ${
    profiles.map(printable).join(", ")
  }\n${isRevoked ? "✅ Revoked on the platform\n" : ""}`;
}

/** @returns The JSON document. */
export function logoutJson({ profiles, isRevoked }: LogoutResult): unknown {
  return { logged_out: profiles, ...(isRevoked ? { revoked: true } : {}) };
}

/** @returns The text for standard output. */
export function switchText({ profile }: SwitchResult): string {
  return `✅ Switched to profile ${profile}\n`;
}

/** @returns The JSON document. */
export function switchJson({ profile }: SwitchResult): unknown {
  return { profile };
}

/** @returns The JSON document of `auth token`, the one command that is there to hand the key out. */
export function tokenJson({ key, source, profile, apiUrl }: TokenResult): unknown {
  return { token: key, source, profile: profile?.name ?? null, api_url: apiUrlText(apiUrl) };
}
