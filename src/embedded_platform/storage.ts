/**
 * The platform's state, in SQLite. A change is on disk when its function returns, so it survives a restart and a
 * `kill -9`. Several processes may open the same data folder.
 *
 * @module
 */
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import type { Context } from "../context.ts";
import { ConfigurationError, SystemError } from "../errors.ts";
import { ApiKeys } from "./api_keys.ts";
import type { LoginTimes } from "./logins.ts";
import { APPLICATION_ID, SCHEMA_VERSION, TABLES } from "./schema.ts";

/** How long to wait for another process that is writing, in milliseconds. */
const BUSY_TIMEOUT = 5000;
/** SQLite's result code SQLITE_NOTADB. */
const NOT_A_DATABASE = 26;

/** What request handlers work with. */
export interface Platform extends Pick<Context, "random"> {
  readonly storage: Storage;
  /** The API URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly loginTimes: LoginTimes;
  readonly now: () => string;
}

/** A value for a statement. */
export type Value = string | number | null;

/** The platform's tables. SQL never contains data from requests; it is passed in `values`. */
export class Storage {
  readonly apiKeys = new ApiKeys(this);
  readonly #connection: DatabaseSync;

  /** @param path A file, which is created if it's missing, or `:memory:`. */
  constructor(path: string) {
    this.#connection = new DatabaseSync(path);
  }

  /** Closes the files; the last connection also merges the write-ahead log into the database. */
  close(): void {
    this.#connection.close();
  }

  /** Runs statements without values and rows. Its errors lack SQLite's result code, `errcode`. */
  execute(statements: string): void {
    this.#connection.exec(statements);
  }

  /** Runs a statement. @returns Its rows, whose fields are named like the columns. */
  query<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#connection.prepare(sql).all(...values) as Row[];
  }

  /** Adds a row. */
  insert(table: string, row: Readonly<Record<string, Value>>): void {
    const names = Object.keys(row);
    const sql = `INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => "?").join()})`;
    this.query(sql, ...Object.values(row));
  }

  /** Makes all `changes`, or none if it throws. Nobody else writes in between. */
  transaction<T>(changes: () => T): T {
    // IMMEDIATE waits for another writer. Without it, a transaction that reads before it writes would fail.
    this.query("BEGIN IMMEDIATE");
    try {
      const result = changes();
      this.execute("COMMIT");
      return result;
    } catch (error) {
      try {
        this.execute("ROLLBACK");
      } catch {
        // SQLite has already rolled back, for example because the disk is full. The first error says why.
      }
      throw error;
    }
  }
}

/**
 * Opens a data folder, which is created if it's missing.
 *
 * @param dataDir `null` keeps everything in memory.
 * @param fill Fills new storage. If it throws, the storage is still new.
 * @throws {ConfigurationError} If it isn't a folder, or has a database of another program or another version of fluxloop.
 */
export function openStorage(dataDir: string | null, fill: (storage: Storage) => void = () => {}): Storage {
  const path = dataDir === null ? ":memory:" : join(dataDir, "platform.db");
  if (dataDir !== null) createFiles(dataDir, path);
  try {
    return open(path, fill);
  } catch (cause) {
    const { code, errcode, message } = cause as Error & { code?: string; errcode?: number };
    if (code !== "ERR_SQLITE_ERROR") throw cause;
    if (errcode === NOT_A_DATABASE) throw foreign(path);
    throw new SystemError(`Can't open the platform's database ${path}: ${message}`, { cause });
  }
}

/** Creates folder and database, accessible only to their owner. SQLite gives its other files the database's mode. */
function createFiles(dataDir: string, path: string): void {
  try {
    Deno.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory) {
      throw new ConfigurationError(`The data folder ${dataDir} isn't a folder`, { cause });
    }
    throw new SystemError(`Can't create the data folder ${dataDir}`, { cause });
  }
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (cause) {
    // An existing file isn't opened: closing it would release SQLite's locks in this process.
    if (cause instanceof Deno.errors.AlreadyExists) return;
    throw new SystemError(`Can't create the platform's database ${path}`, { cause });
  }
}

function open(path: string, fill: (storage: Storage) => void): Storage {
  const storage = new Storage(path);
  try {
    storage.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    // Nothing is written before this check. The transaction waits for a process that is creating the tables.
    storage.transaction(() => isEmpty(storage, path));
    // FULL: in WAL mode, commits also survive a power cut (SQLite documentation, "PRAGMA synchronous").
    storage.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    storage.transaction(() => {
      if (!isEmpty(storage, path)) return;
      storage.execute(TABLES);
      fill(storage);
    });
    return storage;
  } catch (error) {
    storage.close();
    throw error;
  }
}

/** Returns whether there is nothing in the database. @throws {ConfigurationError} If this program can't use it. */
function isEmpty(storage: Storage, path: string): boolean {
  const [{ version, application, tables }] = storage.query<{ version: number; application: number; tables: number }>(
    `SELECT user_version AS version, application_id AS application, (SELECT count(*) FROM sqlite_schema) AS tables
     FROM pragma_user_version, pragma_application_id`,
  );
  if (version === 0 && application === 0 && tables === 0) return true;
  if (application !== APPLICATION_ID) throw foreign(path);
  if (version === SCHEMA_VERSION) return false;
  throw new ConfigurationError(
    `The platform's database ${path} was created by another version of fluxloop. Use that version or another data folder.`,
  );
}

function foreign(path: string): ConfigurationError {
  return new ConfigurationError(`${path} isn't a database of the embedded platform. Use another data folder.`);
}
