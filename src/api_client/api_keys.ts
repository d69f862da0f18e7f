/**
 * The platform's keys as the use cases see them (OpenAPI paths `/api/api-keys`, `/api/api-keys/{id}`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { FluxloopError, NotFoundError, PlatformError } from "../errors.ts";
import { toHex } from "../text/hex.ts";
import { isObject, jsonOf } from "./response.ts";
import { type KeyInfo, keyInfoOf } from "./identity.ts";
import { type PlatformResponse, type RequestOptions, send, type Target } from "./transport.ts";

/** A key as a list shows it: what the platform does not tell is `null`. */
export interface ListedKey extends KeyInfo {
  readonly id: string;
  readonly name: string | null;
  /** What people know it by: `flux_dev_abc1`. */
  readonly prefix: string | null;
  readonly lastUsedAt: Date | null;
}

/** A key to be made; what is left out is for the platform to choose. */
export interface CreateKeyRequest {
  readonly name: string;
  /** Project ids, or all there are. */
  readonly scopes?: "all_projects" | readonly string[];
  readonly permissions?: readonly string[];
  readonly environment?: string;
  /** Seconds; `null`: it does not expire. */
  readonly expiresIn?: number | null;
}

/** A key that was made, whole. */
export interface MadeKey {
  /** `null` where the platform does not tell. */
  readonly id: string | null;
  readonly key: string;
}

/**
 * @returns The keys that the caller may manage, in the platform's order.
 * @throws {InvalidKeyError | PermissionDeniedError | NetworkError | PlatformError} As the platform has it.
 */
export async function listApiKeys(context: Context, target: Target, requests?: RequestOptions): Promise<ListedKey[]> {
  const message = { method: "GET", path: "/api/api-keys" } as const;
  const body = await knowing(target, async () => jsonOf(await send(context, target, message, requests), target.apiUrl));
  const list = isObject(body) ? body.api_keys : body;
  if (!Array.isArray(list)) throw unreadable("api_keys is not a list");
  return list.map((it, index) => listedKeyOf(it, `api_keys[${index}]`));
}

/** What a request for a key came to that may have come before. */
export type KeyMaking =
  /** The key, which was made now; or, on a platform that answers a repetition as it did before, then. */
  | { readonly kind: "made"; readonly key: MadeKey }
  /** This request has made a key before, which is not shown again. */
  | { readonly kind: "made_before"; readonly id: string }
  /** The platform makes no such key, and has made none. */
  | { readonly kind: "refused"; readonly error: FluxloopError };

/** Refusals that say nothing of the request itself: a later one may be taken, and one before may have been. */
const PASSING: readonly number[] = [401, 408, 425, 429];

/**
 * Creates a key.
 *
 * @param idempotencyKey A name for this request, under which the platform makes one key however often it comes.
 * @throws {InvalidKeyError | NetworkError | PlatformError} When nobody knows whether a key was made.
 */
export async function createApiKeyOnce(
  context: Context,
  target: Target,
  request: CreateKeyRequest,
  idempotencyKey: string,
  requests?: RequestOptions,
): Promise<KeyMaking> {
  const response = await askForKey(context, target, request, idempotencyKey, requests);
  const body = objectIn(response);
  if (response.status === 409 && typeof body?.id === "string") return { kind: "made_before", id: body.id };
  try {
    return { kind: "made", key: madeKeyOf(await made(target, response)) };
  } catch (error) {
    // A web page is of something in between, which does not know what the platform has done.
    const isRefused = body !== null && response.status >= 400 && response.status < 500 &&
      !PASSING.includes(response.status);
    if (isRefused && error instanceof FluxloopError) return { kind: "refused", error };
    throw error;
  }
}

function askForKey(
  context: Context,
  target: Target,
  { name, scopes, permissions, environment, expiresIn }: CreateKeyRequest,
  idempotencyKey: string,
  requests?: RequestOptions,
): Promise<PlatformResponse> {
  const body = { name, scopes, permissions, environment, expires_in: expiresIn };
  return send(context, target, { method: "POST", path: "/api/api-keys", body, idempotencyKey }, requests);
}

function made(target: Target, response: PlatformResponse): Promise<unknown> {
  return knowing(target, () => Promise.resolve(jsonOf(response, target.apiUrl)));
}

function objectIn({ text }: PlatformResponse): Record<string, unknown> | null {
  try {
    const body = JSON.parse(text);
    return isObject(body) ? body : null;
  } catch {
    return null;
  }
}

/**
 * Revokes a key. One that is not there any more is fine.
 *
 * @returns Whether the platform knew it.
 * @throws As {@linkcode listApiKeys}.
 */
export async function deleteApiKey(
  context: Context,
  target: Target,
  id: string,
  requests?: RequestOptions,
): Promise<boolean> {
  const message = { method: "DELETE", path: `/api/api-keys/${encodeURIComponent(id)}` } as const;
  const response = await send(context, target, message, requests);
  if (response.status === 204) return true;
  if (response.status === 404) return false;
  jsonOf(response, target.apiUrl);
  return true;
}

/**
 * Changes when a key ends.
 *
 * @param id The key's.
 * @param expiresAt When it is to end; a key itself can only bring its end nearer.
 * @returns The key as it is then.
 * @throws {NotFoundError} When the caller manages no such key, or the platform knows no such change.
 * @throws As {@linkcode listApiKeys}.
 */
export async function changeApiKeyEnd(
  context: Context,
  target: Target,
  id: string,
  expiresAt: Date,
  requests?: RequestOptions,
): Promise<ListedKey> {
  const body = { expires_at: expiresAt.toISOString() };
  const message = { method: "PATCH", path: `/api/api-keys/${encodeURIComponent(id)}`, body } as const;
  return listedKeyOf(jsonOf(await send(context, target, message, requests), target.apiUrl), "its answer");
}

async function knowing<T>({ apiUrl }: Target, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new PlatformError(`${apiUrl.host} does not let keys be managed from here; use its page of API keys`, {
      cause: error,
    });
  }
}

function listedKeyOf(value: unknown, at: string): ListedKey {
  const info = keyInfoOf(value, at);
  if (info.id === null || !isObject(value)) throw unreadable(`${at}.id is not a text`);
  const text = (field: string) => typeof value[field] === "string" ? value[field] as string : null;
  const used = text("last_used_at");
  const time = used === null ? null : new Date(used);
  const lastUsedAt = time === null || Number.isNaN(time.getTime()) ? null : time;
  return { ...info, id: info.id, name: text("name"), prefix: text("prefix"), lastUsedAt };
}

/** Older platforms answer with the key alone, or wrapped: `{api_key: "…"}`, `{api_key: {key}}`. */
function madeKeyOf(body: unknown): MadeKey {
  const wrapped = isObject(body) ? body.api_key : undefined;
  const inner = isObject(wrapped) ? wrapped : isObject(body) ? body : {};
  const key = typeof wrapped === "string" ? wrapped : inner.key;
  // It goes into a header and a line of a file.
  if (typeof key !== "string" || !/^[\x21-\x7e]{1,512}$/.test(key)) throw unreadable("key is not what it should be");
  return { key, id: typeof inner.id === "string" ? inner.id : null };
}

function unreadable(what: string): PlatformError {
  return new PlatformError(`The platform's answer cannot be read: ${what}`);
}

/** @returns A name for a request, under which the platform does it once however often it is sent. */
export function newIdempotencyKey(context: Context): string {
  return toHex(context.random(new Uint8Array(16)));
}
