/**
 * The tables of the embedded platform.
 *
 * @module
 */

/** The version that {@linkcode TABLES} creates. */
export const SCHEMA_VERSION = 2;

/** "FLXL": tells our databases from others (SQLite documentation, "PRAGMA application_id"). */
export const APPLICATION_ID = 0x464c584c;

export const TABLES = `
  CREATE TABLE usage (month TEXT NOT NULL PRIMARY KEY, runs INTEGER NOT NULL) STRICT;

  -- AUTOINCREMENT never reuses a number, so an id in somebody's notes never means another key.
  CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
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
    caller TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
    api_key INTEGER NOT NULL REFERENCES api_keys (number),
    PRIMARY KEY (caller, idempotency_key)
  ) STRICT;

  -- Programs that somebody has logged in, and their tokens.
  CREATE TABLE sessions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
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
    session INTEGER REFERENCES sessions (number) ON DELETE SET NULL,
    delivered_at TEXT
  ) STRICT;

  -- The results of tests.
  CREATE TABLE experiments (
    id TEXT NOT NULL PRIMARY KEY,
    experiment_id TEXT NOT NULL UNIQUE,
    bundle_version_id TEXT,
    project_id TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'completed', 'interrupted'))
  ) STRICT;

  CREATE TABLE runs (
    experiment TEXT NOT NULL REFERENCES experiments (id),
    id TEXT NOT NULL,
    run TEXT NOT NULL CHECK (json_valid(run)),
    result TEXT NOT NULL CHECK (json_valid(result)),
    PRIMARY KEY (experiment, id)
  ) STRICT;

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
