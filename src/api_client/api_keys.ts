/**
 * The platform's API keys (OpenAPI paths `/api/api-keys`, `/api/api-keys/{id}`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { FluxloopError, PlatformError } from "../errors.ts";
import { toHex } from "../text/hex.ts";
import { isObject } from "../text/json.ts";
import { request } from "./client.ts";
import { anything, inField, listOf, object, optional, type Reader, secret, text, time } from "./fields.ts";
import { type KeyInfo, keyInfo } from "./identity.ts";
import { jsonOf, objectIn } from "./response.ts";
import { send, type Target } from "./transport.ts";

const PATH = "/api/api-keys";

/** A key to create; the platform chooses what is left out. */
export interface CreateKeyRequest {
  readonly name: string;
  /** Project ids, or all projects. */
  readonly scopes?: "all_projects" | readonly string[];
  readonly permissions?: readonly string[];
  readonly environment?: string;
  /** Seconds; `null`: it doesn't expire. */
  readonly expiresIn?: number | null;
}

/** The outcome of a request for a key, which may be a repeated request. */
export type KeyMaking =
  | { readonly kind: "made"; readonly key: { readonly key: string; readonly id: string | null } }
  /** An earlier attempt created the key, which is never shown again. */
  | { readonly kind: "made_before"; readonly id: string }
  /** No key was created, now or before. */
  | { readonly kind: "refused"; readonly error: FluxloopError };

/** Client errors that may have nothing to do with the request: an earlier one may have been accepted. */
const TRANSIENT: readonly number[] = [401, 408, 425, 429];

const listedFields = object({
  id: text,
  name: optional(text),
  /** How people recognize it: `flux_dev_abc1`. */
  prefix: optional(text),
  last_used_at: optional(time),
});
/** A key in a list; `null` is what the platform doesn't tell. */
export type ListedKey = KeyInfo & ReturnType<typeof listedFields>;
const listedKey: Reader<ListedKey> = (value, at) => ({ ...keyInfo(value, at), ...listedFields(value, at) });

/** Lists the keys that the caller can manage. */
export async function listApiKeys(context: Context, target: Target): Promise<ListedKey[]> {
  const read = inField("api_keys", listOf(listedKey));
  return await request(context, target, { method: "GET", path: PATH }, read, unsupported(target));
}

/**
 * Creates a key.
 *
 * @param idempotencyKey The platform creates one key for it, however often the request is sent.
 * @throws {FluxloopError} When a key may have been created.
 */
export async function createApiKeyOnce(
  context: Context,
  target: Target,
  { expiresIn, ...settings }: CreateKeyRequest,
  idempotencyKey: string,
): Promise<KeyMaking> {
  const body = { ...settings, expires_in: expiresIn };
  const response = await send(context, target, { method: "POST", path: PATH, body, idempotencyKey });
  const { status } = response;
  const said = objectIn(response);
  if (status === 409 && typeof said?.id === "string") return { kind: "made_before", id: said.id };
  try {
    return { kind: "made", key: jsonOf(response, target.apiUrl, createdKey, unsupported(target)) };
  } catch (error) {
    // A web page comes from a gateway, which doesn't know whether the platform created a key.
    const isRefused = said !== null && status >= 400 && status < 500 && !TRANSIENT.includes(status);
    if (isRefused && error instanceof FluxloopError) return { kind: "refused", error };
    throw error;
  }
}

/** Revokes a key. @returns Whether it existed. */
export async function deleteApiKey(context: Context, target: Target, id: string): Promise<boolean> {
  const response = await send(context, target, { method: "DELETE", path: pathOf(id) });
  if (response.status === 404) return false;
  if (response.status !== 204) jsonOf(response, target.apiUrl, anything);
  return true;
}

/**
 * Changes when a key expires; a key can only bring its own expiry forward.
 *
 * @throws {NotFoundError} When the caller manages no such key, or the platform can't change it.
 */
export async function changeApiKeyEnd(context: Context, target: Target, id: string, expiresAt: Date): Promise<void> {
  const body = { expires_at: expiresAt.toISOString() };
  await request(context, target, { method: "PATCH", path: pathOf(id), body }, anything);
}

/** Returns a random idempotency key: the platform acts once on all requests that have it. */
export function newIdempotencyKey(context: Context): string {
  return toHex(context.random(new Uint8Array(16)));
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

function unsupported({ apiUrl }: Target): PlatformError {
  return new PlatformError(`${apiUrl.host} doesn't support managing keys. Use its API keys page.`);
}

/** Older platforms respond with the key alone, or wrap it: `{api_key: "…"}`, `{api_key: {key}}`. */
const createdKey: Reader<{ readonly key: string; readonly id: string | null }> = (body) => {
  const wrapped = isObject(body) ? body.api_key : undefined;
  if (typeof wrapped === "string") return { key: secret(wrapped, "api_key"), id: null };
  const { key, id } = isObject(wrapped) ? wrapped : isObject(body) ? body : {};
  return { key: secret(key, "key"), id: typeof id === "string" ? id : null };
};
