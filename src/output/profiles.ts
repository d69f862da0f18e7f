import { DEFAULT_API_URL } from "../api_client/api_url.ts";
import type { ListedProfile, ProfileList } from "../auth/list_profiles.ts";
import { expiryText, UNKNOWN } from "../text/expiry.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { tableText } from "./table.ts";

/** Renders a table of profiles, the current one marked with `*`; `width` is the terminal's, or `null`. */
export function profilesText({ profiles, file }: ProfileList, now: Date, width: number | null): string {
  if (profiles.length === 0) return "No saved profiles. Run: fluxloop auth login\n";
  const rows = profiles.map((it) => [
    it.current ? "*" : "",
    // In a file that was edited by hand, a name may be a key, and a URL may have a password.
    redact(printable(it.name)),
    redact(printable((it.account ?? UNKNOWN) + (it.apiUrl === DEFAULT_API_URL ? "" : ` at ${it.apiUrl}`))),
    it.maskedKey ?? placeText(it),
    expiresText(it.expires, now),
  ]);
  return `Profiles in ${file}:\n\n${tableText([["", "PROFILE", "ACCOUNT", "API KEY", "EXPIRES"], ...rows], width)}`;
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

/** Renders the profiles as JSON. */
export function profilesJson({ profiles }: ProfileList): unknown {
  return {
    profiles: profiles.map((it) => ({
      name: redact(it.name),
      current: it.current,
      account: it.account,
      api_key: it.maskedKey,
      ...(it.isBrowserLogin ? { signed_in: "browser" } : {}),
      ...(it.keychain === null ? {} : { storage: "keychain" }),
      expires: it.expires,
      api_url: redact(it.apiUrl),
      ...(it.isRotating ? { rotation: "unfinished" } : {}),
    })),
  };
}
