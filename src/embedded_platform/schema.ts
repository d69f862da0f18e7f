/**
 * The tables of the embedded platform.
 *
 * @module
 */
import type { Database } from "./database.ts";

const TABLES = `
  CREATE TABLE plans (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, runs_per_month INTEGER NOT NULL) STRICT;

  CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    plan_id TEXT NOT NULL REFERENCES plans (id)
  ) STRICT;

  CREATE TABLE organizations (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL) STRICT;

  CREATE TABLE memberships (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account_id, organization_id)
  ) STRICT;

  CREATE TABLE projects (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    name TEXT NOT NULL
  ) STRICT;

  CREATE TABLE usage (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    month TEXT NOT NULL CHECK (month GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]'),
    runs INTEGER NOT NULL CHECK (runs >= 0),
    PRIMARY KEY (account_id, month)
  ) STRICT;

  -- AUTOINCREMENT never reuses a number, so an id in somebody's notes never means another key.
  CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    last_used_at TEXT,
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    permissions TEXT NOT NULL CHECK (json_valid(permissions)),
    created_by INTEGER REFERENCES api_keys (number)
  ) STRICT;

  -- Requests that created a key, so that repeating one doesn't create another.
  CREATE TABLE key_requests (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    caller TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
    api_key INTEGER NOT NULL REFERENCES api_keys (number),
    PRIMARY KEY (account_id, caller, idempotency_key)
  ) STRICT;

  -- Programs that somebody has logged in, and their tokens.
  CREATE TABLE sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    expires_at TEXT NOT NULL
  ) STRICT;

  -- Replaced ones stay: when one is used again, two clients have it.
  CREATE TABLE refresh_tokens (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    replaced_at TEXT
  ) STRICT;

  CREATE TABLE access_tokens (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
    expires_at TEXT NOT NULL
  ) STRICT;

  -- Logins through the browser.
  CREATE TABLE device_logins (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device_hash BLOB NOT NULL UNIQUE CHECK (length(device_hash) = 32),
    user_hash BLOB NOT NULL UNIQUE CHECK (length(user_hash) = 32),
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    account_id TEXT REFERENCES accounts (id),
    session INTEGER REFERENCES sessions (number) ON DELETE SET NULL,
    delivered_at TEXT
  ) STRICT;

  -- The inputs of tests, as in the contract.
  CREATE TABLE bundle_versions (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    input_items TEXT NOT NULL CHECK (json_valid(input_items)),
    personas TEXT NOT NULL CHECK (json_valid(personas)),
    criteria_pack TEXT NOT NULL CHECK (json_valid(criteria_pack))
  ) STRICT;

  -- The results of tests: experiments and their runs.
  CREATE TABLE run_batches (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    experiment_id TEXT NOT NULL,
    bundle_version_id TEXT REFERENCES bundle_versions (id),
    project_id TEXT REFERENCES projects (id),
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'interrupted')),
    created_at TEXT NOT NULL,
    UNIQUE (account_id, experiment_id)
  ) STRICT;

  CREATE TABLE batch_runs (
    batch INTEGER NOT NULL REFERENCES run_batches (number),
    run_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('completed', 'failed')),
    input_item_id TEXT,
    persona_id TEXT,
    result TEXT CHECK (json_valid(result)),
    PRIMARY KEY (batch, run_id)
  ) STRICT;
`;

/** The version that this program creates and reads. */
export const SCHEMA_VERSION = 1;

/** "FLXL": tells our databases from others (SQLite documentation, "PRAGMA application_id"). */
export const APPLICATION_ID = 0x464c584c;

/** Returns what identifies a database; all are 0 in a new one. */
export function schemaInfo(database: Database): { version: number; application: number; tables: number } {
  return database.get(
    `SELECT user_version AS version, application_id AS application,
       (SELECT count(*) FROM sqlite_schema) AS tables
     FROM pragma_user_version, pragma_application_id`,
  )!;
}

/** Creates the tables in a new database. Call it within a transaction. @returns Whether the database was new. */
export function createTables(database: Database): boolean {
  if (schemaInfo(database).version > 0) return false;
  database.execute(`${TABLES} PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  return true;
}
