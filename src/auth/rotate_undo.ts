/**
 * How a rotation ends: its traces removed, and a key that came to nothing.
 *
 * @module
 */
import { readCredentials } from "../credentials/credential_store.ts";
import { forgetPendingRotation, type PendingRotation } from "../credentials/pending_rotation.ts";
import { InterruptedError } from "../errors.ts";
import { deleteApiKey } from "../api_client/api_keys.ts";
import { forgetKey } from "./key_storage.ts";
import type { Rotating } from "./rotate_model.ts";
import type { FreshKey } from "./rotate_steps.ts";
import { keptSecret } from "./rotate_store.ts";

/** Removes a key that is not going to be used. Where that fails as well, it stays written down for the next time. */
export async function undo(rotating: Rotating, pending: PendingRotation, reason: unknown): Promise<void> {
  const { context, requests } = rotating;
  if (reason instanceof InterruptedError || pending.newId === null) return;
  try {
    await deleteApiKey(context, rotating, pending.newId, requests);
    await cleanUp(rotating, pending);
  } catch {
    // What went wrong first is what is told.
  }
}

/** @returns Whether a new key did not get into the profile. */
export async function isUnused(
  { context, location, profile: { name, keptKey } }: Rotating,
  fresh: FreshKey,
): Promise<boolean> {
  try {
    if (keptKey !== null) return await keptSecret(context, keptKey) !== fresh.key;
    const document = await readCredentials(location);
    return !document.isReadable(name) || document.profile(name)!.apiKey !== fresh.key;
  } catch {
    return false;
  }
}

/** The last step: from here on there is nothing left to do. */
export async function cleanUp(rotating: Rotating, pending: PendingRotation): Promise<void> {
  await forgetOldKey(rotating, pending);
  forgetPendingRotation(rotating.location, pending.profile);
}

/** Removes the old key from beside the new one in the system's store; there need be none. */
export async function forgetOldKey({ context }: Rotating, { old }: PendingRotation): Promise<void> {
  if (old !== null && "helper" in old) await forgetKey(context, old);
}
