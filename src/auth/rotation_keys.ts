/**
 * The platform's part of a rotation: requesting a key like another one, and ending keys that are done with.
 *
 * @module
 */
import {
  changeApiKeyEnd,
  createApiKeyOnce,
  type CreateKeyRequest,
  deleteApiKey,
  listApiKeys,
  newIdempotencyKey,
} from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { Identity, KeyInfo } from "../api_client/identity.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import type { RequestedPhase } from "../credentials/profile.ts";
import { type FluxloopError, InvalidKeyError, NotFoundError, PermissionDeniedError, PlatformError } from "../errors.ts";

/** How often a key whose answer was lost is removed and requested again. */
const ATTEMPTS = 3;

/** A key that was created and is known to work. */
export interface VerifiedKey {
  readonly key: string;
  readonly id: string;
  readonly identity: Identity;
}

/** The platform refuses the request, and has created no key. */
export class RequestRefused extends Error {
  /** @param reason What is reported. */
  constructor(readonly reason: FluxloopError) {
    super("refused");
  }
}

/**
 * @param context The outside world.
 * @param target The platform and the key.
 * @param own What the platform says about the key.
 * @param lifetime How long the new one is to live, in seconds; `null` for ever, `undefined` as long as the old one.
 * @param requests How requests are made.
 * @returns A request for a key like it; what is unknown is for the platform to choose.
 */
export async function requestLike(
  context: Context,
  target: Target & { readonly key: string },
  own: KeyInfo,
  lifetime: number | null | undefined,
  requests?: RequestOptions,
): Promise<CreateKeyRequest> {
  const listed = (await listApiKeys(context, target, requests)).find((it) => it.id === own.id);
  return {
    name: listed?.name ?? "rotated",
    scopes: own.scopes ?? undefined,
    permissions: own.permissions ?? undefined,
    environment: /^flux_(dev|stg|prod|ci)_/.exec(target.key)?.[1],
    expiresIn: lifetime === undefined ? lifetimeOf(own) : lifetime,
  };
}

function lifetimeOf({ createdAt, expiresAt }: KeyInfo): number | null | undefined {
  if (expiresAt === "never") return null;
  if (expiresAt === null || createdAt === null) return undefined;
  return Math.floor((expiresAt.getTime() - createdAt.getTime()) / 1000);
}

/**
 * Creates the key of a request that is written down. One that the same request created before, and that nobody has, is
 * removed first.
 *
 * @param context The outside world.
 * @param target The platform, and the key that asks.
 * @param requested What is written down.
 * @param writeDown Writes down another request in its place.
 * @param requests How requests are made.
 * @throws {RequestRefused} When there is no new key for sure.
 * @throws {FluxloopError} When nobody knows.
 */
export async function createRequestedKey(
  context: Context,
  target: Target,
  requested: RequestedPhase,
  writeDown: (requested: RequestedPhase) => Promise<void>,
  requests?: RequestOptions,
): Promise<{ readonly key: string; readonly id: string | null }> {
  let current = requested;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const outcome = await createApiKeyOnce(context, target, requestIn(current), current.idempotencyKey, requests);
    if (outcome.kind === "refused") throw new RequestRefused(outcome.error);
    if (outcome.kind === "made") return outcome.key;
    await deleteApiKey(context, target, outcome.id, requests);
    current = { ...current, idempotencyKey: newIdempotencyKey(context) };
    await writeDown(current);
  }
  throw new PlatformError(`${target.apiUrl.host} says each time that it has created the key before`);
}

/**
 * Removes the key that a request may have created whose answer never came, by asking again under its name.
 *
 * @throws As the platform has it.
 */
export async function removeOrphanedKey(
  context: Context,
  target: Target,
  requested: RequestedPhase,
  requests?: RequestOptions,
): Promise<void> {
  const outcome = await createApiKeyOnce(context, target, requestIn(requested), requested.idempotencyKey, requests);
  if (outcome.kind === "refused") return;
  const { id } = outcome.kind === "made" ? outcome.key : outcome;
  const found = id ?? (outcome.kind === "made" ? await idOf(context, target, outcome.key.key, requests) : null);
  if (found !== null) await deleteApiKey(context, target, found, requests);
}

/**
 * Checks that a new key works, and has the old one's permissions.
 *
 * @throws {PlatformError} When it doesn't, or has not.
 * @throws As the platform has it.
 */
export async function verifyKey(
  context: Context,
  { apiUrl }: Target,
  created: { readonly key: string; readonly id: string | null },
  old: KeyInfo,
  requests?: RequestOptions,
): Promise<VerifiedKey> {
  const identity = await identify(context, { apiUrl, key: created.key }, requests).catch((error) => {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw new PlatformError(`${apiUrl.host} does not accept the key that it has just created`);
  });
  const id = created.id ?? identity.key?.id ?? null;
  if (id === null) throw new PlatformError(`${apiUrl.host} does not tell the id of the key that it has just created`);
  const granted = identity.key?.permissions ?? null;
  const lacking = granted === null ? [] : (old.permissions ?? []).filter((it) => !granted.includes(it));
  if (lacking.length > 0) {
    throw new PlatformError(`${apiUrl.host} created a key without some of the old one's permissions`);
  }
  return { key: created.key, id, identity };
}

/** What became of a key. */
export interface EndedKey {
  /** `valid`: it works as before. */
  readonly state: "revoked" | "expiring" | "valid";
  /** When it expires, if that is what became of it. */
  readonly expiresAt: Date | null;
  /** Why the platform left it valid, else `null`. */
  readonly refusal: PlatformError | null;
}

/**
 * Revokes a key with itself, or lets it expire earlier. Nobody else may: the new key is one that it created, and not the
 * other way round.
 *
 * @param context The outside world.
 * @param target The platform, and the key.
 * @param id The key's.
 * @param until When it is to expire; `null`: it is revoked.
 * @param requests How requests are made.
 * @throws {NetworkError | PlatformError} When the platform can't be asked.
 */
export async function endKey(
  context: Context,
  target: Target,
  id: string,
  until: Date | null,
  requests?: RequestOptions,
): Promise<EndedKey> {
  const refused = (what: string): EndedKey => ({
    state: "valid",
    expiresAt: null,
    refusal: new PlatformError(
      `${target.apiUrl.host} does not let a key ${what}; delete ${id} on the platform's page of API keys`,
    ),
  });
  try {
    if (until !== null && until > context.now()) {
      const expires = (await identify(context, target, requests)).key?.expiresAt;
      if (expires instanceof Date && expires <= until) return { state: "expiring", expiresAt: expires, refusal: null };
      await changeApiKeyEnd(context, target, id, until, requests);
      return { state: "expiring", expiresAt: until, refusal: null };
    }
    if (!await deleteApiKey(context, target, id, requests)) {
      // A platform that knows no such request, or no such key: the key itself tells which.
      await identify(context, target, requests);
      return refused("revoke itself");
    }
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof PermissionDeniedError) {
      return refused(until === null ? "revoke itself" : "end itself earlier");
    }
    // It is rejected already: the answer to an earlier attempt got lost.
    if (!(error instanceof InvalidKeyError)) throw error;
  }
  return { state: "revoked", expiresAt: null, refusal: null };
}

async function idOf(context: Context, { apiUrl }: Target, key: string, requests?: RequestOptions) {
  return (await identify(context, { apiUrl, key }, requests)).key?.id ?? null;
}

function requestIn({ request }: RequestedPhase): CreateKeyRequest {
  return JSON.parse(request);
}
