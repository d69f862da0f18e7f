/**
 * Logins that a program has begun and a person has yet to decide on (OpenAPI paths `/api/cli-connect/*`).
 *
 * @module
 */
import type { Database } from "./database.ts";

/** What became of a login. One whose time is up is none any more, whatever stands here. */
export type DeviceLoginState = "pending" | "approved" | "denied";

/** A login as it is kept: without its codes. */
export interface DeviceLogin {
  readonly number: number;
  /** What the program said of itself, and where it asked from: fit to be shown. */
  readonly userAgent: string;
  readonly address: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly state: DeviceLoginState;
  /** Who decided; `null` as long as nobody has. */
  readonly accountId: string | null;
  /** The session that it became, and since when; `null` until its tokens were handed out. */
  readonly session: number | null;
  readonly deliveredAt: Date | null;
}

/** A login to be kept. */
export interface NewDeviceLogin extends Pick<DeviceLogin, "userAgent" | "address" | "createdAt" | "expiresAt"> {
  /** SHA-256 of the code that the program has. */
  readonly deviceHash: Uint8Array;
  /** SHA-256 of the code that the person types. */
  readonly userHash: Uint8Array;
}

interface DeviceLoginRow {
  number: number;
  user_agent: string;
  address: string;
  created_at: string;
  expires_at: string;
  state: DeviceLoginState;
  account_id: string | null;
  session: number | null;
  delivered_at: string | null;
}

/** The logins under way. */
export class DeviceLogins {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a login, of whose codes no more than the hashes are written; those that ended before `createdAt` go. */
  add({ deviceHash, userHash, userAgent, address, createdAt, expiresAt }: NewDeviceLogin): DeviceLogin {
    this.#database.run("DELETE FROM device_logins WHERE expires_at <= ?", createdAt.toISOString());
    const row = this.#database.get<DeviceLoginRow>(
      `INSERT INTO device_logins (device_hash, user_hash, user_agent, address, created_at, expires_at, state)
       VALUES (?, ?, ?, ?, ?, ?, 'pending') RETURNING *`,
      deviceHash,
      userHash,
      userAgent,
      address,
      createdAt.toISOString(),
      expiresAt.toISOString(),
    );
    return deviceLogin(row!);
  }

  /** @returns The login of the program that has the code with this hash; `undefined` where there is none at `now`. */
  findByDevice(deviceHash: Uint8Array, now: Date): DeviceLogin | undefined {
    return this.#find("device_hash = ?", deviceHash, now);
  }

  /** @returns The login that is to be decided on under the code with this hash; `undefined` where there is none at `now`. */
  findByUser(userHash: Uint8Array, now: Date): DeviceLogin | undefined {
    return this.#find("state = 'pending' AND user_hash = ?", userHash, now);
  }

  /** @returns The login with this number; `undefined` where there is none at `now`. */
  get(number: number, now: Date): DeviceLogin | undefined {
    return this.#find("number = ?", number, now);
  }

  /** @returns How many logins there are at `now` that nobody has decided on. */
  waiting(now: Date): number {
    const sql = "SELECT count(*) AS count FROM device_logins WHERE state = 'pending' AND expires_at > ?";
    return this.#database.get<{ count: number }>(sql, now.toISOString())!.count;
  }

  /**
   * Approves or denies a login.
   *
   * @returns Whether that is done: a login is decided on once, and in its time.
   */
  decide(number: number, state: "approved" | "denied", accountId: string, now: Date): boolean {
    const row = this.#database.get(
      `UPDATE device_logins SET state = ?, account_id = ?
       WHERE number = ? AND state = 'pending' AND expires_at > ? RETURNING number`,
      state,
      accountId,
      number,
      now.toISOString(),
    );
    return row !== undefined;
  }

  /** Remembers the session that a login became. */
  deliver(number: number, session: number, at: Date): void {
    const sql = "UPDATE device_logins SET session = ?, delivered_at = ? WHERE number = ?";
    this.#database.run(sql, session, at.toISOString(), number);
  }

  #find(condition: string, value: Uint8Array | number, now: Date): DeviceLogin | undefined {
    const row = this.#database.get<DeviceLoginRow>(
      `SELECT * FROM device_logins WHERE ${condition} AND expires_at > ?`,
      value,
      now.toISOString(),
    );
    return row && deviceLogin(row);
  }
}

function deviceLogin(row: DeviceLoginRow): DeviceLogin {
  return {
    number: row.number,
    userAgent: row.user_agent,
    address: row.address,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    state: row.state,
    accountId: row.account_id,
    session: row.session,
    deliveredAt: row.delivered_at === null ? null : new Date(row.delivered_at),
  };
}
