/**
 * The API keys, including those that have expired or were revoked.
 *
 * @module
 */
import type { Schemas } from "./http.ts";
import { displayPrefix, hashSecret } from "./secrets.ts";
import type { Storage } from "./storage.ts";

/** A stored key, without its secret. */
export interface ApiKey extends Readonly<Schemas["ListedApiKey"]> {
  readonly revoked_at: string | null;
}

/** A key to store. */
export interface NewApiKey extends Pick<ApiKey, "name" | "created_at" | "expires_at" | "scopes" | "permissions"> {
  /** The whole key. Only its hash and its prefix are stored. */
  readonly key: string;
  readonly created_by?: string | null;
  readonly idempotency_key?: string | null;
  readonly body_hash?: string;
}

/** A new key, with its secret, which isn't stored. */
export interface CreatedKey extends ApiKey {
  readonly key: string;
}

/** All keys. */
export class ApiKeys {
  constructor(private readonly storage: Storage) {}

  /** @throws {TypeError} If the key doesn't have the form of a key. */
  add({ key, scopes, permissions, ...rest }: NewApiKey): CreatedKey {
    this.storage.insert("api_keys", {
      ...rest,
      prefix: displayPrefix(key),
      hash: hashSecret(key),
      scopes: JSON.stringify(scopes),
      permissions: JSON.stringify(permissions),
    });
    return { ...this.find(key)!, key };
  }

  /** Finds the entry of a key. */
  find(key: string): ApiKey | undefined {
    return this.#select("hash = ?", hashSecret(key))[0];
  }

  /**
   * Returns the keys that weren't revoked, oldest first.
   *
   * @param managerId Selects this key and the keys that it created, directly or through others; `null` selects all keys.
   */
  list(managerId: string | null = null): ApiKey[] {
    return this.#select(
      `revoked_at IS NULL AND (? IS NULL OR id IN (
         WITH RECURSIVE managed (id) AS (
           VALUES (?) UNION SELECT api_keys.id FROM api_keys JOIN managed ON created_by = managed.id
         ) SELECT id FROM managed
       )) ORDER BY number`,
      managerId,
      managerId,
    );
  }

  /** Revokes a key; does nothing if it was already revoked. */
  revoke(id: string, at: string): void {
    this.storage.query("UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", at, id);
  }

  #select(condition: string, ...values: (string | null)[]): ApiKey[] {
    type Row = Omit<ApiKey, "scopes" | "permissions"> & { readonly scopes: string; readonly permissions: string };
    const sql =
      `SELECT id, name, prefix, created_at, expires_at, revoked_at, last_used_at, scopes, permissions, created_by
      FROM api_keys WHERE ${condition}`;
    return this.storage.query<Row>(sql, ...values)
      .map((row) => ({ ...row, scopes: JSON.parse(row.scopes), permissions: JSON.parse(row.permissions) }));
  }
}
