/**
 * The data directory: made private, opened so that nothing is lost to a crash, and refused where it is not ours.
 *
 * @module
 */
import { join } from "@std/path";
import { ConfigurationError, SystemError } from "../errors.ts";
import { Database } from "./database.ts";
import { APPLICATION_ID, SCHEMA_VERSION, schemaVersion } from "./schema.ts";

/** The file in the data directory that holds everything; SQLite keeps its `-wal` and `-shm` beside it. */
const DATABASE_FILE = "platform.db";

/** How long to wait for another process that is writing, in milliseconds. */
const BUSY_TIMEOUT = 5000;

/** SQLite's result code SQLITE_NOTADB. */
const NOT_A_DATABASE = 26;

/**
 * Opens the database of a data directory, and makes both where they are missing: the directory with mode 0700, the
 * file with 0600.
 *
 * @param dataDir The directory; `null` for a database in memory, gone when it is closed.
 * @param prepare Makes the tables what they should be. What it did is there whole, or not at all.
 * @throws {ConfigurationError} When the directory is none, or its database is not of this program, or of a newer one.
 * @throws {SystemError} When the directory or the database cannot be made or opened.
 */
export function openDatabase(dataDir: string | null, prepare: (database: Database) => void): Database {
  const path = dataDir === null ? ":memory:" : join(dataDir, DATABASE_FILE);
  if (dataDir !== null) {
    makeDirectory(dataDir);
    makeFile(path);
  }
  try {
    return connect(path, prepare);
  } catch (error) {
    const { code, errcode, message } = error as Error & { code?: string; errcode?: number };
    if (code !== "ERR_SQLITE_ERROR") throw error;
    if (errcode === NOT_A_DATABASE) throw notOurs(path);
    throw new SystemError(`Cannot open the platform's database ${path}: ${message}`, { cause: error });
  }
}

function connect(path: string, prepare: (database: Database) => void): Database {
  const database = new Database(path);
  try {
    database.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    // In one transaction, so that it does not see half of what another process is just making.
    database.transaction(() => refuseForeign(database, path));
    // FULL: in WAL mode, what was answered also survives a power cut (SQLite documentation, "PRAGMA synchronous").
    database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    database.transaction(() => prepare(database));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeDirectory(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    if (cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory) {
      throw new ConfigurationError(`The data directory ${path} is not a directory`, { cause });
    }
    throw new SystemError(`Cannot make the data directory ${path}`, { cause });
  }
}

/** SQLite would make the file itself, open to whoever the umask lets in. It gives `-wal` and `-shm` the file's mode. */
function makeFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (cause) {
    // A file that is there is not even opened: closing it would drop the locks that SQLite holds in this process.
    if (cause instanceof Deno.errors.AlreadyExists) return;
    throw new SystemError(`Cannot make the platform's database ${path}`, { cause });
  }
}

/** Nothing has been written yet when this is called: another program's database stays as it was. */
function refuseForeign(database: Database, path: string): void {
  const version = schemaVersion(database);
  const { application } = database.get<{ application: number }>(
    "SELECT application_id AS application FROM pragma_application_id",
  )!;
  const { tables } = database.get<{ tables: number }>("SELECT count(*) AS tables FROM sqlite_schema")!;
  const isNew = version === 0 && application === 0 && tables === 0;
  if (!isNew && application !== APPLICATION_ID) throw notOurs(path);
  if (version > SCHEMA_VERSION) {
    throw new ConfigurationError(
      `The platform's database ${path} was made by a newer fluxloop: upgrade this one, or use another data directory`,
    );
  }
}

function notOurs(path: string): ConfigurationError {
  return new ConfigurationError(`${path} is not a database of the embedded platform: use another data directory`);
}
