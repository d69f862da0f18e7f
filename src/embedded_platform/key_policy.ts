/**
 * Decides who may create, change and delete which keys. A key manages itself and the keys it created, and can't grant them
 * more than it has; the account's owner manages all keys.
 *
 * @module
 */
import { type KeyEnvironment, type Permission, PERMISSIONS } from "../api_client/key_terms.ts";
import type { ApiKey, CreatedKey } from "./api_keys.ts";
import { accessibleProjects, type Caller, denied } from "./caller.ts";
import { HttpError, invalid, type Schemas } from "./http.ts";
import { generateApiKey, hashSecret } from "./secrets.ts";
import { DEFAULT_LIFETIME, DEFAULT_PERMISSIONS } from "./seed.ts";
import type { Platform } from "./storage.ts";
import { after, isoTime, secondsBetween } from "./time.ts";

type CreateKeyRequest = Schemas["NewApiKey"];

/** Creates a key. Requests with the same idempotency key create only one. */
export function createKey(
  { storage, random, now }: Platform,
  caller: Caller,
  request: CreateKeyRequest,
  idempotency_key: string | null,
): CreatedKey {
  const created_at = now();
  const created_by = caller?.id ?? null;
  const body_hash = hashSecret(JSON.stringify(request));
  const key = {
    key: generateApiKey(request.environment ?? "dev", random),
    name: request.name.trim(),
    created_at,
    expires_at: expiryOf(created_at, lifetimeOf(caller, request.expires_in)),
    permissions: permissionsOf(caller, request.permissions),
    scopes: scopesOf(caller, request),
  };
  const loc = ["header", "Idempotency-Key"];
  if (idempotency_key === "" || (idempotency_key ?? "").length > 255) {
    throw invalid({ loc, msg: "must have 1 to 255 characters" });
  }
  return storage.transaction(() => {
    const sql = "SELECT id, body_hash FROM api_keys WHERE created_by IS ? AND idempotency_key = ?";
    const [earlier] = storage.query<{ id: string; body_hash: string }>(sql, created_by, idempotency_key);
    if (earlier === undefined) return storage.apiKeys.add({ ...key, created_by, idempotency_key, body_hash });
    if (earlier.body_hash !== body_hash) throw invalid({ loc, msg: "was used for another request" });
    const detail = "This request has already created a key, which was shown once";
    const body: Schemas["ConflictError"] = { detail, id: earlier.id };
    throw new HttpError(409, body);
  });
}

/** Revokes a key. */
export function deleteKey(platform: Platform, caller: Caller, id: string): void {
  requireManaged(platform, caller, id);
  platform.storage.apiKeys.revoke(id, platform.now());
}

/** Changes when a key expires. */
export function changeKey(platform: Platform, caller: Caller, id: string, change: Schemas["ApiKeyChange"]): ApiKey {
  const key = requireManaged(platform, caller, id);
  const expires_at = change.expires_at && isoTime(new Date(change.expires_at));
  const isLater = key.expires_at !== null && (expires_at === null || expires_at > key.expires_at);
  if (caller !== null && isLater) throw wrong("expires_at", "A key can't extend a lifetime");
  platform.storage.query("UPDATE api_keys SET expires_at = ? WHERE id = ?", expires_at, id);
  return { ...key, expires_at };
}

/** Replaces a key with a new one of the same name, scopes, permissions and lifetime, and revokes the old one. */
export function regenerateKey(platform: Platform, id: string): CreatedKey {
  const { storage, random, now } = platform;
  return storage.transaction(() => {
    const { name, scopes, permissions, ...old } = requireManaged(platform, null, id);
    const key = generateApiKey(old.prefix.split("_")[1] as KeyEnvironment, random);
    const created_at = now();
    const expires_at = expiryOf(created_at, lifetimeOfKey(old));
    storage.apiKeys.revoke(id, created_at);
    return storage.apiKeys.add({ key, name, scopes, permissions, created_at, expires_at });
  });
}

/** Returns a key that the caller can manage. @throws {HttpError} 404 if there is none. */
export function requireManaged({ storage }: Platform, caller: Caller, id: string): ApiKey {
  const key = storage.apiKeys.list(caller?.id).find((it) => it.id === id);
  if (key === undefined) throw new HttpError(404, "This key doesn't exist, or you can't manage it");
  return key;
}

function permissionsOf(caller: Caller, requested: CreateKeyRequest["permissions"]): Permission[] {
  if (requested === undefined) return caller?.permissions ?? DEFAULT_PERMISSIONS;
  const own = caller?.permissions ?? PERMISSIONS;
  const missing = requested.find((it) => !own.includes(it));
  if (missing !== undefined) throw denied(missing, own, "The API key doesn't have this permission itself");
  return PERMISSIONS.filter((it) => requested.includes(it));
}

function scopesOf(caller: Caller, { project_id: project, scopes }: CreateKeyRequest): ApiKey["scopes"] {
  if (project !== undefined && scopes !== undefined) throw wrong("project_id", "can't be combined with scopes");
  const own = caller?.scopes ?? "all_projects";
  const requested = project === undefined ? scopes ?? own : [project];
  if (requested === own) return own;
  const field = project === undefined ? "scopes" : "project_id";
  if (requested === "all_projects") throw wrong(field, "This key doesn't have access to all projects itself");
  const accessible = accessibleProjects(caller).map((it) => it.id);
  if (!requested.every((it) => accessible.includes(it))) {
    throw wrong(field, "There is no such project, or this key has no access to it");
  }
  return [...new Set(requested)];
}

function lifetimeOf(caller: Caller, requested: CreateKeyRequest["expires_in"]): number | null {
  const longest = caller && lifetimeOfKey(caller);
  if (requested === undefined) return caller === null ? DEFAULT_LIFETIME : longest;
  if (longest === null) return requested;
  if (requested === null) throw wrong("expires_in", "A key that expires can't create one that doesn't");
  if (requested <= longest) return requested;
  throw wrong("expires_in", "A key can't create one with a longer lifetime than its own");
}

/** Returns a key's lifetime in seconds; `null` if it doesn't expire. */
function lifetimeOfKey({ created_at, expires_at }: Pick<ApiKey, "created_at" | "expires_at">): number | null {
  return expires_at === null ? null : secondsBetween(created_at, expires_at);
}

function expiryOf(createdAt: string, lifetime: number | null): string | null {
  return lifetime === null ? null : after(createdAt, lifetime);
}

function wrong(field: string, msg: string): HttpError {
  return invalid({ loc: ["body", field], msg });
}
