/**
 * Who may make which keys, and do what to them (design: platform-api.md, "Permissions"). A key does no more through the
 * keys that it makes than it may do itself; a signed-in person manages all of their own.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Refusal } from "./answers.ts";
import { type KeyEnvironment, PERMISSIONS } from "../api_client/key_terms.ts";
import { generateApiKey } from "./api_key.ts";
import type { ApiKey } from "./api_keys.ts";
import type { Caller } from "./authenticate.ts";
import type {
  ChangeKeyRequest,
  ConflictError,
  CreateKeyRequest,
  FieldError,
  Permission,
  Scopes,
  SentenceError,
} from "./contract.ts";
import { denied } from "./reach.ts";
import { invalid } from "./request_body.ts";
import type { Random } from "./secret.ts";
import type { Storage } from "./storage.ts";
import { DAY } from "./time.ts";

/** The permissions of a person's new key unless they choose others. */
const DEFAULT_PERMISSIONS = PERMISSIONS.slice(0, 3);
/** The documentation asks for a new key every 90 days. */
const DEFAULT_LIFETIME = 90 * DAY;

/** What the policy works with. */
export interface KeyKeeper {
  readonly storage: Storage;
  readonly random: Random;
  /** @returns The current time. */
  now(): Date;
}

/** A new key, whole: it is kept nowhere. */
export interface MadeKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/**
 * Makes a key (`POST /api/api-keys`).
 *
 * @param keeper Storage, clock and randomness.
 * @param caller Who asks.
 * @param fields What was sent.
 * @param idempotencyKey The request's own name, under which it makes one key however often it comes.
 * @throws {Refusal} 403 for a permission that the caller lacks, 409 for a request that came before, 422 for what cannot be.
 */
export function createKey(
  keeper: KeyKeeper,
  caller: Caller,
  fields: CreateKeyRequest,
  idempotencyKey: string | null,
): MadeKey {
  const { environment, ...requested } = readRequest(keeper, caller, fields);
  const key = generateApiKey(environment, keeper.random);
  const { apiKeys } = keeper.storage;
  const add = () =>
    apiKeys.add({ ...requested, key, accountId: caller.accountId, createdBy: caller.apiKey?.id ?? null });
  if (idempotencyKey === null) return { apiKey: add(), key };
  if (idempotencyKey === "" || idempotencyKey.length > 255) {
    throw invalid([{ loc: ["header", "Idempotency-Key"], msg: "must have 1 to 255 characters" }]);
  }
  const { accountId } = caller;
  const bodyHash = new Uint8Array(createHash("sha256").update(JSON.stringify(fields)).digest());
  const request = { accountId, caller: caller.apiKey?.id ?? "person", idempotencyKey, bodyHash };
  const { key: apiKey, isRepeated, isSame } = apiKeys.addOnce(request, add);
  if (!isSame) throw invalid([{ loc: ["header", "Idempotency-Key"], msg: "It was used for another request" }]);
  if (!isRepeated) return { apiKey, key };
  const body: ConflictError = { detail: "This request has made a key already; it was shown once", id: apiKey.id };
  throw new Refusal(409, body);
}

/** @returns The keys that the caller manages, the first one first. */
export function managedKeys({ storage }: KeyKeeper, caller: Caller): ApiKey[] {
  return storage.apiKeys.list(caller.accountId).filter((it) => manages(storage, caller, it));
}

/**
 * Makes a key be refused (`DELETE /api/api-keys/{id}`).
 *
 * @throws {Refusal} 404 where the caller manages no such key.
 */
export function deleteKey(keeper: KeyKeeper, caller: Caller, id: string): void {
  const key = requireManaged(keeper, caller, id);
  keeper.storage.apiKeys.revoke(key.id, keeper.now());
}

/**
 * Changes when a key ends (`PATCH /api/api-keys/{id}`).
 *
 * @param fields What was sent.
 * @returns The key as it is then.
 * @throws {Refusal} 404 where the caller manages no such key, 422 for what is no time, or later than a key may choose.
 */
export function changeKey(
  keeper: KeyKeeper,
  caller: Caller,
  id: string,
  fields: ChangeKeyRequest,
): ApiKey {
  const key = requireManaged(keeper, caller, id);
  const expiresAt = timeOf(fields.expires_at);
  const isLater = key.expiresAt !== null && (expiresAt === null || expiresAt > key.expiresAt);
  if (caller.apiKey !== null && isLater) throw wrong("expires_at", "A key can't extend a lifetime");
  keeper.storage.apiKeys.setExpiry(key.id, expiresAt);
  return keeper.storage.apiKeys.get(key.id)!;
}

/**
 * Replaces a key by a new one of the same name, reach, permissions and lifetime; the old one is refused from now on.
 *
 * @throws {Refusal} 404 where the caller manages no such key.
 */
