/**
 * `fluxloop auth login`, `logout`, `switch` and `token`, as text and as JSON.
 *
 * @module
 */
import { apiUrlText } from "../api_client/api_url.ts";
import type { Identity } from "../api_client/identity.ts";
import { printable } from "../text/printable.ts";
import { UNKNOWN } from "../text/expiry.ts";
import type { KeySource } from "./status.ts";
import type { AbandonedRotation, GitExposure } from "./warnings.ts";

/** What a login came to. */
export interface LoginResult {
  readonly profile: string;
  /** The file that the credentials were saved to, as people write it; `null` when they were not. */
  readonly savedTo: string | null;
  /** What people call the system's own store, where the key is there and not in the file; else `null`. */
  readonly keptBy: string | null;
  /** What people call the store that the profile's old key could not be removed from; else `null`. */
  readonly leftBehind: string | null;
  /** The rotation of the profile that nobody will finish now, or `null`. */
  readonly abandoned: AbandonedRotation | null;
  readonly apiUrl: URL;
  readonly maskedKey: string;
  readonly identity: Identity;
  /** The variable whose key stands over the saved one in every other command, or `null`. */
  readonly overriddenBy: string | null;
  /** Where git would take what was saved into a commit, or `null`. */
  readonly exposure: GitExposure | null;
}

/** What a logout came to. */
export interface LogoutResult {
  /** The profiles that were removed, in the file's order. */
  readonly profiles: readonly string[];
  /** Rotations of theirs that nobody will finish now, and that left something behind. */
  readonly abandoned: readonly AbandonedRotation[];
  /** Whether the platform does not take their keys any more either. */
  readonly isRevoked: boolean;
  /** The variable whose key goes on to work, or `null`. */
  readonly overriddenBy: string | null;
}

/** What a switch came to. */
export interface SwitchResult {
  readonly profile: string;
  /** The variable that stands over the choice, or `null`. */
  readonly overriddenBy: string | null;
  /** The file in which the project here pins a profile of its own, or `null`. */
  readonly pinnedBy: string | null;
}

/** A key that was asked for. */
export interface TokenResult {
  readonly key: string;
  readonly source: KeySource;
  /** The profile it came from, or `null`. */
  readonly profile: { readonly name: string } | null;
  readonly apiUrl: URL;
}

/** What stands above the hidden prompt (seed: "Interactive Flow"). */
export const WELCOME = "\nWelcome to FluxLoop!\n\nPlease enter your API key:\n";

/** @returns The text for standard output (seed: "Interactive Flow"). */
export function loginText({ identity, savedTo, keptBy }: LoginResult): string {
  const organizations = identity.organizations?.map((it) => printable(it.name)).join(", ");
  return [
    "✅ Successfully authenticated!",
    ...(savedTo === null ? [] : [`✅ Credentials saved to ${savedTo}`]),
    ...(keptBy === null ? [] : [`✅ API key saved to ${printable(keptBy)}`]),
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
    ...(result.keptBy === null ? {} : { storage: "keychain" }),
    api_url: apiUrlText(result.apiUrl),
    account: result.identity.account,
    organizations: result.identity.organizations,
    api_key: { id: result.identity.key?.id ?? null, masked: result.maskedKey },
  };
}

/** @returns The text for standard output. */
export function logoutText({ profiles, isRevoked }: LogoutResult): string {
  if (profiles.length === 0) return "There are no saved credentials.\n";
  return `✅ Logged out from ${profiles.length === 1 ? "profile" : "profiles"}: ${
    profiles.map(printable).join(", ")
  }\n${isRevoked ? "✅ The platform does not take what was saved any more.\n" : ""}`;
}

/** @returns The JSON document. */
export function logoutJson({ profiles, isRevoked }: LogoutResult): unknown {
  return { logged_out: profiles, ...(isRevoked ? { revoked: true } : {}) };
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
export function tokenJson({ key, source, profile, apiUrl }: TokenResult): unknown {
  return { token: key, source, profile: profile?.name ?? null, api_url: apiUrlText(apiUrl) };
}
