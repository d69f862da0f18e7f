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
import type { Target } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import type { RequestedPhase } from "../credentials/profile.ts";
import { InvalidKeyError, NotFoundError, PermissionDeniedError, PlatformError } from "../errors.ts";

/** How often a key whose response was lost is deleted and requested again. */
const ATTEMPTS = 3;

/**
 * Prepares the request for a key like `own`; what is unknown is for the platform to choose.
 *
 * @param lifetime The new key's, in seconds; `null`: it never expires, `undefined`: as the old one's.
 */
export async function requestLike(
  context: Context,
  target: Target & { readonly key: string },
  own: KeyInfo,
  lifetime: number | null | undefined,
): Promise<CreateKeyRequest> {
  const listed = (await listApiKeys(context, target)).find((it) => it.id === own.id);
  return {
    name: listed?.name ?? "rotated",
    scopes: own.scopes ?? undefined,
    permissions: own.permissions ?? undefined,
    environment: /^flux_(dev|stg|prod|ci)_/.exec(target.key)?.[1],
    expiresIn: lifetime === undefined ? lifetimeOf(own) : lifetime,
  };
}

/** Returns how long a key lives, in seconds; `null`: it never expires, `undefined`: unknown. */
export function lifetimeOf({ createdAt, expiresAt }: KeyInfo): number | null | undefined {
  if (expiresAt === "never") return null;
  if (expiresAt === null || createdAt === null) return undefined;
  return Math.floor((expiresAt.getTime() - createdAt.getTime()) / 1000);
}

/**
 * Creates a key. One whose response was lost on its way is never shown again: it is deleted, and another one created.
 *
 * @param save Called with the idempotency key of each request before it is sent; with `null` when the platform refuses it.
 */
export async function createNewKey(
  context: Context,
  target: Target,
  request: CreateKeyRequest,
  save: (idempotencyKey: string | null) => Promise<void> = async () => {},
): Promise<{ readonly key: string; readonly id: string | null }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const idempotencyKey = newIdempotencyKey(context);
    await save(idempotencyKey);
    const outcome = await createApiKeyOnce(context, target, request, idempotencyKey);
    if (outcome.kind === "made") return outcome.key;
    if (outcome.kind === "refused") {
      await save(null);
      throw outcome.error;
    }
    await deleteApiKey(context, target, outcome.id);
  }
  throw new PlatformError(
    `${target.apiUrl.host} didn't return the new key: it was already created by an earlier request. Try again later.`,
  );
}

/** Deletes the key that a request may have created whose response never came, by repeating the request. */
export async function removeOrphanedKey(
  context: Context,
  target: Target,
  { request, idempotencyKey }: RequestedPhase,
): Promise<void> {
  const outcome = await createApiKeyOnce(context, target, JSON.parse(request), idempotencyKey);
  if (outcome.kind === "refused") return;
  const id = outcome.kind === "made_before"
    ? outcome.id
    : outcome.key.id ?? (await identify(context, { ...target, key: outcome.key.key })).key?.id;
  if (id) await deleteApiKey(context, target, id);
}

/** Checks that a new key works, and has the old one's permissions. */
export async function verifyKey(
  context: Context,
  { apiUrl, requests }: Target,
  created: { readonly key: string; readonly id: string | null },
  old: KeyInfo,
): Promise<{ readonly id: string; readonly identity: Identity }> {
  const identity = await identify(context, { apiUrl, key: created.key, requests }).catch((error) => {
    if (!(error instanceof InvalidKeyError)) throw error;
    throw new PlatformError(`${apiUrl.host} created a new key, but rejects it. Try again later.`);
  });
  const id = created.id ?? identity.key?.id ?? null;
  if (id === null) {
    throw new PlatformError(`${apiUrl.host} created a new key, but didn't send its ID. Try again later.`);
  }
  const granted = identity.key?.permissions ?? null;
  if (granted !== null && old.permissions?.some((it) => !granted.includes(it))) {
    throw new PlatformError(
      `${apiUrl.host} created a new key without some of the old key's permissions, so the old key was kept. ` +
        "Create a key with these permissions on its API keys page.",
    );
  }
  return { id, identity };
}

/**
 * Revokes a key, or lets it expire earlier. The key itself makes the request: one that it created can't manage it.
 *
 * @param until When it is to expire; `null`: it is revoked.
 * @returns When it expires; `null`: it is revoked. An error says why the platform left it valid.
 */
export async function endKey(
  context: Context,
  target: Target,
  id: string,
  until: Date | null,
): Promise<Date | null | PlatformError> {
  const refused = (what: string) =>
    new PlatformError(`${target.apiUrl.host} doesn't let a key ${what}. Delete ${id} on the platform's API keys page.`);
  try {
    if (until !== null && until > context.now()) {
      const expires = (await identify(context, target)).key?.expiresAt;
      if (expires instanceof Date && expires <= until) return expires;
      await changeApiKeyEnd(context, target, id, until);
      return until;
    }
    if (!await deleteApiKey(context, target, id)) {
      // The platform knows no such request, or no such key: the key itself tells which.
      await identify(context, target);
      return refused("revoke itself");
    }
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof PermissionDeniedError) {
      return refused(until === null ? "revoke itself" : "shorten its lifetime");
    }
    // It was revoked before, and the response was lost.
    if (!(error instanceof InvalidKeyError)) throw error;
  }
  return null;
}
