/**
 * What other commands do about a rotation that was broken off: a login to its profile and a logout from it end it.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import { findPendingRotation, forgetPendingRotation, type PendingRotation } from "../credentials/pending_rotation.ts";
import { ConfigurationError, InvalidKeyError } from "../errors.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { parseApiKey } from "./api_key.ts";
import { forgetKey, savedSecret } from "./key_storage.ts";
import { apiUrlOf, requireProfile } from "./resolve_credential.ts";

/** A rotation that was broken off, and that is not to be finished any more, as its profile was given up. */
export interface AbandonedRotation {
  readonly profile: string;
  /** The keys that may work on, as people find them on the platform's page. */
  readonly keys: readonly string[];
}

/**
 * @param location Where credentials lie, or `null`.
 * @param profile A profile's name.
 * @returns Whether a rotation of it is not finished, be it that it can be read or not.
 */
export function isRotating(location: CredentialsLocation | null, profile: string): boolean {
  if (location === null) return false;
  try {
    return findPendingRotation(location, profile) !== null;
  } catch {
    return true;
  }
}

/** @returns Whether the old key of a rotation that is not finished is in the system's own store. */
export function waitsInStore(location: CredentialsLocation, profile: string): boolean {
  const old = readable(location, profile)?.old ?? null;
  return old !== null && "helper" in old;
}

/**
 * Gives up a profile's rotation, as the profile itself was given up or has another key.
 *
 * @param context The outside world.
 * @param location Where credentials lie.
 * @param profile A profile's name.
 * @param keyId The id of the key that was in the profile, or is now, as far as it is known.
 * @returns What may be left of it; `null` where there was none.
 * @throws {ConfigurationError | SystemError} When its old key cannot be removed from the system's store.
 */
export async function abandonRotation(
  context: Context,
  location: CredentialsLocation,
  profile: string,
  keyId: string | null,
): Promise<AbandonedRotation | null> {
  if (!isRotating(location, profile)) return null;
  const pending = readable(location, profile);
  if (pending !== null && pending.old !== null && "helper" in pending.old) await forgetKey(context, pending.old);
  forgetPendingRotation(location, profile);
  const keys = pending === null ? [] : [
    ...(pending.oldId === keyId ? [] : [`${pending.oldMasked} (${pending.oldId})`]),
    ...(pending.newId === null || pending.newId === keyId ? [] : [pending.newId]),
  ];
  return { profile, keys };
}

/**
 * As {@linkcode abandonRotation}, after a login, of a rotation of other keys than the one that was logged in with: with
 * either of its own it can be finished as before.
 *
 * @param keyId The id of the key that was logged in with, as far as it is known.
 */
export async function abandonUnlessItsOwn(
  context: Context,
  location: CredentialsLocation,
  profile: string,
  keyId: string | null,
): Promise<AbandonedRotation | null> {
  const pending = readable(location, profile);
  if (pending !== null && keyId !== null && (keyId === pending.oldId || keyId === pending.newId)) return null;
  return await abandonRotation(context, location, profile, keyId);
}

/**
 * Makes both keys of a rotation that was broken off be refused from now on (`auth logout --revoke`).
 *
 * @param context The outside world.
 * @param location Where credentials lie.
 * @param document The saved credentials.
 * @param profile A profile that is there.
 * @param requests How requests are made.
 * @returns Whether that is so; not of a key that was shown to somebody, or of an old one that nobody has any more.
 * @throws {NetworkError | PlatformError} When the platform cannot be asked, or does not let them be revoked.
 */
export async function revokeRotation(
  context: Context,
  location: CredentialsLocation,
  document: CredentialsDocument,
  profile: string,
  requests?: RequestOptions,
): Promise<boolean> {
  const pending = readable(location, profile);
  if (pending === null || pending.isShown) return false;
  if (pending.isEnded) return pending.keepUntil === null;
  const { endOldKey, removeOrphan } = await import("./rotate_steps.ts");
  // What is in a file that others may have written decides nothing of where a key goes.
  const apiUrl = apiUrlOf(requireProfile(document, { name: profile, chosenBy: "--profile" }));
  if (!isFor(pending, apiUrl)) return false;
  const key = await oldKeyOf(context, document, pending);
  if (key === null) return false;
  const target = { apiUrl, key };
  try {
    // It made the new one and so may revoke it, wherever that is.
    await removeOrphan({ context, requests, ...target }, pending);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
  }
  const { refusal } = await endOldKey(context, target, pending.oldId, null, requests);
  if (refusal !== null) throw refusal;
  return true;
}

/** @returns The old key; `null` where nobody has it any more. */
async function oldKeyOf(
  context: Context,
  document: CredentialsDocument,
  pending: PendingRotation,
): Promise<string | null> {
  const { profile, old } = pending;
  if (old !== null && "apiKey" in old) return old.apiKey;
  // The system's store may have it beside the new one already, or in the profile alone.
  const { keptSecret } = await import("./rotate_store.ts");
  const beside = old === null ? null : await keptSecret(context, old);
  if (beside !== null || pending.newId !== null) return beside;
  const saved = document.isReadable(profile) ? await savedSecret(context, document.profile(profile)!) : null;
  return saved === null || "tokens" in saved ? null : parseApiKey(saved.apiKey, `profile "${profile}"`);
}

/** @returns Whether a rotation was begun at the platform that a profile is for. */
export function isFor(pending: PendingRotation, { origin }: URL): boolean {
  return URL.canParse(pending.apiUrl) && new URL(pending.apiUrl).origin === origin;
}

function readable(location: CredentialsLocation, profile: string): PendingRotation | null {
  try {
    return findPendingRotation(location, profile);
  } catch (error) {
    if (error instanceof ConfigurationError) return null;
    throw error;
  }
}
