/**
 * Who sends a request (RFC 6750; OpenAPI security scheme `bearer`), and what they have access to.
 *
 * @module
 */
import type { KeyRejection } from "../errors.ts";
import type { ApiKey } from "./api_keys.ts";
import type { Permission, Project, Schemas } from "./contract.ts";
import { HttpError } from "./http.ts";
import { PROJECTS } from "./seed.ts";
import type { Storage } from "./storage.ts";
import { MINUTE } from "./time.ts";

/** Who sends a request: a key, or `null` for the person, who has logged in. */
export type Caller = ApiKey | null;

/** The scheme's case doesn't matter (RFC 9110, section 11.1); the token is RFC 6750's `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

const DETAILS: Record<KeyRejection, string> = {
  invalid_api_key: "The API key is not valid",
  expired_api_key: "The API key has expired",
  revoked_api_key: "The API key has been revoked",
};

/**
 * Returns who sends a request with this `Authorization` header. Keys and tokens are looked up
 * by their hash: how long that takes tells an attacker nothing.
 *
 * @throws {HttpError} 401 if the key or token is missing, unknown, revoked or expired.
 */
export function authenticate(authorization: string | null, { apiKeys, sessions }: Storage, now: Date): Caller {
  const secret = BEARER.exec(authorization ?? "")?.[1] ?? "";
  const apiKey = apiKeys.find(secret) ?? null;
  const credential = apiKey ?? sessions.findAccess(secret);
  if (credential === undefined) throw unauthorized("invalid_api_key");
  if (apiKey?.revokedAt) throw unauthorized("revoked_api_key");
  if (credential.expiresAt !== null && credential.expiresAt <= now) throw unauthorized("expired_api_key");

  // One write a minute, not one a request.
  const lastUsed = apiKey?.lastUsedAt?.getTime() ?? 0;
  if (apiKey !== null && Math.abs(now.getTime() - lastUsed) >= MINUTE) apiKeys.touch(apiKey.id, now);
  return apiKey;
}

/** Returns a 401 error. */
export function unauthorized(code: KeyRejection, detail = DETAILS[code]): HttpError {
  const body: Schemas["UnauthorizedError"] = { code, detail };
  return new HttpError(401, body, { "www-authenticate": "Bearer" });
}

/** Returns the projects in the caller's scopes. */
export function accessibleProjects(caller: Caller): Project[] {
  const scopes = caller?.scopes ?? "all_projects";
  return PROJECTS.filter((it) => scopes === "all_projects" || scopes.includes(it.id));
}

/** Checks a permission. People who have logged in have all of them. @throws {HttpError} 403 if the key lacks it. */
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
