/**
 * Identifies who sends a request (RFC 6750; OpenAPI security scheme `bearer`), and what they have access to.
 *
 * @module
 */
import type { Permission } from "../api_client/key_terms.ts";
import type { ApiKey } from "./api_keys.ts";
import { HttpError, type Schemas, unauthorized } from "./http.ts";
import { findToken } from "./logins.ts";
import { PROJECTS } from "./seed.ts";
import type { Platform } from "./storage.ts";
import { MINUTE, secondsBetween } from "./time.ts";

/** Who sends a request: a key, or `null` for the account's owner, through a browser login. */
export type Caller = ApiKey | null;

/** The scheme's case doesn't matter (RFC 9110, section 11.1); the token is RFC 6750's `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Returns who sends a request with this `Authorization` header.
 *
 * @throws {HttpError} 401 if the key or token is missing, unknown, revoked or expired.
 */
export function authenticate({ storage, now }: Platform, authorization: string | null): Caller {
  const secret = BEARER.exec(authorization ?? "")?.[1] ?? "";
  const apiKey = storage.apiKeys.find(secret) ?? null;
  const credential = apiKey ?? findToken(storage, "access", secret);
  const at = now();
  if (credential === undefined) throw unauthorized("invalid_api_key");
  if (apiKey?.revoked_at) throw unauthorized("revoked_api_key");
  if (credential.expires_at !== null && credential.expires_at <= at) throw unauthorized("expired_api_key");

  // At most one write per minute, instead of one per request.
  const lastUsed = apiKey?.last_used_at ?? "1970-01-01T00:00:00Z";
  if (apiKey !== null && Math.abs(secondsBetween(lastUsed, at)) >= MINUTE) {
    storage.query("UPDATE api_keys SET last_used_at = ? WHERE id = ?", at, apiKey.id);
  }
  return apiKey;
}

/** Returns the projects in the caller's scopes. */
export function accessibleProjects(caller: Caller): Schemas["Project"][] {
  const scopes = caller?.scopes ?? "all_projects";
  return PROJECTS.filter((it) => scopes === "all_projects" || scopes.includes(it.id));
}

/** Checks a permission; the account's owner has all of them. @throws {HttpError} 403 if the key lacks it. */
export function requirePermission(caller: Caller, required: Permission, action: string): void {
  if (caller === null || caller.permissions.includes(required)) return;
  throw denied(required, caller.permissions, `The API key may not ${action}`);
}

/** Returns a 403 error that names the missing permission. */
export function denied(required: Permission, permissions: readonly Permission[], detail: string): HttpError {
  const body: Schemas["PermissionDeniedError"] = {
    code: "permission_denied",
    required_permission: required,
    permissions: [...permissions],
    detail,
  };
  return new HttpError(403, body);
}
