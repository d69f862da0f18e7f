/**
 * `fluxloop auth list`, as text and as JSON (design: "fluxloop auth list").
 *
 * @module
 */
import type { ListedProfile, ProfileList } from "../auth/list_profiles.ts";
import { DEFAULT_API_URL } from "../api_client/api_url.ts";
import { expiryText, UNKNOWN } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";

/**
 * @param list The saved profiles.
 * @param now The current time.
 * @returns A table for standard output, the current profile marked with `*`.
 */
export function profilesText({ profiles, file }: ProfileList, now: Date): string {
  if (profiles.length === 0) return "There are no saved credentials. Run: fluxloop auth login\n";
  const rows = [["", "PROFILE", "ACCOUNT", "API KEY", "EXPIRES"], ...profiles.map((it) => rowOf(it, now))];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd());
  return [`Profiles in ${file}:`, "", ...lines].join("\n") + "\n";
}

function rowOf(profile: ListedProfile, now: Date): string[] {
  const elsewhere = profile.apiUrl === DEFAULT_API_URL ? "" : ` at ${profile.apiUrl}`;
  return [
    profile.current ? "*" : "",
    printable(profile.name),
    printable((profile.account ?? UNKNOWN) + elsewhere),
    profile.maskedKey ?? placeText(profile),
    expiresText(profile.expires, now),
  ];
}

function placeText({ isBrowserLogin, keptBy }: ListedProfile): string {
  if (isBrowserLogin) return "(signed in through the browser)";
  return keptBy === null ? "(none: log in again)" : "(in the keychain)";
}

function expiresText(expires: string | null, now: Date): string {
  if (expires === null) return UNKNOWN;
  const time = new Date(expires);
  return Number.isNaN(time.getTime()) ? printable(expires) : expiryText(time, now);
}

/** @returns The JSON document. */
export function profilesJson({ profiles }: ProfileList): unknown {
  return {
    profiles: profiles.map((
      { name, current, account, maskedKey, isBrowserLogin, keptBy, expires, apiUrl, isRotating },
    ) => ({
      name,
      current,
      account,
      api_key: maskedKey,
      ...(isBrowserLogin ? { signed_in: "browser" } : {}),
      ...(keptBy === null ? {} : { storage: "keychain" }),
      expires,
      api_url: apiUrl,
      ...(isRotating ? { rotation: "unfinished" } : {}),
    })),
  };
}