export function regenerateKey(keeper: KeyKeeper, caller: Caller, id: string): MadeKey {
  const { storage, random } = keeper;
  const createdAt = keeper.now();
  return storage.transaction(() => {
    const { name, scopes, permissions, accountId, prefix, ...old } = requireManaged(keeper, caller, id);
    const lifetime = old.expiresAt && old.expiresAt.getTime() - old.createdAt.getTime();
    const expiresAt = lifetime === null ? null : new Date(createdAt.getTime() + lifetime);
    const key = generateApiKey(prefix.split("_")[1] as KeyEnvironment, random);
    const createdBy = caller.apiKey?.id ?? null;
    const apiKey = storage.apiKeys.add({ key, name, scopes, permissions, accountId, createdAt, expiresAt, createdBy });
    storage.apiKeys.revoke(id, createdAt);
    return { apiKey, key };
  });
}

function manages(storage: Storage, { accountId, apiKey }: Caller, key: ApiKey): boolean {
  if (key.accountId !== accountId) return false;
  return apiKey === null || apiKey.id === key.id || storage.apiKeys.isDescendant(key.id, apiKey.id);
}

/**
 * @returns The key with this id.
 * @throws {Refusal} 404 where the caller manages no such key.
 */
export function requireManaged({ storage }: KeyKeeper, caller: Caller, id: string): ApiKey {
  const key = storage.apiKeys.get(id);
  // A key of somebody else's is as one that there is not: nothing is told of it.
  if (key !== undefined && key.revokedAt === null && manages(storage, caller, key)) return key;
  throw new Refusal(404, { detail: "There is no such key, or none that you may manage" } satisfies SentenceError);
}

function readRequest(keeper: KeyKeeper, caller: Caller, request: CreateKeyRequest) {
  const createdAt = keeper.now();
  const lifetime = lifetimeOf(caller, request.expires_in);
  return {
    name: request.name.trim(),
    environment: request.environment ?? "dev",
    createdAt,
    expiresAt: lifetime === null ? null : new Date(createdAt.getTime() + lifetime),
    permissions: permissionsOf(caller, request.permissions),
    scopes: scopesOf(keeper.storage, caller, request),
  };
}

function permissionsOf({ apiKey }: Caller, requested: CreateKeyRequest["permissions"]): readonly Permission[] {
  if (requested === undefined) return apiKey?.permissions ?? DEFAULT_PERMISSIONS;
  const lacking = requested.find((it) => apiKey !== null && !apiKey.permissions.includes(it));
  if (lacking !== undefined) {
    throw denied(lacking, apiKey!.permissions, "The API key doesn't have this permission itself");
  }
  return PERMISSIONS.filter((it) => requested.includes(it));
}

function scopesOf(storage: Storage, caller: Caller, { project_id: project, scopes }: CreateKeyRequest): Scopes {
  if (project !== undefined && scopes !== undefined) throw wrong("project_id", "can't be combined with scopes");
  const own = caller.apiKey?.scopes ?? "all_projects";
  const requested = project === undefined ? scopes : [project];
  if (requested === undefined) return own;
  const field = project === undefined ? "scopes" : "project_id";
  if (requested === "all_projects") {
    if (own !== "all_projects") throw wrong(field, "This key doesn't have access to all projects itself");
    return requested;
  }
  const accessible = storage.accounts.projects(caller.accountId).map((it) => it.id)
    .filter((it) => own === "all_projects" || own.includes(it));
  if (!requested.every((it) => accessible.includes(it))) {
    throw wrong(field, "There is no such project, or this key has no access to it");
  }
  return [...new Set<string>(requested)];
}

/** @returns Milliseconds, or `null` for a key that doesn't expire. */
function lifetimeOf({ apiKey }: Caller, requested: CreateKeyRequest["expires_in"]): number | null {
  const longest = apiKey === null || apiKey.expiresAt === null
    ? null
    : apiKey.expiresAt.getTime() - apiKey.createdAt.getTime();
  if (requested === undefined) return apiKey === null ? DEFAULT_LIFETIME : longest;
  if (requested === null) {
    if (longest !== null) throw wrong("expires_in", "A key that expires can't create one that doesn't");
    return null;
  }
  const lifetime = requested * 1000;
  if (longest !== null && lifetime > longest) {
    throw wrong("expires_in", "A key can't create one with a longer lifetime than its own");
  }
  return lifetime;
}

function timeOf(value: string | null): Date | null {
  if (value === null) return null;
  const time = new Date(/^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(value) ? value : "");
  if (Number.isNaN(time.getTime())) throw wrong("expires_at", "must be null, or a time such as 2024-04-15T00:00:00Z");
  return time;
}

function wrong(field: string, msg: string): Refusal {
  return invalid([{ loc: ["body", field], msg } satisfies FieldError]);
}
