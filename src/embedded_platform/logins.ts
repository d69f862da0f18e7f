/**
 * Browser logins and their tokens (OpenAPI paths `/api/cli-connect/*`; similar to RFC 8628). Only the SHA-256 hashes of
 * codes and tokens are stored.
 *
 * @module
 */
import { type Schemas, unauthorized } from "./http.ts";
import { generateUserCode, hashSecret, randomSecret } from "./secrets.ts";
import { ACCOUNT } from "./seed.ts";
import type { Platform, Storage } from "./storage.ts";
import { after, DAY, MINUTE, secondsBetween } from "./time.ts";

/** How long a code is valid, and how often a program may poll, in seconds. */
export interface LoginTimes {
  readonly codeLifetime: number;
  readonly pollInterval: number;
}

/** How much the interval grows when a program polls too soon, in seconds (RFC 8628, section 3.5). */
const SLOWER = 5;
const ACCESS_LIFETIME = 60 * MINUTE;
const REFRESH_LIFETIME = 30 * DAY;
/** How long a response with tokens may be requested again, in case it was lost. */
const GRACE = MINUTE;

/** A stored login. */
export interface Login {
  readonly number: number;
  readonly user_hash: string;
  /** The program's `User-Agent` and IP address. */
  readonly user_agent: string;
  readonly address: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly state: "pending" | "approved" | "denied";
  /** How long the program has to wait between two polls, in seconds, and the time of the last one. */
  readonly poll_interval: number;
  readonly polled_at: string | null;
  /** When its tokens were first sent. */
  readonly delivered_at: string | null;
}

interface Token {
  readonly session: number;
  readonly expires_at: string;
  /** When a refresh token was first exchanged; `null` for the newest one. */
  readonly replaced_at: string | null;
}

/** Starts a login, and removes expired ones. */
export function startLogin(
  { storage, random, now, url, loginTimes: { codeLifetime, pollInterval } }: Platform,
  program: Pick<Login, "user_agent" | "address">,
): Schemas["StartedLogin"] {
  const created_at = now();
  const device_code = `flux_dc_${randomSecret(random)}`;
  const user_code = generateUserCode(random);
  storage.query("DELETE FROM logins WHERE expires_at <= ?", created_at);
  storage.insert("logins", {
    ...program,
    device_hash: hashSecret(device_code),
    user_hash: hashSecret(user_code),
    created_at,
    expires_at: after(created_at, codeLifetime),
    state: "pending",
    poll_interval: pollInterval,
  });
  const verification_url = `${url}/connect?code=${user_code}`;
  return { device_code, user_code, verification_url, expires_in: codeLifetime, interval: pollInterval };
}

/** Returns the state of a login, with its tokens once it is approved. */
export function completeLogin(platform: Platform, { device_code }: Schemas["DeviceCode"]): Schemas["LoginState"] {
  const { storage } = platform;
  const now = platform.now();
  return storage.transaction((): Schemas["LoginState"] => {
    const sql = "SELECT * FROM logins WHERE device_hash = ? AND expires_at > ?";
    const [login] = storage.query<Login>(sql, hashSecret(device_code), now);
    if (login === undefined) return { status: "expired" };
    const { number, state, poll_interval, polled_at, delivered_at } = login;
    if (state === "denied") return { status: "denied" };
    const isTooSoon = polled_at !== null && secondsBetween(polled_at, now) < poll_interval;
    const interval = isTooSoon ? poll_interval + SLOWER : poll_interval;
    storage.query("UPDATE logins SET polled_at = ?, poll_interval = ? WHERE number = ?", now, interval, number);
    if (isTooSoon) return { status: "slow_down" };
    if (state === "pending") return { status: "pending" };

    if (delivered_at === null) storage.query("UPDATE logins SET delivered_at = ? WHERE number = ?", now, number);
    // The tokens of the first response become invalid, whoever received them. A session that was revoked has none.
    else if (after(delivered_at, GRACE) < now || !endSession(storage, number)) return { status: "expired" };
    return { status: "approved", credential: issueTokens(platform, number) };
  });
}

/**
 * Exchanges a refresh token. For a minute it can be exchanged again, because the response may have been lost. A later
 * exchange means that two clients have the token, so the session ends for both (RFC 9700, section 4.14.2).
 */
export function refreshLogin(
  platform: Platform,
  { refresh_token }: Schemas["RefreshToken"],
): Schemas["RefreshedLogin"] {
  const { storage } = platform;
  const now = platform.now();
  // Errors are thrown outside of the transaction, which would undo the end of the session.
  const credential = storage.transaction(() => {
    const token = findToken(storage, "refresh", refresh_token);
    if (token === undefined) return null;
    const { session, expires_at, replaced_at } = token;
    if (expires_at <= now || (replaced_at !== null && after(replaced_at, GRACE) < now)) {
      endSession(storage, session);
      return null;
    }
    const sql = "UPDATE tokens SET replaced_at = ? WHERE session = ? AND kind = 'refresh' AND replaced_at IS NULL";
    storage.query(sql, now, session);
    // Access tokens stay valid: another process may be using one.
    return issueTokens(platform, session);
  });
  if (credential === null) throw unauthorized("invalid_api_key", "This login has expired or was revoked");
  return { credential };
}

/** Ends a session; does nothing if it has already ended (RFC 7009, section 2.2). */
export function revokeLogin({ storage }: Platform, { refresh_token }: Schemas["RefreshToken"]): void {
  const token = findToken(storage, "refresh", refresh_token);
  if (token !== undefined) endSession(storage, token.session);
}

/** Finds a token, even if it has expired or was replaced. */
export function findToken(storage: Storage, kind: "access" | "refresh", token: string): Token | undefined {
  return storage.query<Token>("SELECT * FROM tokens WHERE kind = ? AND hash = ?", kind, hashSecret(token))[0];
}

/** Returns the logins that nobody has approved or denied. */
export function pendingLogins({ storage, now }: Platform): Login[] {
  return storage.query("SELECT * FROM logins WHERE state = 'pending' AND expires_at > ?", now());
}

/** Approves or denies a pending login. @returns Whether it was pending. */
export function decideLogin({ storage, now }: Platform, number: number, state: "approved" | "denied"): boolean {
  const sql = `UPDATE logins SET state = ?
    WHERE number = ? AND state = 'pending' AND expires_at > ? RETURNING number`;
  return storage.query(sql, state, number, now()).length > 0;
}

/** Ends a session. @returns Whether it was still active. */
function endSession(storage: Storage, session: number): boolean {
  return storage.query("DELETE FROM tokens WHERE session = ? RETURNING hash", session).length > 0;
}

function issueTokens({ storage, random, now }: Platform, session: number): Schemas["IssuedCredential"] {
  const issuedAt = now();
  const [access_token, refresh_token] = ["at", "rt"].map((it) => `flux_${it}_${randomSecret(random)}`);
  const expires_at = after(issuedAt, ACCESS_LIFETIME);
  // Expired tokens are kept for a while, to distinguish them from unknown ones.
  storage.query("DELETE FROM tokens WHERE expires_at <= ?", after(issuedAt, -30 * DAY));
  storage.insert("tokens", { hash: hashSecret(access_token), kind: "access", session, expires_at });
  const refreshExpiry = after(issuedAt, REFRESH_LIFETIME);
  storage.insert("tokens", { hash: hashSecret(refresh_token), kind: "refresh", session, expires_at: refreshExpiry });
  return { access_token, refresh_token, expires_at, user_id: ACCOUNT.id, user_email: ACCOUNT.email };
}
