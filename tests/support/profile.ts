/**
 * Credentials of a profile, for tests that save some.
 *
 * @module
 */
import type { Profile, StoredSecret } from "../../src/credentials/profile.ts";

/** @returns A profile with a key in the file and nothing else, but for what is given. */
export function profileNamed(name: string, fields: Partial<Profile> = {}): Profile {
  return {
    name,
    secret: { kind: "api_key", key: `flux_dev_${name}` },
    rotation: null,
    account: null,
    expires: null,
    apiUrl: null,
    keyId: null,
    created: null,
    ...fields,
  };
}

/** @returns What the keychain stores for a key. */
export function stored(key: string): StoredSecret {
  return { secret: { kind: "api_key", key }, rotation: null };
}
