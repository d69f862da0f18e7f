/**
 * Who may create, change and delete which keys. A key manages itself and the keys it created, and can't give them more
 * than it has; a person manages all keys.
 *
 * @module
 */
import { type KeyEnvironment, PERMISSIONS } from "../api_client/key_terms.ts";
import type { ApiKey } from "./api_keys.ts";
import { accessibleProjects, type Caller, denied } from "./caller.ts";
import type { Permission, Schemas, Scopes } from "./contract.ts";
import { HttpError, invalid } from "./http.ts";
import { generateApiKey, hashSecret } from "./secrets.ts";
import { DEFAULT_LIFETIME, DEFAULT_PERMISSIONS } from "./seed.ts";
import type { Platform, Storage } from "./storage.ts";
import { after, SECOND } from "./time.ts";

type CreateKeyRequest = Schemas["NewApiKey"];

interface KeySettings extends Pick<ApiKey, "name" | "permissions" | "scopes"> {
  readonly environment: KeyEnvironment;
  /** In milliseconds; `null` for a key that doesn't expire. */
  readonly lifetime: number | null;
}

/** A new key, with its secret, which isn't stored. */
export interface CreatedKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/** Creates a key. Requests with the same idempotency key create only one. */
export function createKey(
  platform: Platform,
  caller: Caller,
  request: CreateKeyRequest,
  idempotencyKey: string | null,
): CreatedKey {
  const settings = {
    name: request.name.trim(),
    environment: request.environment ?? "dev",
    lifetime: lifetimeOf(caller, request.expires_in),
    permissions: permissionsOf(caller, request.permissions),
    scopes: scopesOf(caller, request),
  };
  const add = () => addKey(platform, caller, settings);
  if (idempotencyKey === null) return add();

  const loc = ["header", "Idempotency-Key"];
  if (idempotencyKey === "" || idempotencyKey.length > 255) {
    throw invalid({ loc, msg: "must have 1 to 255 characters" });
  }
  const bodyHash = hashSecret(JSON.stringify(request));
  const keyRequest = { caller: caller?.id ?? "person", idempotencyKey, bodyHash };
  const { storage } = platform;
  return storage.transaction(() => {
    const earlier = storage.apiKeys.findRequest(keyRequest);
    if (earlier === undefined) {
      const created = add();
      storage.apiKeys.addRequest(keyRequest, created.apiKey);
      return created;
    }
    if (earlier.bodyHash.join() !== bodyHash.join()) throw invalid({ loc, msg: "was used for another request" });
    const detail = "This request has already created a key, which was shown once";
    const body: Schemas["ConflictError"] = { detail, id: earlier.keyId };
    throw new HttpError(409, body);
  });
}

function addKey(
  { storage, random, now }: Platform,
  caller: Caller,
  { environment, lifetime, ...rest }: KeySettings,
): CreatedKey {
  const createdAt = now();
  const expiresAt = lifetime === null ? null : after(createdAt, lifetime);
  const key = generateApiKey(environment, random);
  return { key, apiKey: storage.apiKeys.add({ ...rest, key, createdAt, expiresAt, createdBy: caller?.id ?? null }) };
}

/** Returns the keys that the caller manages, oldest first. */
export function managedKeys({ storage }: Platform, caller: Caller): ApiKey[] {
  return storage.apiKeys.list().filter((it) => manages(storage, caller, it));
}

/** Revokes a key. */
export function deleteKey(platform: Platform, caller: Caller, id: string): void {
  requireManaged(platform, caller, id);
  platform.storage.apiKeys.revoke(id, platform.now());
}

/** Changes when a key expires. */
export function changeKey(platform: Platform, caller: Caller, id: string, change: Schemas["ApiKeyChange"]): ApiKey {
  const before = requireManaged(platform, caller, id).expiresAt;
  const expiresAt = timeOf(change.expires_at);
  const isLater = before !== null && (expiresAt === null || expiresAt > before);
  if (caller !== null && isLater) throw wrong("expires_at", "A key can't extend a lifetime");
  platform.storage.apiKeys.setExpiry(id, expiresAt);
  return platform.storage.apiKeys.get(id)!;
}

/** Replaces a key by a new one with the same name, scopes, permissions and lifetime, and revokes it. */
export function regenerateKey(platform: Platform, id: string): CreatedKey {
  const { storage, now } = platform;
  return storage.transaction(() => {
    const { name, scopes, permissions, ...old } = requireManaged(platform, null, id);
    const environment = old.prefix.split("_")[1] as KeyEnvironment;
    const created = addKey(platform, null, { name, environment, lifetime: lifetimeOfKey(old), permissions, scopes });
    storage.apiKeys.revoke(id, now());
    return created;
  });
}

/** Returns a key that the caller manages. @throws {HttpError} 404 if there is none. */
export function requireManaged({ storage }: Platform, caller: Caller, id: string): ApiKey {
  const key = storage.apiKeys.get(id);
  if (key !== undefined && key.revokedAt === null && manages(storage, caller, key)) return key;
  throw new HttpError(404, "This key doesn't exist, or you can't manage it");
}

function manages(storage: Storage, caller: Caller, key: ApiKey): boolean {
  return caller === null || caller.id === key.id || storage.apiKeys.isDescendant(key.id, caller.id);
}

function permissionsOf(caller: Caller, requested: CreateKeyRequest["permissions"]): readonly Permission[] {
  if (requested === undefined) return caller?.permissions ?? DEFAULT_PERMISSIONS;
  const own = caller?.permissions ?? PERMISSIONS;
  const missing = requested.find((it) => !own.includes(it));
  if (missing !== undefined) throw denied(missing, own, "The API key doesn't have this permission itself");
  return PERMISSIONS.filter((it) => requested.includes(it));
}

function scopesOf(caller: Caller, { project_id: project, scopes }: CreateKeyRequest): Scopes {
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
  if (longest === null) return requested === null ? null : requested * SECOND;
  if (requested === null) throw wrong("expires_in", "A key that expires can't create one that doesn't");
  if (requested * SECOND <= longest) return requested * SECOND;
  throw wrong("expires_in", "A key can't create one with a longer lifetime than its own");
}

/** In milliseconds; `null` for a key that doesn't expire. */
function lifetimeOfKey({ createdAt, expiresAt }: Pick<ApiKey, "createdAt" | "expiresAt">): number | null {
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
