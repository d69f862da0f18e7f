/**
 * The keys that the embedded platform has given out.
 *
 * @module
 */
import { displayPrefix } from "./api_key.ts";
import type { Permission, Scopes } from "./contract.ts";
import type { Database } from "./database.ts";
import { hashSecret } from "./secret.ts";
import { isoTime } from "./time.ts";

/** A key as it is kept: without the key itself. Times are whole seconds. */
export interface ApiKey {
  /** `key_<number>`. */
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** What people know it by: `flux_dev_abc1`. */
  readonly prefix: string;
  readonly createdAt: Date;
  /** From when on it is not taken any more; `null`: it does not expire. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** To the minute or so. */
  readonly lastUsedAt: Date | null;
  readonly scopes: Scopes;
  readonly permissions: readonly Permission[];
  /** The id of the key with which it was made; `null` where a person made it. */
  readonly createdBy: string | null;
}

/** A key to be kept. */
export interface NewApiKey {
  /** The whole key, `flux_<env>_<secret>`; only its hash and its first characters are kept. */
  readonly key: string;
  readonly accountId: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly scopes: Scopes;
  readonly permissions: readonly Permission[];
  readonly createdBy?: string | null;
}

/** A request for a key that may come more than once. */
export interface KeyRequest {
  readonly accountId: string;
  /** The id of the key that asks; what stands for a person otherwise. */
  readonly caller: string;
  readonly idempotencyKey: string;
  /** SHA-256 of what is asked for. */
  readonly bodyHash: Uint8Array;
}

interface ApiKeyRow {
  number: number;
  account_id: string;
  name: string;
  prefix: string;
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
  scopes: string;
  permissions: string;
  created_by: number | null;
}

/** All keys, also those that are not taken any more: one that was revoked is told apart from one that never was. */
export class ApiKeys {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Adds a key, of which no more than the hash and the first characters are written.
   *
   * @returns The key as it is kept.
   * @throws {TypeError} When it does not have the form of a key.
   */
  add(key: NewApiKey): ApiKey {
    const row = this.#database.get<ApiKeyRow>(
      `INSERT INTO api_keys
         (account_id, name, prefix, hash, created_at, expires_at, scopes, permissions, created_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
      key.accountId,
      key.name,
      displayPrefix(key.key),
      hashSecret(key.key),
      isoTime(key.createdAt),
      key.expiresAt && isoTime(key.expiresAt),
      JSON.stringify(key.scopes),
      JSON.stringify(key.permissions),
      key.createdBy ? keyNumber(key.createdBy) : null,
    );
    return apiKey(row!);
  }

  /** @returns The key with this SHA-256, whatever its state; `undefined` where there is none. */
  find(hash: Uint8Array): ApiKey | undefined {
    const row = this.#database.get<ApiKeyRow>("SELECT * FROM api_keys WHERE hash = ?", hash);
    return row && apiKey(row);
  }

  /** @returns The key with this id, whatever its state; `undefined` where there is none. */
  get(id: string): ApiKey | undefined {
    const row = this.#database.get<ApiKeyRow>("SELECT * FROM api_keys WHERE number = ?", keyNumber(id));
    return row && apiKey(row);
  }

  /** @returns An account's keys that were not revoked, the first one first. */
  list(accountId: string): ApiKey[] {
    return this.#database.all<ApiKeyRow>(
      "SELECT * FROM api_keys WHERE account_id = ? AND revoked_at IS NULL ORDER BY number",
      accountId,
    ).map(apiKey);
  }

  /** @returns Whether `id` was made with `ancestor`, or with a key that was. */
  isDescendant(id: string, ancestor: string): boolean {
    const row = this.#database.get(
      `WITH RECURSIVE makers (number) AS (
         SELECT created_by FROM api_keys WHERE number = ?
         UNION SELECT created_by FROM api_keys JOIN makers USING (number)
       ) SELECT 1 FROM makers WHERE number = ?`,
      keyNumber(id),
      keyNumber(ancestor),
    );
    return row !== undefined;
  }

  /** Changes when a key ends; with `null`, it does not. */
  setExpiry(id: string, at: Date | null): void {
    this.#database.run("UPDATE api_keys SET expires_at = ? WHERE number = ?", at && isoTime(at), keyNumber(id));
  }

  /**
   * Does something once for each idempotency key of a caller.
   *
   * @param request Who asks for what.
   * @param add Adds the key.
   * @returns The key that was added; or that of the request before, and whether that was for the same.
   */
  addOnce(request: KeyRequest, add: () => ApiKey): { key: ApiKey; isRepeated: boolean; isSame: boolean } {
    return this.#database.transaction(() => {
      const { accountId, caller, idempotencyKey, bodyHash } = request;
      const before = this.#database.get<{ api_key: number; body_hash: Uint8Array }>(
        "SELECT api_key, body_hash FROM key_requests WHERE account_id = ? AND caller = ? AND idempotency_key = ?",
        accountId,
        caller,
        idempotencyKey,
      );
      if (before !== undefined) {
        const isSame = before.body_hash.every((byte, index) => byte === bodyHash[index]);
        return { key: this.get(keyId(before.api_key))!, isRepeated: true, isSame };
      }
      const key = add();
      this.#database.run(
        "INSERT INTO key_requests (account_id, caller, idempotency_key, body_hash, api_key) VALUES (?, ?, ?, ?, ?)",
        accountId,
        caller,
        idempotencyKey,
        bodyHash,
        keyNumber(key.id),
      );
      return { key, isRepeated: false, isSame: true };
    });
  }

  /** Makes a key be refused from now on. One that was revoked before keeps its time. */
  revoke(id: string, at: Date): void {
    this.#database.run(
      "UPDATE api_keys SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL",
      isoTime(at),
      keyNumber(id),
    );
  }

  /** Remembers when a key was used last. */
  touch(id: string, at: Date): void {
    this.#database.run("UPDATE api_keys SET last_used_at = ? WHERE number = ?", isoTime(at), keyNumber(id));
  }
}

function apiKey(row: ApiKeyRow): ApiKey {
  return {
    id: keyId(row.number),
    accountId: row.account_id,
    name: row.name,
    prefix: row.prefix,
    createdAt: new Date(row.created_at),
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at),
    revokedAt: row.revoked_at === null ? null : new Date(row.revoked_at),
    lastUsedAt: row.last_used_at === null ? null : new Date(row.last_used_at),
    scopes: JSON.parse(row.scopes),
    permissions: JSON.parse(row.permissions),
    createdBy: row.created_by === null ? null : keyId(row.created_by),
  };
}

function keyId(number: number): string {
  return `key_${number}`;
}

/** @returns The number in a key's id; -1, which no key has, where it is none. */
function keyNumber(id: string): number {
  return Number(/^key_([1-9][0-9]{0,14})$/.exec(id)?.[1] ?? -1);
}
