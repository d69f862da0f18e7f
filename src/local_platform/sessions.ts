/**
 * Sessions of programs that a person has let in: who they act for, and which tokens they have. The tokens themselves are
 * kept nowhere.
 *
 * @module
 */
import type { Database } from "./database.ts";

/** A session that has not ended. */
export interface Session {
  readonly number: number;
  readonly accountId: string;
  /** SHA-256 of the refresh token. */
  readonly refreshHash: Uint8Array;
  /** That of the refresh token before, and when it was replaced; `null` where there was none. */
  readonly previousRefreshHash: Uint8Array | null;
  readonly refreshedAt: Date;
  /** When its refresh token ends. */
  readonly expiresAt: Date;
}

/** Tokens to be kept, as SHA-256. */
export interface TokenHashes {
  readonly access: Uint8Array;
  readonly refresh: Uint8Array;
  readonly accessExpiresAt: Date;
  readonly refreshExpiresAt: Date;
}

/** An access token as it is kept. */
export interface AccessToken {
  readonly accountId: string;
  readonly expiresAt: Date;
}

interface SessionRow {
  number: number;
  account_id: string;
  refresh_hash: Uint8Array;
  previous_refresh_hash: Uint8Array | null;
  refreshed_at: string;
  expires_at: string;
}

/** The sessions of programs. One that has ended is gone, with its tokens. */
export class Sessions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a session. @returns Its number. */
  add(accountId: string, tokens: TokenHashes, at: Date): number {
    const row = this.#database.get<{ number: number }>(
      "INSERT INTO sessions (account_id, refresh_hash, refreshed_at, expires_at) VALUES (?, ?, ?, ?) RETURNING number",
      accountId,
      tokens.refresh,
      at.toISOString(),
      tokens.refreshExpiresAt.toISOString(),
    );
    this.#addAccess(row!.number, tokens, at);
    return row!.number;
  }

  /**
   * Gives a session other tokens. Access tokens that it has go on to their end: another process may be at work with one.
   *
   * @param previous The refresh token that came before, as SHA-256.
   * @param refreshedAt When that one was exchanged for the first time.
   */
  renew(number: number, tokens: TokenHashes, previous: Uint8Array, at: Date, refreshedAt: Date): void {
    this.#database.run(
      `UPDATE sessions SET refresh_hash = ?, previous_refresh_hash = ?, refreshed_at = ?, expires_at = ?
       WHERE number = ?`,
      tokens.refresh,
      previous,
      refreshedAt.toISOString(),
      tokens.refreshExpiresAt.toISOString(),
      number,
    );
    this.#addAccess(number, tokens, at);
  }

  /** Ends a session and all of its tokens. */
  end(number: number): void {
    this.#database.run("DELETE FROM sessions WHERE number = ?", number);
  }

  /** @returns The session with this refresh token, be it the current one or the one before; `undefined` for none. */
  findByRefresh(hash: Uint8Array): Session | undefined {
    const row = this.#database.get<SessionRow>(
      "SELECT * FROM sessions WHERE refresh_hash = ? OR previous_refresh_hash = ?",
      hash,
      hash,
    );
    return row && {
      number: row.number,
      accountId: row.account_id,
      refreshHash: row.refresh_hash,
      previousRefreshHash: row.previous_refresh_hash,
      refreshedAt: new Date(row.refreshed_at),
      expiresAt: new Date(row.expires_at),
    };
  }

  /** @returns The access token with this SHA-256, also where its time is up; `undefined` for none. */
  findAccess(hash: Uint8Array): AccessToken | undefined {
    const row = this.#database.get<{ account_id: string; expires_at: string }>(
      `SELECT account_id, access_tokens.expires_at FROM access_tokens JOIN sessions ON session = number
       WHERE hash = ?`,
      hash,
    );
    return row && { accountId: row.account_id, expiresAt: new Date(row.expires_at) };
  }

  #addAccess(session: number, { access, accessExpiresAt }: TokenHashes, now: Date): void {
    // What has long ended is not told apart from what never was.
    this.#database.run("DELETE FROM sessions WHERE expires_at <= ?", now.toISOString());
    const longAgo = new Date(now.getTime() - 24 * 60 * 60 * 1000);
    this.#database.run("DELETE FROM access_tokens WHERE expires_at <= ?", longAgo.toISOString());
    this.#database.run(
      "INSERT INTO access_tokens (hash, session, expires_at) VALUES (?, ?, ?)",
      access,
      session,
      accessExpiresAt.toISOString(),
    );
  }
}
