/**
 * What the embedded platform keeps. Every change is on disk when its function returns, so that it survives a restart
 * and a `kill -9`. Several processes may have the same data directory open.
 *
 * @module
 */
import { Accounts } from "./accounts.ts";
import { ApiKeys } from "./api_keys.ts";
import { Bundles } from "./bundles.ts";
import { openDatabase } from "./data_directory.ts";
import type { Database } from "./database.ts";
import { DeviceLogins } from "./device_logins.ts";
import { RunBatches } from "./run_batches.ts";
import { createTables } from "./schema.ts";
import { Sessions } from "./sessions.ts";

/** The platform's state, a field for each subject. */
export interface Storage {
  readonly accounts: Accounts;
  readonly apiKeys: ApiKeys;
  readonly deviceLogins: DeviceLogins;
  readonly sessions: Sessions;
  /** Does all of `changes`, or, where it throws, nothing of it. */
  transaction<T>(changes: () => T): T;
  readonly bundles: Bundles;
  readonly runBatches: RunBatches;
  /** Lets go of the files. */
  close(): void;
}

/**
 * Opens the storage of a data directory, and makes it where it is missing.
 *
 * @param dataDir The directory, kept to its owner; `null` keeps everything in memory until it is closed.
 * @param fill Puts in what a new storage starts with. What it did is there whole, or the storage is still new.
 * @throws {ConfigurationError} When the directory is none, or its database is not of this program, or of a newer one.
 * @throws {SystemError} When the directory or the database cannot be made or opened.
 */
export function openStorage(dataDir: string | null, fill: (storage: Storage) => void = () => {}): Storage {
  const database = openDatabase(dataDir, (opened) => {
    if (createTables(opened)) fill(storageOn(opened));
  });
  return storageOn(database);
}

function storageOn(database: Database): Storage {
  return {
    accounts: new Accounts(database),
    apiKeys: new ApiKeys(database),
    deviceLogins: new DeviceLogins(database),
    sessions: new Sessions(database),
    transaction: (changes) => database.transaction(changes),
    bundles: new Bundles(database),
    runBatches: new RunBatches(database),
    close: () => database.close(),
  };
}
