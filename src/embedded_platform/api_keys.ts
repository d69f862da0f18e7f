/**
 * The API keys, also those that have expired or were revoked.
 *
 * @module
 */
import type { Permission, Scopes } from "./contract.ts";
import type { Database } from "./database.ts";
import { displayPrefix, hashSecret } from "./secrets.ts";

/** A stored key, without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The part that lists show: `flux_dev_abc1`. */
  readonly prefix: string;
  readonly createdAt: Date;
  /** `null` if it doesn't expire. */
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** To about a minute. */
  readonly lastUsedAt: Date | null;
  readonly scopes: Scopes;
  readonly permissions: readonly Permission[];
  /** The id of the key that created it; `null` if a person did. */
  readonly createdBy: string | null;
}

/** A key to store. */
export interface NewApiKey extends Pick<ApiKey, "name" | "createdAt" | "expiresAt" | "scopes" | "permissions"> {
  /** The whole key. Only its hash and its prefix are stored. */
  readonly key: string;
  readonly createdBy?: string | null;
}

/** A request that created a key, which may be repeated. */
export interface KeyRequest {
  /** The id of the key that sent it, or something else for a person. */
  readonly caller: string;
  readonly idempotencyKey: string;
  readonly bodyHash: Uint8Array;
}

interface Row extends Omit<ApiKey, "id" | "scopes" | "permissions" | "createdBy"> {
  readonly number: number;
  readonly hash: Uint8Array;
  readonly scopes: string;
  readonly permissions: string;
  readonly createdBy: number | null;
}

/** All keys. */
export class ApiKeys {
  constructor(private readonly database: Database) {}

  /** @throws {TypeError} If the key doesn't have the form of a key. */
  add({ key, scopes, permissions, createdBy, ...rest }: NewApiKey): ApiKey {
    return apiKey(this.database.insert<Row>("api_keys", {
      ...rest,
      prefix: displayPrefix(key),
      hash: hashSecret(key),
      scopes: JSON.stringify(scopes),
      permissions: JSON.stringify(permissions),
      createdBy: createdBy ? keyNumber(createdBy) : null,
    }));
  }

  /** Finds a whole key. */
  find(key: string): ApiKey | undefined {
    return this.database.all<Row>("SELECT * FROM api_keys WHERE hash = ?", hashSecret(key)).map(apiKey)[0];
  }

  get(id: string): ApiKey | undefined {
    return this.database.all<Row>("SELECT * FROM api_keys WHERE number = ?", keyNumber(id)).map(apiKey)[0];
  }

  /** Returns the keys that weren't revoked, oldest first. */
  list(): ApiKey[] {
    return this.database.all<Row>("SELECT * FROM api_keys WHERE revoked_at IS NULL ORDER BY number").map(apiKey);
  }

  /** Returns whether `ancestor` created `id`, or a key that did. */
  isDescendant(id: string, ancestor: string): boolean {
    const sql = `WITH RECURSIVE creators (number) AS (
        SELECT created_by FROM api_keys WHERE number = ?
        UNION SELECT created_by FROM api_keys JOIN creators USING (number)
      ) SELECT 1 FROM creators WHERE number = ?`;
    return this.database.get(sql, keyNumber(id), keyNumber(ancestor)) !== undefined;
  }

  /** Finds an earlier request with the same idempotency key. @returns The hash of its body, and the key it created. */
  findRequest({ caller, idempotencyKey }: KeyRequest): { bodyHash: Uint8Array; keyId: string } | undefined {
    const sql = "SELECT * FROM key_requests WHERE caller = ? AND idempotency_key = ?";
    const row = this.database.get<{ apiKey: number; bodyHash: Uint8Array }>(sql, caller, idempotencyKey);
    return row && { bodyHash: row.bodyHash, keyId: keyId(row.apiKey) };
  }

  addRequest(request: KeyRequest, key: ApiKey): void {
    this.database.insert("key_requests", { ...request, apiKey: keyNumber(key.id) });
  }

  setExpiry(id: string, expiresAt: Date | null): void {
    this.database.run("UPDATE api_keys SET expires_at = ? WHERE number = ?", expiresAt, keyNumber(id));
  }

  /** Revokes a key. A second time changes nothing. */
  revoke(id: string, at: Date): void {
    const sql = "UPDATE api_keys SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL";
    this.database.run(sql, at, keyNumber(id));
  }

  /** Records when a key was last used. */
  touch(id: string, at: Date): void {
    this.database.run("UPDATE api_keys SET last_used_at = ? WHERE number = ?", at, keyNumber(id));
  }
}

function apiKey({ number, hash: _, scopes, permissions, createdBy, ...rest }: Row): ApiKey {
  return {
    ...rest,
    id: keyId(number),
    scopes: JSON.parse(scopes),
    permissions: JSON.parse(permissions),
    createdBy: createdBy === null ? null : keyId(createdBy),
  };
}

function keyId(number: number): string {
  return `key_${number}`;
}

/** Returns the number in a key's id, or -1, which no key has, if `id` is invalid. */
function keyNumber(id: string): number {
  return Number(/^key_([1-9][0-9]{0,14})$/.exec(id)?.[1] ?? -1);
}
