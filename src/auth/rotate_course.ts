/**
 * The course of a rotation: its steps in their order, and what is done about one that was broken off.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { KeptKey } from "../credentials/profile.ts";
import { leavePendingRotation, type PendingRotation, type RequestedKey } from "../credentials/pending_rotation.ts";
import { InterruptedError } from "../errors.ts";
import { maskKey } from "../text/mask.ts";
import { apiUrlText } from "../api_client/api_url.ts";
import { newIdempotencyKey } from "./manage_keys.ts";
import type { Draft, OldKey, RotateOptions, Rotating } from "./rotate_model.ts";
import {
  endOldKey,
  type FreshKey,
  makeFreshKey,
  RefusedKey,
  removeOrphan,
  verifyFreshKey,
  wishFor,
} from "./rotate_steps.ts";
import { besideIt, keepSecret, keptSecret, placeOf, putInPlace } from "./rotate_store.ts";
import { cleanUp, forgetOldKey, isUnused, undo } from "./rotate_undo.ts";

/**
 * Makes a key, verifies it, and puts it in the old one's place, which is then ended; or leaves it to be shown.
 *
 * @param rotating The old key.
 * @param options What the command line says.
 * @param keepUntil Until when the old key is to work on; `null`: it is revoked.
 * @param before A request that was broken off and made no key that is known of, or `null`.
 * @param draft Is told what has come about.
 * @throws {FluxloopError} When a step fails; what is left to do is written down.
 */
export async function rotateAnew(
  rotating: Rotating,
  options: RotateOptions,
  keepUntil: Date | null,
  before: PendingRotation | null,
  draft: Draft,
): Promise<void> {
  const { context, location } = rotating;
  const wish = await wishFor(rotating, options.expiresIn);
  const isRepeated = before !== null && isSameWish(before.wish, wish);
  if (before !== null && !isRepeated) await removeOrphan(rotating, before);
  const kept = rotating.profile.keptKey;
  const pending: PendingRotation = {
    profile: rotating.profile.name,
    apiUrl: apiUrlText(rotating.apiUrl),
    startedAt: context.now().toISOString(),
    idempotencyKey: isRepeated ? before.idempotencyKey : newIdempotencyKey(context),
    wish,
    oldId: rotating.own.id,
    oldMasked: maskKey(rotating.key),
    keepUntil: keepUntil?.toISOString() ?? null,
    newId: null,
    // What the system's store has never is in a file. It is put there first: if that fails, nothing was made yet.
    old: kept !== null && options.save ? besideIt(kept) : null,
    isShown: false,
    isEnded: false,
  };
  leavePendingRotation(location, pending);
  if (pending.old !== null && "helper" in pending.old) {
    await keepBeside(rotating, pending, pending.old);
  }
  const made = await makeFreshKey(rotating, pending).catch(async (error) => {
    if (!(error instanceof RefusedKey)) throw error;
    await cleanUp(rotating, pending);
    throw error.reason;
  });
  let fresh: FreshKey;
  try {
    fresh = await verifyFreshKey(rotating, made);
  } catch (error) {
    await undo(rotating, { ...made.pending, newId: made.id }, error);
    throw error;
  }
  const about = { id: fresh.id, masked: maskKey(fresh.key), expiresAt: fresh.identity.key?.expiresAt ?? null };
  const oldKey = { id: pending.oldId, masked: pending.oldMasked, state: "valid", endsAt: null } as const;
  if (!options.save) {
    // Should the program be killed before the key is shown to the end, the next rotation says that it is there.
    leavePendingRotation(location, { ...made.pending, newId: fresh.id, isShown: true });
    Object.assign(draft, { outcome: "shown", newKey: about, key: fresh.key, oldKey, savedTo: null, alsoIn: [] });
    return;
  }
  const saving = { ...made.pending, newId: fresh.id, old: made.pending.old ?? { apiKey: rotating.key } };
  await saveFreshKey(rotating, saving, fresh, draft);
  draft.newKey = about;
  await endAndForget(rotating, saving, rotating.key, keepUntil, draft);
  draft.outcome = "rotated";
}

async function saveFreshKey(
  rotating: Rotating,
  pending: PendingRotation,
  fresh: FreshKey,
  draft: Draft,
): Promise<void> {
  const { context, location, key } = rotating;
  try {
    if (context.stopped.aborted) throw new InterruptedError();
    leavePendingRotation(location, pending);
    const replacement = { ...rotating, oldKey: key, newKey: fresh.key, identity: fresh.identity };
    Object.assign(draft, await putInPlace(context, replacement));
  } catch (error) {
    if (await isUnused(rotating, fresh)) await undo(rotating, pending, error);
    throw error;
  }
}

/** Nothing was made yet: where the store refuses, nothing is left to do. */
async function keepBeside(rotating: Rotating, pending: PendingRotation, beside: KeptKey): Promise<void> {
  try {
    await keepSecret(rotating.context, beside, pending.profile, rotating.key);
  } catch (error) {
    if (!(error instanceof InterruptedError)) await cleanUp(rotating, pending).catch(() => {});
    throw error;
  }
}

