/**
 * Who is asking: the bearer of an API key or an access token (RFC 6750; OpenAPI document, security scheme `bearer`).
 *
 * @module
 */
import type { KeyRejection } from "../errors.ts";
import { Refusal } from "./answers.ts";
import type { ApiKey } from "./api_keys.ts";
import type { UnauthorizedError } from "./contract.ts";
import { hashSecret } from "./secret.ts";
import type { Storage } from "./storage.ts";

/** Who is asking. */
export interface Caller {
  readonly accountId: string;
  /** The key that was sent; `null` where a person has signed in. */
  readonly apiKey: ApiKey | null;
}

/** The scheme is read in any case (RFC 9110, section 11.1); the token's characters are RFC 6750's `b64token`. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** How exactly the last use of a key is known, in milliseconds: one write to the disk a minute, not one a request. */
const LAST_USE_PRECISION = 60_000;

const SENTENCES: Record<KeyRejection, string> = {
  invalid_api_key: "The API key is not valid",
  expired_api_key: "The API key has expired",
  revoked_api_key: "The API key has been revoked",
};

/**
 * Finds out who is asking: the bearer of an API key, which is remembered to have been used, or of an access token, for
 * whom a person has signed in.
 *
 * Every token goes the same way, whatever it looks like: it is hashed, and the hash is looked up. How long that takes
 * tells at most something about hashes, from which no key follows.
 *
 * @param authorization The `Authorization` header; `null` where there is none.
 * @throws {Refusal} 401, when there is no key or token, or it is unknown, revoked or expired.
 */
export function authenticate(authorization: string | null, { apiKeys, sessions }: Storage, now: Date): Caller {
  const token = BEARER.exec(authorization ?? "")?.[1] ?? "";
  const hash = hashSecret(token);
  const apiKey = apiKeys.find(hash);
  if (apiKey === undefined) {
    const access = sessions.findAccess(hash);
    if (access === undefined) throw unauthorized("invalid_api_key");
    if (access.expiresAt <= now) throw unauthorized("expired_api_key");
    return { accountId: access.accountId, apiKey: null };
  }
  if (apiKey.revokedAt !== null) throw unauthorized("revoked_api_key");
  if (apiKey.expiresAt !== null && apiKey.expiresAt <= now) throw unauthorized("expired_api_key");

  if (Math.abs(now.getTime() - (apiKey.lastUsedAt?.getTime() ?? 0)) >= LAST_USE_PRECISION) {
    apiKeys.touch(apiKey.id, now);
  }
  return { accountId: apiKey.accountId, apiKey };
}

function unauthorized(code: KeyRejection): Refusal {
  const body: UnauthorizedError = { code, detail: SENTENCES[code] };
  return new Refusal(401, body, { "www-authenticate": "Bearer" });
}
