/**
 * Sessions of programs that a person has let in: who they act for, and which tokens they have. The tokens themselves are
 * kept nowhere.
 *
 * @module
 */
import type { Database } from "./database.ts";
import { DAY } from "./time.ts";

/** A session that has not ended. */
export interface Session {
  readonly number: number;
  readonly accountId: string;
  /** When the refresh token that it was found by was replaced for the first time; `null` for the current one. */
  readonly replacedAt: Date | null;
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
  replaced_at: string | null;
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
      "INSERT INTO sessions (account_id, expires_at) VALUES (?, ?) RETURNING number",
      accountId,
      tokens.refreshExpiresAt.toISOString(),
    );
    this.#addTokens(row!.number, tokens, at);
    return row!.number;
  }

  /**
   * Gives a session other tokens. Access tokens that it has go on to their end: another process may be at work with one.
   */
  renew(number: number, tokens: TokenHashes, at: Date): void {
    const expiresAt = tokens.refreshExpiresAt.toISOString();
    this.#database.run("UPDATE sessions SET expires_at = ? WHERE number = ?", expiresAt, number);
    const sql = "UPDATE refresh_tokens SET replaced_at = ? WHERE session = ? AND replaced_at IS NULL";
    this.#database.run(sql, at.toISOString(), number);
    this.#addTokens(number, tokens, at);
  }

  /** Ends a session and all of its tokens. */
  end(number: number): void {
    this.#database.run("DELETE FROM sessions WHERE number = ?", number);
  }

  /** @returns The session that this refresh token is of, be it the current one or one before; `undefined` for none. */
  findByRefresh(hash: Uint8Array): Session | undefined {
    const row = this.#database.get<SessionRow>(
      "SELECT number, account_id, replaced_at, expires_at FROM refresh_tokens JOIN sessions ON session = number WHERE hash = ?",
      hash,
    );
    return row && {
      number: row.number,
      accountId: row.account_id,
      replacedAt: row.replaced_at === null ? null : new Date(row.replaced_at),
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

  #addTokens(session: number, { access, refresh, accessExpiresAt }: TokenHashes, now: Date): void {
    // What has long ended is not told apart from what never was.
    const before = (days: number) => new Date(now.getTime() - days * DAY).toISOString();
    this.#database.run("DELETE FROM sessions WHERE expires_at <= ?", before(0));
    this.#database.run("DELETE FROM access_tokens WHERE expires_at <= ?", before(1));
    this.#database.run("DELETE FROM refresh_tokens WHERE replaced_at <= ?", before(30));
    this.#database.run("INSERT INTO refresh_tokens (hash, session) VALUES (?, ?)", refresh, session);
    this.#database.run(
      "INSERT INTO access_tokens (hash, session, expires_at) VALUES (?, ?, ?)",
      access,
      session,
      accessExpiresAt.toISOString(),
    );
  }
}
