/**
 * Who may create, change and delete which keys. A key manages itself and the keys it created, and can't give them more
 * than it has; a person manages all keys of their account.
 *
 * @module
 */
import { type KeyEnvironment, PERMISSIONS } from "../api_client/key_terms.ts";
import type { ApiKey } from "./api_keys.ts";
import { accessibleProjects, type Caller, denied } from "./caller.ts";
import type { Permission, Schemas, Scopes } from "./contract.ts";
import { HttpError, invalid } from "./http.ts";
import { generateApiKey, hashSecret } from "./secrets.ts";
import type { Platform, Storage } from "./storage.ts";
import { after, DAY, SECOND } from "./time.ts";

type CreateKeyRequest = Schemas["NewApiKey"];

/** The permissions and the lifetime of a person's new key, unless they choose others. */
const DEFAULT_PERMISSIONS = PERMISSIONS.slice(0, 3);
const DEFAULT_LIFETIME = 90 * DAY;

/** A new key, with its secret, which isn't stored. */
export interface CreatedKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/**
 * Creates a key.
 *
 * @param idempotencyKey Requests with the same one create one key.
 * @throws {HttpError} 403 for a permission that the caller lacks, 409 for a repeated request, 422 for invalid values.
 */
export function createKey(
  { storage, random, now }: Platform,
  caller: Caller,
  request: CreateKeyRequest,
  idempotencyKey: string | null,
): CreatedKey {
  const { accountId } = caller;
  const creator = caller.apiKey?.id ?? null;
  const createdAt = now();
  const lifetime = lifetimeOf(caller, request.expires_in);
  const fields = {
    accountId,
    name: request.name.trim(),
    createdAt,
    expiresAt: lifetime === null ? null : after(createdAt, lifetime),
    permissions: permissionsOf(caller, request.permissions),
    scopes: scopesOf(storage, caller, request),
    createdBy: creator,
  };
  const key = generateApiKey(request.environment ?? "dev", random);
  const add = () => storage.apiKeys.add({ ...fields, key });
  if (idempotencyKey === null) return { apiKey: add(), key };

  const loc = ["header", "Idempotency-Key"];
  if (idempotencyKey === "" || idempotencyKey.length > 255) {
    throw invalid({ loc, msg: "must have 1 to 255 characters" });
  }
  const bodyHash = hashSecret(JSON.stringify(request));
  const keyRequest = { accountId, caller: creator ?? "person", idempotencyKey, bodyHash };
  return storage.transaction(() => {
    const earlier = storage.apiKeys.findRequest(keyRequest);
    if (earlier === undefined) {
      const apiKey = add();
      storage.apiKeys.addRequest(keyRequest, apiKey);
      return { apiKey, key };
    }
    if (earlier.bodyHash.join() !== bodyHash.join()) throw invalid({ loc, msg: "was used for another request" });
    const detail = "This request has already created a key, which was shown once";
    const body: Schemas["ConflictError"] = { detail, id: earlier.keyId };
    throw new HttpError(409, body);
  });
}

/** Returns the keys that the caller manages, oldest first. */
export function managedKeys({ storage }: Platform, caller: Caller): ApiKey[] {
  return storage.apiKeys.list(caller.accountId).filter((it) => manages(storage, caller, it));
}

/** Revokes a key. @throws {HttpError} 404 if the caller manages no such key. */
export function deleteKey(platform: Platform, caller: Caller, id: string): void {
  requireManaged(platform, caller, id);
  platform.storage.apiKeys.revoke(id, platform.now());
}

/**
 * Changes when a key expires.
 *
 * @throws {HttpError} 404 if the caller manages no such key, 422 for an invalid time or one that a key may not choose.
 */
export function changeKey(
  platform: Platform,
  caller: Caller,
  id: string,
  { expires_at }: Schemas["ApiKeyChange"],
): ApiKey {
  const before = requireManaged(platform, caller, id).expiresAt;
  const expiresAt = timeOf(expires_at);
  const isLater = before !== null && (expiresAt === null || expiresAt > before);
  if (caller.apiKey !== null && isLater) throw wrong("expires_at", "A key can't extend a lifetime");
  platform.storage.apiKeys.setExpiry(id, expiresAt);
  return platform.storage.apiKeys.get(id)!;
}

