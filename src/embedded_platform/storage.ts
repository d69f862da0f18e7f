/**
 * The platform's state. A change is on disk when its function returns, so it survives a restart and a `kill -9`. Several
 * processes may open the same data directory.
 *
 * @module
 */
import { join } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError, SystemError } from "../errors.ts";
import { ApiKeys } from "./api_keys.ts";
import { Database } from "./database.ts";
import { Experiments } from "./experiments.ts";
import { DeviceLogins, Sessions } from "./logins.ts";
import { APPLICATION_ID, SCHEMA_VERSION, TABLES } from "./schema.ts";

/** How long to wait for another process that is writing, in milliseconds. */
const BUSY_TIMEOUT = 5000;
/** SQLite's result code SQLITE_NOTADB. */
const NOT_A_DATABASE = 26;

/** What requests work with. */
export interface Platform extends Pick<Context, "now" | "random"> {
  readonly storage: Storage;
  /** The API URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
}

/** The platform's state. */
export interface Storage {
  readonly apiKeys: ApiKeys;
  readonly deviceLogins: DeviceLogins;
  readonly experiments: Experiments;
  readonly sessions: Sessions;
  /** Makes all `changes`, or none if it throws. */
  transaction<T>(changes: () => T): T;
  close(): void;
}

/**
 * Opens a data directory, which is created if it's missing.
 *
 * @param dataDir `null` keeps everything in memory.
 * @param fill Fills new storage. If it throws, the storage is still new.
 * @throws {ConfigurationError} If it isn't a directory, or has a database of another program or another version of fluxloop.
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

/** Both are only for their owner. SQLite gives its `-wal` and `-shm` files the database's mode. */
function createFiles(dataDir: string, path: string): void {
  try {
    Deno.mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory) {
      throw new ConfigurationError(`The data directory ${dataDir} isn't a directory`, { cause });
    }
    throw new SystemError(`Can't create the data directory ${dataDir}`, { cause });
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
  const database = new Database(path);
  try {
    database.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    // Nothing is written before this check. The transaction waits for a process that is creating the tables.
    database.transaction(() => isEmpty(database, path));
    // FULL: in WAL mode, commits also survive a power cut (SQLite documentation, "PRAGMA synchronous").
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    const storage = {
      apiKeys: new ApiKeys(database),
      deviceLogins: new DeviceLogins(database),
      experiments: new Experiments(database),
      sessions: new Sessions(database),
      transaction: <T>(changes: () => T) => database.transaction(changes),
      close: () => database.close(),
    };
    database.transaction(() => {
      if (!isEmpty(database, path)) return;
      database.execute(TABLES);
      fill(storage);
    });
    return storage;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Returns whether there is nothing in the database. @throws {ConfigurationError} If this program can't use it. */
function isEmpty(database: Database, path: string): boolean {
  const { version, application, tables } = database.get<{ version: number; application: number; tables: number }>(
    `SELECT user_version AS version, application_id AS application, (SELECT count(*) FROM sqlite_schema) AS tables
     FROM pragma_user_version, pragma_application_id`,
  )!;
  if (version === 0 && application === 0 && tables === 0) return true;
  if (application !== APPLICATION_ID) throw foreign(path);
  if (version === SCHEMA_VERSION) return false;
  throw new ConfigurationError(
    `The platform's database ${path} was created by another version of fluxloop. Use that version or another data directory.`,
  );
}

function foreign(path: string): ConfigurationError {
  return new ConfigurationError(`${path} isn't a database of the embedded platform. Use another data directory.`);
}
