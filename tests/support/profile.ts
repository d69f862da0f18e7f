/**
 * Credentials of a profile, for tests that save some.
 *
 * @module
 */
import type { Profile } from "../../src/credentials/profile.ts";

/** @returns A profile with a key in the file and nothing else, but for what is given. */
export function profileNamed(name: string, fields: Partial<Profile> = {}): Profile {
  return {
    name,
    apiKey: `flux_dev_${name}`,
    tokens: null,
    keptKey: null,
    account: null,
    expires: null,
    apiUrl: null,
    keyId: null,
    created: null,
    ...fields,
  };
}
