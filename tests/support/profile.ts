/**
 * Profiles and stored secrets for tests.
 *
 * @module
 */
import type { Profile, StoredSecret } from "../../src/credentials/profile.ts";

/** @returns A profile that has only an API key, with `fields` overriding the defaults. */
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

/** @returns The secret that the keychain stores for a key. */
export function stored(key: string): StoredSecret {
  return { secret: { kind: "api_key", key }, rotation: null };
}