/**
 * Replaces a key by a new one with the same name, scopes, permissions and lifetime, and revokes it.
 *
 * @throws {HttpError} 404 if the caller manages no such key.
 */
export function regenerateKey(platform: Platform, caller: Caller, id: string): CreatedKey {
  const { storage, random } = platform;
  const createdAt = platform.now();
  return storage.transaction(() => {
    const old = requireManaged(platform, caller, id);
    const lifetime = lifetimeOfKey(old);
    const { accountId, name, scopes, permissions } = old;
    const expiresAt = lifetime === null ? null : after(createdAt, lifetime);
    const createdBy = caller.apiKey?.id ?? null;
    const key = generateApiKey(old.prefix.split("_")[1] as KeyEnvironment, random);
    const apiKey = storage.apiKeys.add({ key, accountId, name, scopes, permissions, createdAt, expiresAt, createdBy });
    storage.apiKeys.revoke(id, createdAt);
    return { apiKey, key };
  });
}

/** Returns a key that the caller manages. @throws {HttpError} 404 if there is none. */
export function requireManaged({ storage }: Platform, caller: Caller, id: string): ApiKey {
  const key = storage.apiKeys.get(id);
  if (key !== undefined && key.revokedAt === null && manages(storage, caller, key)) return key;
  throw new HttpError(404, "This key doesn't exist, or you can't manage it");
}

function manages(storage: Storage, { accountId, apiKey }: Caller, key: ApiKey): boolean {
  if (key.accountId !== accountId) return false;
  return apiKey === null || apiKey.id === key.id || storage.apiKeys.isDescendant(key.id, apiKey.id);
}

function permissionsOf({ apiKey }: Caller, requested: CreateKeyRequest["permissions"]): readonly Permission[] {
  if (requested === undefined) return apiKey?.permissions ?? DEFAULT_PERMISSIONS;
  const missing = requested.find((it) => apiKey !== null && !apiKey.permissions.includes(it));
  if (missing !== undefined) {
    throw denied(missing, apiKey!.permissions, "The API key doesn't have this permission itself");
  }
  return PERMISSIONS.filter((it) => requested.includes(it));
}

function scopesOf(storage: Storage, caller: Caller, { project_id: project, scopes }: CreateKeyRequest): Scopes {
  if (project !== undefined && scopes !== undefined) throw wrong("project_id", "can't be combined with scopes");
  const own = caller.apiKey?.scopes ?? "all_projects";
  const requested = project === undefined ? scopes ?? own : [project];
  const field = project === undefined ? "scopes" : "project_id";
  if (requested === "all_projects") {
    if (own !== "all_projects") throw wrong(field, "This key doesn't have access to all projects itself");
    return requested;
  }
  const accessible = accessibleProjects(storage, caller).map((it) => it.id);
  // A key's own scopes may name projects that no longer exist.
  if (requested !== own && !requested.every((it) => accessible.includes(it))) {
    throw wrong(field, "There is no such project, or this key has no access to it");
  }
  return [...new Set<string>(requested)];
}

function lifetimeOf({ apiKey }: Caller, requested: CreateKeyRequest["expires_in"]): number | null {
  const longest = apiKey && lifetimeOfKey(apiKey);
  if (requested === undefined) return apiKey === null ? DEFAULT_LIFETIME : longest;
  if (longest === null) return requested === null ? null : requested * SECOND;
  if (requested === null) throw wrong("expires_in", "A key that expires can't create one that doesn't");
  if (requested * SECOND <= longest) return requested * SECOND;
  throw wrong("expires_in", "A key can't create one with a longer lifetime than its own");
}

/** In milliseconds; `null` for a key that doesn't expire. */
function lifetimeOfKey({ createdAt, expiresAt }: ApiKey): number | null {
  return expiresAt && expiresAt.getTime() - createdAt.getTime();
}

function timeOf(text: string | null): Date | null {
  if (text === null) return null;
  const time = new Date(/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : "");
  if (Number.isNaN(time.getTime())) throw wrong("expires_at", "must be null, or a time such as 2024-04-15T00:00:00Z");
  return time;
}

function wrong(field: string, msg: string): HttpError {
  return invalid({ loc: ["body", field], msg });
}
