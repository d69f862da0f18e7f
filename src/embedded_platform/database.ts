/**
 * SQLite, with rows as objects: the column `created_at` is the property `createdAt`, a `Date`.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

/** A value for a statement. */
export type Value = string | number | Uint8Array | Date | null;

/** One connection to a database. SQL is fixed text; everything that varies is passed in `values`. */
export class Database {
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

  run(sql: string, ...values: Value[]): void {
    this.#connection.prepare(sql).run(...values.map(column));
  }

  /** Adds a row. @returns The row as it is stored. */
  insert<Row>(table: string, row: Readonly<Record<string, Value>>): Row {
    const names = Object.keys(row).map((it) => it.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    const sql = `INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => "?").join()}) RETURNING *`;
    return this.get<Row>(sql, ...Object.values(row))!;
  }

  /** Returns the first row, if there is one. */
  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.all<Row>(sql, ...values)[0];
  }

  /** Returns all rows. */
  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#connection.prepare(sql).all(...values.map(column)).map((row) => record(row) as Row);
  }

  /** Makes all `changes`, or none if it throws. Nobody else writes in between. */
  transaction<T>(changes: () => T): T {
    // IMMEDIATE waits for another writer. Without it, a transaction that reads before it writes would fail.
    this.run("BEGIN IMMEDIATE");
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

function column(value: Value): Exclude<Value, Date> {
  return value instanceof Date ? value.toISOString() : value;
}

function record(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      name.endsWith("_at") && value !== null ? new Date(value as string) : value,
    ]),
  );
}
