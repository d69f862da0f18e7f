/**
 * Parts of sentences that several outputs share.
 *
 * @module
 */
import { pageUrl } from "../api_client/api_url.ts";
import type { ReportedKey } from "../auth/check_status.ts";
import { ROTATION_DAYS, type RotationReason } from "../auth/key_age.ts";
import { type Expiry, UNKNOWN, utcTime } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";

/** Returns a command of `fluxloop auth` for a profile. */
export function profileCommand(command: string, profile: string): string {
  return `fluxloop auth ${command}${profile === "default" ? "" : ` --profile ${profile}`}`;
}

/** Says how to replace a key. An expired key can't create the next one. */
export function renewal(
  { profile, origin, apiUrl }: Pick<ReportedKey, "profile" | "origin" | "apiUrl">,
  hasExpired = false,
): string {
  if (profile !== null && !hasExpired) return `Replace it: ${profileCommand("rotate", profile)}`;
  const next = profile === null ? `set it in ${origin}` : `run: ${profileCommand("login", profile)}`;
  return `Generate a new key at ${pageUrl(apiUrl, "/settings/api-keys")} and ${next}`;
}

/** Why a key should be replaced. */
export const ROTATION_REASONS: Readonly<Record<RotationReason, string>> = {
  expired: "This key has expired",
  expires_soon: "This key expires soon",
  old: `This key is older than ${ROTATION_DAYS} days`,
};

/** Renders permission bits: `0644`. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

/** Renders the projects that a key can access; `names` has the names of known ones. */
export function scopesText(
  scopes: "all_projects" | readonly string[] | null,
  names: readonly { readonly id: string; readonly name: string }[] | null,
  all: string,
): string {
  if (scopes === null) return UNKNOWN;
  if (scopes === "all_projects") return all;
  const nameOf = (id: string) => names?.find((it) => it.id === id)?.name ?? id;
  return scopes.map((id) => printable(nameOf(id))).join(", ") || "none";
}

/** Renders a time for JSON; `null` for "never" and for an unknown time. */
export function timeJson(time: Expiry): string | null {
  return time instanceof Date ? utcTime(time) : null;
}

/** Renders an account, an organization and so on: `unknown` if the platform doesn't send it. */
export function orUnknown(text: string | null | undefined): string {
  return printable(text ?? UNKNOWN);
}
