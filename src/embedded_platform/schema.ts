/**
 * The tables of the embedded platform.
 *
 * @module
 */

/** The version that {@linkcode TABLES} creates. */
export const SCHEMA_VERSION = 3;

/** "FLXL": identifies databases of this program (SQLite documentation, "PRAGMA application_id"). */
export const APPLICATION_ID = 0x464c584c;

export const TABLES = `
  CREATE TABLE usage (month TEXT NOT NULL PRIMARY KEY, runs INTEGER NOT NULL) STRICT;

  -- AUTOINCREMENT never reuses a number, so an id in somebody's notes never means another key.
  CREATE TABLE api_keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE AS ('key_' || number),
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    last_used_at TEXT,
    scopes TEXT NOT NULL CHECK (json_valid(scopes)),
    permissions TEXT NOT NULL CHECK (json_valid(permissions)),
    created_by TEXT REFERENCES api_keys (id),
    -- Of the request that created the key, so that repeating it doesn't create another.
    idempotency_key TEXT,
    body_hash TEXT,
    UNIQUE (created_by, idempotency_key)
  ) STRICT;

  -- Logins through the browser. A login is also the session of its program, which the tokens belong to.
  CREATE TABLE logins (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    device_hash TEXT NOT NULL UNIQUE CHECK (length(device_hash) = 64),
    user_hash TEXT NOT NULL UNIQUE CHECK (length(user_hash) = 64),
    user_agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    poll_interval INTEGER NOT NULL,
    polled_at TEXT,
    delivered_at TEXT
  ) STRICT;

  -- A session's number stays when its login expires and is removed.
  -- Replaced refresh tokens stay: when one is used again, two clients have it.
  CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
    session INTEGER NOT NULL,
    expires_at TEXT NOT NULL,
    replaced_at TEXT
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
