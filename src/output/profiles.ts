/**
 * `fluxloop auth list`, as text and as JSON (design: "fluxloop auth list").
 *
 * @module
 */
import type { ListedProfile, ProfileList } from "../auth/list_profiles.ts";
import { DEFAULT_API_URL } from "../api_client/api_url.ts";
import { expiryText, UNKNOWN } from "../text/expiry.ts";
import { tableText } from "./table.ts";
import { printable } from "../text/printable.ts";

/**
 * @param list The saved profiles.
 * @param now The current time.
 * @param width The terminal's width; `null` without a terminal.
 * @returns A table for standard output, the current profile marked with `*`.
 */
export function profilesText({ profiles, file }: ProfileList, now: Date, width: number | null): string {
  if (profiles.length === 0) return "No saved profiles. Run: fluxloop auth login\n";
  const rows = [["", "PROFILE", "ACCOUNT", "API KEY", "EXPIRES"], ...profiles.map((it) => rowOf(it, now))];
  return `Profiles in ${file}:\n\n${tableText(rows, width)}`;
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

function placeText({ isBrowserLogin, keychain }: ListedProfile): string {
  if (isBrowserLogin) return "(browser login)";
  return keychain === null ? "(none, log in again)" : "(in the keychain)";
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
      { name, current, account, maskedKey, isBrowserLogin, keychain, expires, apiUrl, isRotating },
    ) => ({
      name,
      current,
      account,
      api_key: maskedKey,
      ...(isBrowserLogin ? { signed_in: "browser" } : {}),
      ...(keychain === null ? {} : { storage: "keychain" }),
      expires,
      api_url: apiUrl,
      ...(isRotating ? { rotation: "unfinished" } : {}),
    })),
  };
}