/**
 * Finishes a rotation that was broken off after its new key was saved.
 *
 * @param rotating The new key, which is in the profile and works.
 * @param pending What was written down.
 * @param keepUntil Until when the old key is to work on; `null`: it is revoked.
 * @param draft Is told what has come about.
 * @throws {FluxloopError} When that fails again; it stays written down.
 */
export async function finishRotation(
  rotating: Rotating,
  pending: PendingRotation,
  keepUntil: Date | null,
  draft: Draft,
): Promise<void> {
  const { context, key, identity, own } = rotating;
  draft.newKey = { id: own.id, masked: maskKey(key), expiresAt: own.expiresAt };
  if (pending.isEnded) {
    draft.savedTo = placeOf(rotating);
    draft.oldKey = endedKey(pending);
    await cleanUp(rotating, pending);
    return;
  }
  const oldKey = await oldKeyOf(context, pending.old);
  if (oldKey === null) {
    // Somebody removed it from the system's store: nobody can revoke it with itself any more.
    draft.savedTo = placeOf(rotating);
    draft.leftOver = [pending.oldId];
    await cleanUp(rotating, pending);
    return;
  }
  Object.assign(draft, await putInPlace(context, { ...rotating, oldKey, newKey: key, identity }));
  await endAndForget(rotating, pending, oldKey, keepUntil, draft);
}

/**
 * Sees to a rotation that was broken off before its new key was saved, or whose profile has a third key by now.
 *
 * @param rotating The key in the profile.
 * @param pending What was written down.
 * @param draft Is told of keys that cannot be seen to.
 * @param isHere Whether it was at the platform that the profile is for.
 * @returns The rotation, where its request may have made a key that has to be found yet; else `null`.
 * @throws {FluxloopError} When the platform cannot be asked.
 */
export async function settle(
  rotating: Rotating,
  pending: PendingRotation,
  draft: Draft,
  isHere: boolean,
): Promise<PendingRotation | null> {
  const { own } = rotating;
  if (!isHere || own.id !== pending.oldId) {
    const isEnded = isHere && await endWithItself(rotating, pending);
    draft.leftOver = [...(isEnded ? [] : [pending.oldId]), ...(pending.newId === null ? [] : [pending.newId])];
    await cleanUp(rotating, pending);
    return null;
  }
  if (pending.isShown) {
    draft.leftOver = pending.newId === null ? [] : [pending.newId];
    await cleanUp(rotating, pending);
    return null;
  }
  if (pending.newId === null) {
    await forgetOldKey(rotating, pending);
    return pending;
  }
  await removeOrphan(rotating, pending);
  await cleanUp(rotating, pending);
  return null;
}

/**
 * Ends the old key of a rotation whose new one is not in the profile any more: that it should end was said, and the
 * profile has another that works.
 *
 * @returns Whether it was at hand, and has ended or is going to.
 */
async function endWithItself(
  { context, apiUrl, requests }: Rotating,
  { old, oldId, keepUntil, isEnded }: PendingRotation,
): Promise<boolean> {
  if (isEnded) return true;
  const key = await oldKeyOf(context, old);
  if (key === null) return false;
  const until = keepUntil === null ? null : new Date(keepUntil);
  return (await endOldKey(context, { apiUrl, key }, oldId, until, requests)).refusal === null;
}

async function endAndForget(
  rotating: Rotating,
  pending: PendingRotation,
  oldKey: string,
  keepUntil: Date | null,
  draft: Draft,
): Promise<void> {
  const { context, apiUrl, requests } = rotating;
  const about = { id: pending.oldId, masked: pending.oldMasked };
  draft.oldKey = { ...about, state: "valid", endsAt: null };
  const { state, endsAt, refusal } = await endOldKey(
    context,
    { apiUrl, key: oldKey },
    pending.oldId,
    keepUntil,
    requests,
  );
  draft.oldKey = { ...about, state, endsAt };
  // It is removed from the system's store first: who comes then must know that there is nothing to be missed.
  const ended = { ...pending, keepUntil: endsAt?.toISOString() ?? null, isEnded: true };
  if (refusal === null && "helper" in (pending.old ?? {})) leavePendingRotation(rotating.location, ended);
  await cleanUp(rotating, pending);
  if (refusal !== null) throw refusal;
}

/** @returns The old key, from wherever it waits; `null` where nobody has it any more. */
async function oldKeyOf(context: Context, old: PendingRotation["old"]): Promise<string | null> {
  if (old === null) return null;
  return "apiKey" in old ? old.apiKey : await keptSecret(context, old);
}

function endedKey({ oldId, oldMasked, keepUntil }: PendingRotation): OldKey {
  const endsAt = keepUntil === null ? null : new Date(keepUntil);
  return { id: oldId, masked: oldMasked, state: endsAt === null ? "revoked" : "ending", endsAt };
}

function isSameWish(a: RequestedKey, b: RequestedKey): boolean {
  const fields = ["name", "scopes", "permissions", "environment", "expiresIn"] as const;
  return fields.every((it) => JSON.stringify(a[it]) === JSON.stringify(b[it]));
}
