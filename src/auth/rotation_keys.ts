import {
  changeKeyExpiry,
  createApiKeyOnce,
  type CreateKeyRequest,
  deleteApiKey,
  listApiKeys,
  newIdempotencyKey,
} from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { Identity, KeyInfo } from "../api_client/identity.ts";
import type { Message, Target } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import type { RequestedPhase } from "../credentials/profile.ts";
import { InvalidKeyError, NotFoundError, PermissionDeniedError, PlatformError } from "../errors.ts";

/** How often a key is requested if its response is lost. */
const ATTEMPTS = 3;

/**
 * Prepares the request for a key like `own`. The platform chooses unknown settings.
 *
 * @param lifetime The new key's lifetime in seconds; `null` if it never expires, `undefined` for the old key's lifetime.
 */
export async function similarKeyRequest(
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

/** Returns a key's lifetime in seconds; `null` if it never expires, `undefined` if unknown. */
export function lifetimeOf({ createdAt, expiresAt }: KeyInfo): number | null | undefined {
  if (expiresAt === "never") return null;
  if (expiresAt === null || createdAt === null) return undefined;
  return Math.floor((expiresAt.getTime() - createdAt.getTime()) / 1000);
}

/**
 * Creates a key. If the response is lost, the key can't be retrieved: it is deleted, and another one is created.
 *
 * @param options The options that the request's fields come from, by the names in the body.
 * @param save Called with each request's idempotency key before it is sent, and with `null` if the platform refuses.
 */
export async function createNewKey(
  context: Context,
  target: Target,
  request: CreateKeyRequest,
  options: Message["options"],
  save: (idempotencyKey: string | null) => Promise<void> = async () => {},
): Promise<{ readonly key: string; readonly id: string | null }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const idempotencyKey = newIdempotencyKey(context);
    await save(idempotencyKey);
    const outcome = await createApiKeyOnce(context, target, request, idempotencyKey, options);
    if (outcome.kind === "created") return outcome.key;
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

/** Deletes the key that a request without a response may have created; repeating the request returns its id. */
export async function removeOrphanedKey(
  context: Context,
  target: Target,
  { request, idempotencyKey }: RequestedPhase,
): Promise<void> {
  const outcome = await createApiKeyOnce(context, target, JSON.parse(request), idempotencyKey);
  if (outcome.kind === "refused") return;
  const id = outcome.kind === "created_before"
    ? outcome.id
    : outcome.key.id ?? (await identify(context, { ...target, key: outcome.key.key })).key?.id;
  if (id) await deleteApiKey(context, target, id);
}

/** Checks that a new key works and has the old one's permissions. */
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
 * Revokes a key, or makes it expire earlier. The key itself makes the request: a key that it created can't manage it.
 *
 * @param until When the key is to expire; `null` to revoke it.
 * @returns When the key expires; `null` if it was revoked. An error says why the platform kept it valid.
 */
export async function retireKey(
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
      await changeKeyExpiry(context, target, id, until);
      return until;
    }
    if (!await deleteApiKey(context, target, id)) {
      // Either the platform doesn't support the request, or the key doesn't exist; this request tells which.
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
