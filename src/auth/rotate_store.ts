/**
 * The store's part of a rotation: a new key in the place of an old one, wherever that is.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, updateCredentials } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { KeptKey, Profile } from "../credentials/profile.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import { storeTitle } from "../credentials/secret_stores.ts";
import { ConfigurationError, SystemError } from "../errors.ts";
import { utcDate } from "../text/expiry.ts";
import type { Identity } from "../api_client/identity.ts";
import { apiUrlOf } from "./resolve_credential.ts";

/** A key, and the one whose place it takes. */
export interface Replacement {
  readonly location: CredentialsLocation;
  /** The profile that is rotated; others that hold the same key get the new one, too. */
  readonly profile: Profile;
  /** The platform that both are for. */
  readonly apiUrl: URL;
  readonly oldKey: string;
  readonly newKey: string;
  /** What the platform tells of the new key. */
  readonly identity: Identity;
}

/** Where a new key was put. */
export interface Placed {
  /** The file or the system's store, as people call it. */
  readonly savedTo: string;
  readonly alsoIn: readonly string[];
}

/**
 * Puts a new key into a profile, and into every other that holds the old one: that is about to be of no use. What is done
 * already is done again without harm.
 *
 * @param context The outside world.
 * @param replacement What takes whose place.
 * @throws {SystemError} When the profile holds neither key any more: somebody logged in or out meanwhile, and that stands.
 * @throws {ConfigurationError | SystemError} When it cannot be saved.
 */
export async function putInPlace(context: Context, replacement: Replacement): Promise<Placed> {
  const { location, profile } = replacement;
  const keptIn = profile.keptKey === null ? [] : await putIntoStore(context, replacement, profile.keptKey);
  const names = await updateCredentials(location, (document) => {
    const names = document.profileNames().filter((name) =>
      holdsIt(document, name, replacement) || keptIn.includes(name)
    );
    if (!names.includes(profile.name) && !holdsNew(document, replacement)) throw changedMeanwhile(profile.name);
    for (const name of names) document.save(renewed(document.profile(name)!, replacement));
    return names;
  });
  return {
    savedTo: placeOf(replacement),
    alsoIn: names.filter((it) => it !== profile.name),
  };
}

/** @returns Where a profile's key is, as people call it. */
export function placeOf({ location, profile: { keptKey } }: Pick<Replacement, "location" | "profile">): string {
  return keptKey === null ? location.shown : storeTitle(keptKey.helper);
}

/** @returns The profiles whose key in the system's store is the new one now. */
async function putIntoStore(
  context: Context,
  { location, profile, apiUrl, oldKey, newKey }: Replacement,
  own: KeptKey,
): Promise<string[]> {
  const document = await readCredentials(location);
  const there = await keptSecret(context, own);
  if (there !== oldKey && there !== newKey) throw changedMeanwhile(profile.name);
  if (there !== newKey) await keepSecret(context, own, profile.name, newKey);
  const done = [profile.name];
  for (const { name, keptKey } of readable(document, apiUrl)) {
    if (keptKey === null || name === profile.name) continue;
    // What cannot be asked for is told by whoever uses that profile.
    const secret = await keptSecret(context, keptKey).catch(() => null);
    if (secret !== oldKey) continue;
    await keepSecret(context, keptKey, name, newKey);
    done.push(name);
  }
  return done;
}

/**
 * @param context The outside world.
 * @param kept Where a key is.
 * @returns The key; `null` where there is something else in its place, or nothing.
 * @throws {SystemError} When the system's store cannot be asked.
 */
export async function keptSecret(context: Context, { helper, reference }: KeptKey): Promise<string | null> {
  const { CredentialHelper } = await import("../credentials/credential_helper.ts");
  try {
    const secret = await new CredentialHelper(context, helper).get(reference);
    return "apiKey" in secret ? secret.apiKey : null;
  } catch (error) {
    if (error instanceof ConfigurationError) return null;
    throw error;
  }
}

/**
 * Puts a key into the system's store.
 *
 * @param context The outside world.
 * @param kept Where it is to be.
 * @param profile For messages.
 * @param apiKey The key.
 * @throws {ConfigurationError | SystemError} When the store does not take it.
 */
export async function keepSecret(
  context: Context,
  { helper, reference }: KeptKey,
  profile: string,
  apiKey: string,
): Promise<void> {
  const { CredentialHelper } = await import("../credentials/credential_helper.ts");
  await new CredentialHelper(context, helper).store(reference, profile, { apiKey });
}

/** @returns Where the old key of a profile waits in the system's store, beside the new one, until it is revoked. */
export function besideIt({ helper, reference }: KeptKey): KeptKey {
  return { helper, reference: reference.replace(/[^/]*$/, "old/$&") };
}

function holdsIt(document: CredentialsDocument, name: string, { apiUrl, oldKey }: Replacement): boolean {
  return readable(document, apiUrl).some((it) => it.name === name && it.apiKey === oldKey);
}

function holdsNew(document: CredentialsDocument, { profile, newKey }: Replacement): boolean {
  return document.isReadable(profile.name) && document.profile(profile.name)!.apiKey === newKey;
}

/** A key of the same bytes at another platform would be another key. */
function readable(document: CredentialsDocument, { origin }: URL): Profile[] {
  const profiles = document.profileNames().filter((it) => document.isReadable(it)).map((it) => document.profile(it)!);
  return profiles.filter((it) => {
    try {
      return apiUrlOf(it).origin === origin;
    } catch {
      return false;
    }
  });
}

function renewed(profile: Profile, { newKey, identity }: Replacement): Profile {
  const day = (time: Date | "never" | null | undefined) => time instanceof Date ? utcDate(time) : null;
  return {
    ...profile,
    apiKey: profile.keptKey === null ? newKey : null,
    account: identity.account?.email ?? profile.account,
    expires: day(identity.key?.expiresAt),
    keyId: identity.key?.id ?? null,
    created: day(identity.key?.createdAt),
  };
}

function changedMeanwhile(profile: string): SystemError {
  return new SystemError(`Profile "${profile}" was changed by another process meanwhile; that stands`);
}
