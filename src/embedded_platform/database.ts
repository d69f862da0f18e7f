/**
 * SQLite as this room uses it. Its errors come through as they are: they are defects, or a disk that is full.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** What a column holds. */
export type Value = string | number | Uint8Array | null;

/** One connection to a database. SQL is fixed text; whatever varies goes in as `values`. */
export class Database {
  readonly #connection: DatabaseSync;

  /**
   * Connects, and makes the database where there is none.
   *
   * @param path Its file, or `:memory:`.
   */
  constructor(path: string) {
    this.#connection = new DatabaseSync(path);
  }

  /** Lets go of the files; the last connection also folds the write-ahead log into the database. */
  close(): void {
    this.#connection.close();
  }

  /** Runs statements that take no values and give no rows. Its errors lack SQLite's result code, `errcode`. */
  execute(statements: string): void {
    this.#connection.exec(statements);
  }

  /** Runs a statement for what it changes. */
  run(sql: string, ...values: Value[]): void {
    this.#connection.prepare(sql).run(...values);
  }

  /** @returns The first row, whose columns the caller names in `Row`; `undefined` where there is none. */
  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#connection.prepare(sql).get(...values) as Row | undefined;
  }

  /** @returns All rows, whose columns the caller names in `Row`. */
  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#connection.prepare(sql).all(...values) as Row[];
  }

  /** Does all of `changes`, or, where it throws, nothing of it. Nobody else writes in between. */
  transaction<T>(changes: () => T): T {
    // IMMEDIATE: one that reads first and writes later would fail at once, without waiting, if another wrote meanwhile.
    this.run("BEGIN IMMEDIATE");
    try {
      const result = changes();
      this.execute("COMMIT");
      return result;
    } catch (error) {
      try {
        this.execute("ROLLBACK");
      } catch {
        // SQLite has done it already (a full disk); the error that is worth telling is the first one.
      }
      throw error;
    }
  }
}
