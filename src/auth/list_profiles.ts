import { DEFAULT_API_URL } from "../api_client/api_url.ts";
import type { Context } from "../context.ts";
import { readCredentials } from "../credentials/credential_store.ts";
import { credentialsLocation } from "../credentials/location.ts";
import type { Profile } from "../credentials/profile.ts";
import { keychainName } from "../credentials/credential_helper.ts";
import { maskKey } from "../text/mask.ts";
import { selectProfileHere } from "./select_profile.ts";

/** A saved profile, without its key. */
export interface ListedProfile extends Pick<Profile, "name" | "account" | "expires"> {
  /** Whether commands use this profile unless an option names another. */
  readonly current: boolean;
  readonly maskedKey: string | null;
  readonly isBrowserLogin: boolean;
  /** The name of the keychain that holds the key, or `null`. */
  readonly keychain: string | null;
  readonly apiUrl: string;
  readonly isRotating: boolean;
}

/** All saved profiles. */
export interface ProfileList {
  readonly profiles: readonly ListedProfile[];
  /** The credentials file's path, for messages; `null` if there is no home folder. */
  readonly file: string | null;
}

/** Lists the saved profiles, in the file's order, without a request. */
export async function listProfiles(context: Context): Promise<ProfileList> {
  const location = credentialsLocation(context);
  const document = await readCredentials(location);
  const current = selectProfileHere(context, document, {}).name;
  const profiles = document.profileNames().map((name): ListedProfile => {
    // A profile that can't be read is listed by its name.
    const profile = document.find(name);
    const secret = profile?.secret;
    return {
      name,
      current: name === current,
      account: profile?.account ?? null,
      maskedKey: secret?.kind === "api_key" ? maskKey(secret.key) : null,
      isBrowserLogin: secret?.kind === "tokens",
      keychain: secret?.kind === "keychain" ? keychainName(secret.helper) : null,
      expires: profile?.expires ?? null,
      apiUrl: profile?.apiUrl ?? DEFAULT_API_URL,
      isRotating: (profile?.rotation ?? null) !== null,
    };
  });
  return { profiles, file: location?.shown ?? null };
}
