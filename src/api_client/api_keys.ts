/**
 * The platform's API keys (OpenAPI paths `/api/api-keys`, `/api/api-keys/{id}`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { FluxloopError, PlatformError } from "../errors.ts";
import { isObject } from "../text/json.ts";
import { request } from "./client.ts";
import { anything, inField, listOf, object, optional, type Reader, secret, text, time } from "./fields.ts";
import { type KeyInfo, keyInfo } from "./identity.ts";
import { jsonOf, objectIn } from "./response.ts";
import { type Message, send, type Target } from "./transport.ts";

const PATH = "/api/api-keys";

/** Settings of a new key; the platform chooses those that are left out. */
export interface CreateKeyRequest {
  readonly name: string;
  /** Project ids, or all projects. */
  readonly scopes?: "all_projects" | readonly string[];
  readonly permissions?: readonly string[];
  readonly environment?: string;
  /** In seconds; `null` if the key never expires. */
  readonly expiresIn?: number | null;
}

/** The outcome of a request for a key, which may repeat an earlier request. */
export type KeyCreation =
  | { readonly kind: "created"; readonly key: { readonly key: string; readonly id: string | null } }
  /** An earlier request created the key; the platform doesn't return it again. */
  | { readonly kind: "created_before"; readonly id: string }
  /** No key was created, now or before. */
  | { readonly kind: "refused"; readonly error: FluxloopError };

/** Client errors after which the same request may succeed, or may have succeeded before. */
const TRANSIENT: readonly number[] = [401, 408, 425, 429];

const listedFields = object({
  id: text,
  name: optional(text),
  /** The start of the key, to recognize it: `flux_dev_abc1`. */
  prefix: optional(text),
  last_used_at: optional(time),
});
/** A key in a list; unknown fields are `null`. */
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
 * @param idempotencyKey Makes the platform create only one key, however often the request is sent.
 * @param options The options that the request's fields come from, by the names in the body.
 * @throws {FluxloopError} When a key may have been created.
 */
export async function createApiKeyOnce(
  context: Context,
  target: Target,
  { expiresIn, ...settings }: CreateKeyRequest,
  idempotencyKey: string,
  options: Message["options"] = {},
): Promise<KeyCreation> {
  const body = { ...settings, expires_in: expiresIn };
  const response = await send(context, target, { method: "POST", path: PATH, body, idempotencyKey, options });
  const { status } = response;
  const fields = objectIn(response);
  if (status === 409 && typeof fields?.id === "string") return { kind: "created_before", id: fields.id };
  try {
    return { kind: "created", key: jsonOf(response, target.apiUrl, createdKey, unsupported(target)) };
  } catch (error) {
    // Without JSON, the response comes from a gateway, which doesn't know whether the platform created a key.
    const isRefused = fields !== null && status >= 400 && status < 500 && !TRANSIENT.includes(status);
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
 * @throws {NotFoundError} When the caller can't manage the key, or the platform doesn't support the change.
 */
export async function changeKeyExpiry(context: Context, target: Target, id: string, expiresAt: Date): Promise<void> {
  const body = { expires_at: expiresAt.toISOString() };
  await request(context, target, { method: "PATCH", path: pathOf(id), body }, anything);
}

/** Returns a random idempotency key: the platform executes only the first of the requests that have it. */
export function newIdempotencyKey(context: Context): string {
  return context.random(new Uint8Array(16)).toHex();
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

function unsupported({ apiUrl }: Target): PlatformError {
  return new PlatformError(`${apiUrl.host} doesn't support managing keys. Use its API keys page.`);
}

/** Reads a created key. Older platforms send `{api_key: "…"}` or `{api_key: {key}}`. */
const createdKey: Reader<{ readonly key: string; readonly id: string | null }> = (body) => {
  const wrapped = isObject(body) ? body.api_key : undefined;
  if (typeof wrapped === "string") return { key: secret(wrapped, "api_key"), id: null };
  const { key, id } = isObject(wrapped) ? wrapped : isObject(body) ? body : {};
  return { key: secret(key, "key"), id: typeof id === "string" ? id : null };
};
