/**
 * The steps of a rotation at the platform, each of which may be the last one that is done: what it needs to be finished or
 * undone is written down before.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { leavePendingRotation, type PendingRotation, type RequestedKey } from "../credentials/pending_rotation.ts";
import { type FluxloopError, InvalidKeyError, NotFoundError, PermissionDeniedError, PlatformError } from "../errors.ts";
import { changeApiKeyEnd, createApiKeyOnce, deleteApiKey, listApiKeys } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { Identity, KeyInfo } from "../api_client/identity.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import { newIdempotencyKey } from "./manage_keys.ts";
import type { OldKey, Rotating } from "./rotate_model.ts";

/** How often a key that was made before and is of no use is removed and asked for anew. */
const ATTEMPTS = 3;

/** A key that was made and is known to work. */
export interface FreshKey {
  readonly key: string;
  readonly id: string;
  readonly identity: Identity;
}

/**
 * @param rotating The key.
 * @param expiresIn How long the new one is to live, in seconds; `null` for ever, `undefined` as long as the old one.
 * @returns A wish for a key like it.
 */
export async function wishFor(rotating: Rotating, expiresIn: number | null | undefined): Promise<RequestedKey> {
  const { context, own, profile, key, requests } = rotating;
  const listed = (await listApiKeys(context, rotating, requests)).find((it) => it.id === own.id);
  return {
    name: listed?.name ?? profile.name,
    ...(own.scopes === null ? {} : { scopes: own.scopes }),
    ...(own.permissions === null ? {} : { permissions: own.permissions }),
    ...environmentOf(key),
    ...(expiresIn === undefined ? lifetimeOf(own) : { expiresIn }),
  };
}

/** Of another form it is for the platform to choose. */
function environmentOf(key: string): Pick<RequestedKey, "environment"> {
  const environment = /^flux_(dev|stg|prod|ci)_/.exec(key)?.[1];
  return environment === undefined ? {} : { environment };
}

/** What is not known is for the platform to choose. */
function lifetimeOf({ createdAt, expiresAt }: KeyInfo): Pick<RequestedKey, "expiresIn"> {
  if (expiresAt === "never") return { expiresIn: null };
  if (expiresAt === null || createdAt === null) return {};
  return { expiresIn: Math.floor((expiresAt.getTime() - createdAt.getTime()) / 1000) };
}

/**
 * Makes the key that a rotation has written down. One that was made for the same request before, whose text nobody has, is
 * removed first.
 *
 * @param rotating The key that makes it.
 * @param pending What was written down.
 * @returns The new key, not verified yet, its id as far as the platform tells it, and what is written down now.
 * @throws {FluxloopError} As the platform has it; `isRefused` tells those after which there is no new key for sure.
 */
export async function makeFreshKey(rotating: Rotating, pending: PendingRotation) {
  const { context, location, requests } = rotating;
  let current = pending;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const making = await createApiKeyOnce(context, rotating, current.wish, current.idempotencyKey, requests);
    if (making.kind === "refused") throw new RefusedKey(making.error);
    if (making.kind === "made") return { ...making.key, pending: current };
    await deleteApiKey(context, rotating, making.id, requests);
    current = { ...current, idempotencyKey: newIdempotencyKey(context) };
    leavePendingRotation(location, current);
  }
  throw new PlatformError(`${rotating.apiUrl.host} says each time that it has made the key before`);
}

/** The platform makes no such key, and has made none: there is nothing left to do. */
export class RefusedKey extends Error {
  /** @param reason What is told. */
  constructor(readonly reason: FluxloopError) {
    super("refused");
  }
}

/**
 * Removes what a request may have made whose answer never came, by asking again under its name.
 *
 * @param rotating The key that made the request.
 * @param pending What was written down of it.
 * @throws As the platform has it.
 */
export async function removeOrphan(
  { context, requests, ...target }: Pick<Rotating, "context" | "requests" | "apiUrl" | "key">,
  pending: PendingRotation,
): Promise<void> {
  let id = pending.newId;
  if (id === null) {
    const making = await createApiKeyOnce(context, target, pending.wish, pending.idempotencyKey, requests);
    if (making.kind === "refused") return;
    const made = making.kind === "made_before" ? making : making.key;
    id = made.id ??
      ("key" in made ? (await identify(context, { ...target, key: made.key }, requests)).key?.id ?? null : null);
  }
  if (id !== null) await deleteApiKey(context, target, id, requests);
}

/**
 * Sees whether a new key works, and may do what the old one may.
 *
 * @param rotating The old key.
 * @param made The new one.
 * @throws {PlatformError} When it does not, or may not.
 * @throws As the platform has it.
 */
export async function verifyFreshKey(
  rotating: Rotating,
  made: { readonly key: string; readonly id: string | null },
): Promise<FreshKey> {
  const { context, apiUrl, requests, own } = rotating;
  let identity: Identity;
  try {
    identity = await identify(context, { apiUrl, key: made.key }, requests);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw new PlatformError(`${apiUrl.host} does not take the key that it has just made`);
  }
  const id = made.id ?? identity.key?.id ?? null;
  if (id === null) throw new PlatformError(`${apiUrl.host} does not tell the id of the key that it has just made`);
  const may = identity.key?.permissions ?? null;
  const lacking = may === null ? [] : (own.permissions ?? []).filter((it) => !may.includes(it));
  if (lacking.length > 0) throw new PlatformError(`${apiUrl.host} made a key that may not do what the old one may`);
  return { key: made.key, id, identity };
}

/** What became of the old key; `refusal` where the platform lets nothing become of it. */
export interface Ending extends Pick<OldKey, "state" | "endsAt"> {
  readonly refusal: PlatformError | null;
}

/**
 * Ends the old key, now or later. Nobody but itself may: the new one is a key that it made, and not the other way round.
 *
 * @param context The outside world.
 * @param target The platform, and the old key.
 * @param id The old key's.
 * @param keepUntil When it is to end; `null` for now.
 * @param requests How requests are made.
 * @throws {NetworkError | PlatformError} When the platform cannot be asked.
 */
export async function endOldKey(
  context: Context,
  target: Target,
  id: string,
  keepUntil: Date | null,
  requests: RequestOptions | undefined,
): Promise<Ending> {
  const byHand = (what: string) =>
    new PlatformError(
      `${target.apiUrl.host} does not let a key ${what}; delete ${id} on the platform's page of API keys`,
    );
  try {
    if (keepUntil !== null && keepUntil > context.now()) {
      const ends = (await identify(context, target, requests)).key?.expiresAt;
      if (ends instanceof Date && ends <= keepUntil) return { state: "ending", endsAt: ends, refusal: null };
      await changeApiKeyEnd(context, target, id, keepUntil, requests);
      return { state: "ending", endsAt: keepUntil, refusal: null };
    }
    const isKnown = await deleteApiKey(context, target, id, requests);
    if (isKnown) return { state: "revoked", endsAt: null, refusal: null };
    // A platform that knows no such request, or no such key: the key itself tells which.
    await identify(context, target, requests);
    return { state: "valid", endsAt: null, refusal: byHand("revoke itself") };
  } catch (error) {
    // It is not taken any more, be it that the answer to an earlier attempt got lost.
    if (error instanceof InvalidKeyError) return { state: "revoked", endsAt: null, refusal: null };
    const isRefusal = error instanceof NotFoundError || error instanceof PermissionDeniedError;
    if (!isRefusal) throw error;
    return {
      state: "valid",
      endsAt: null,
      refusal: byHand(keepUntil === null ? "revoke itself" : "end itself earlier"),
    };
  }
}
