/**
 * Logins through the browser that somebody has to approve, and the sessions that they become. Codes and tokens are
 * stored as SHA-256.
 *
 * @module
 */
import type { Database } from "./database.ts";
import { hashSecret } from "./secrets.ts";
import { after, DAY } from "./time.ts";

/** A login that hasn't expired. */
export interface DeviceLogin {
  readonly number: number;
  /** What the program says it is, and where it connects from. */
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly state: "pending" | "approved" | "denied";
  /** The session, and when its tokens were first sent. */
  readonly session: number | null;
  readonly deliveredAt: Date | null;
}

/** A login to store, with the program's code and the person's. */
interface NewDeviceLogin extends Pick<DeviceLogin, "userAgent" | "address" | "createdAt" | "expiresAt"> {
  readonly deviceCode: string;
  readonly userCode: string;
}

const CURRENT = "SELECT * FROM device_logins WHERE expires_at > ?";

/** All logins. */
export class DeviceLogins {
  constructor(private readonly database: Database) {}

  /** Adds a login and removes those that have expired. */
  add({ deviceCode, userCode, ...rest }: NewDeviceLogin): void {
    this.database.run("DELETE FROM device_logins WHERE expires_at <= ?", rest.createdAt);
    const hashes = { deviceHash: hashSecret(deviceCode), userHash: hashSecret(userCode) };
    this.database.insert("device_logins", { ...rest, ...hashes, state: "pending" });
  }

  findByDevice(code: string, now: Date): DeviceLogin | undefined {
    return this.database.get(`${CURRENT} AND device_hash = ?`, now, hashSecret(code));
  }

  /** Finds the pending login that a person's code belongs to. */
  findByUser(code: string, now: Date): DeviceLogin | undefined {
    return this.database.get(`${CURRENT} AND state = 'pending' AND user_hash = ?`, now, hashSecret(code));
  }

  get(number: number, now: Date): DeviceLogin | undefined {
    return this.database.get(`${CURRENT} AND number = ?`, now, number);
  }

  /** Returns how many logins are pending. */
  waiting(now: Date): number {
    return this.database.all(`${CURRENT} AND state = 'pending'`, now).length;
  }

  /** Approves or denies a pending login. @returns Whether it was pending. */
  decide(number: number, state: "approved" | "denied", now: Date): boolean {
    const sql = `UPDATE device_logins SET state = ?
      WHERE number = ? AND state = 'pending' AND expires_at > ? RETURNING number`;
    return this.database.get(sql, state, number, now) !== undefined;
  }

  /** Records the session whose tokens were sent. */
  deliver(number: number, session: number, at: Date): void {
    this.database.run("UPDATE device_logins SET session = ?, delivered_at = ? WHERE number = ?", session, at, number);
  }
}

/** A session, as a refresh token finds it. */
interface Session {
  readonly number: number;
  readonly expiresAt: Date;
  /** When the refresh token was first exchanged for another; `null` for the newest one. */
  readonly replacedAt: Date | null;
}

/** A session's new tokens. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly accessExpiresAt: Date;
  readonly refreshExpiresAt: Date;
}

/** The programs that somebody has logged in. A session that ends is removed with its tokens. */
export class Sessions {
  constructor(private readonly database: Database) {}

  /** Adds a session. @returns Its number. */
  add(tokens: Tokens, now: Date): number {
    const { number } = this.database.insert<{ number: number }>("sessions", { expiresAt: tokens.refreshExpiresAt });
    this.#addTokens(number, tokens, now);
    return number;
  }

  /** Adds tokens to a session. Its access tokens stay valid: another process may be using one. */
  renew(number: number, tokens: Tokens, now: Date): void {
    this.database.run("UPDATE sessions SET expires_at = ? WHERE number = ?", tokens.refreshExpiresAt, number);
    const sql = "UPDATE refresh_tokens SET replaced_at = ? WHERE session = ? AND replaced_at IS NULL";
    this.database.run(sql, now, number);
    this.#addTokens(number, tokens, now);
  }

  end(number: number): void {
    this.database.run("DELETE FROM sessions WHERE number = ?", number);
  }

  /** Finds the session of a refresh token, also of one that was exchanged. */
  findByRefresh(token: string): Session | undefined {
    const sql = "SELECT sessions.*, replaced_at FROM refresh_tokens JOIN sessions ON session = number WHERE hash = ?";
    return this.database.get(sql, hashSecret(token));
  }

  /** Finds an access token, also an expired one. */
  findAccess(token: string): { readonly expiresAt: Date } | undefined {
    return this.database.get("SELECT expires_at FROM access_tokens WHERE hash = ?", hashSecret(token));
  }

  #addTokens(session: number, { access, refresh, accessExpiresAt }: Tokens, now: Date): void {
    this.database.run("DELETE FROM sessions WHERE expires_at <= ?", now);
    // Expired tokens stay for a while, so that they can be told from unknown ones.
    this.database.run("DELETE FROM access_tokens WHERE expires_at <= ?", after(now, -DAY));
    this.database.run("DELETE FROM refresh_tokens WHERE replaced_at <= ?", after(now, -30 * DAY));
    this.database.insert("refresh_tokens", { hash: hashSecret(refresh), session });
    this.database.insert("access_tokens", { hash: hashSecret(access), session, expiresAt: accessExpiresAt });
  }
}
