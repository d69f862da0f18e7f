/**
 * What came out of tests: experiments, which the contract calls run batches, and their runs.
 *
 * @module
 */
import type { ResultUpload } from "./contract.ts";
import type { Database } from "./database.ts";
import { isoTime } from "./time.ts";

/** An experiment that was sent. */
export interface RunBatch {
  readonly id: string;
  readonly experimentId: string;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
  readonly status: ResultUpload["run_batch"]["status"];
  /** How many runs of it are here. */
  readonly runs: number;
}

/** A part of an experiment, and where it belongs. */
export interface ReceivedPart {
  readonly accountId: string;
  /** The id of the experiment where it is new. */
  readonly freshId: string;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
  readonly receivedAt: Date;
  readonly upload: Pick<ResultUpload, "run_batch" | "runs" | "run_results">;
}

interface BatchRow {
  number: number;
  id: string;
  experiment_id: string;
  bundle_version_id: string | null;
  project_id: string | null;
  status: RunBatch["status"];
  runs: number;
}

/** All experiments. */
export class RunBatches {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns An account's experiment; `undefined` where there is none of this id. */
  find(accountId: string, experimentId: string): RunBatch | undefined {
    const row = this.#row(accountId, experimentId);
    return row && {
      id: row.id,
      experimentId: row.experiment_id,
      bundleVersionId: row.bundle_version_id,
      projectId: row.project_id,
      status: row.status,
      runs: row.runs,
    };
  }

  /** @returns What came out of a run, as it was sent; `undefined` where there is none of this id. */
  result(batchId: string, runId: string): ResultUpload["run_results"][number] | undefined {
    const row = this.#database.get<{ result: string | null }>(
      "SELECT result FROM batch_runs JOIN run_batches ON batch = number WHERE id = ? AND run_id = ?",
      batchId,
      runId,
    );
    return row?.result ? JSON.parse(row.result) : undefined;
  }

  /**
   * Takes a part in. Runs that are here already are passed over.
   *
   * @param part What was sent.
   * @param count Counts the runs that are new, together with everything else or not at all.
   * @returns The experiment's id.
   */
  take(part: ReceivedPart, count: (runs: number) => void): string {
    return this.#database.transaction(() => {
      const { accountId, upload: { run_batch, runs, run_results } } = part;
      const { number, id } = this.#row(accountId, run_batch.experiment_id) ?? this.#add(part);
      this.#database.run(
        "UPDATE run_batches SET status = ? WHERE number = ? AND (status = 'running' OR ? <> 'running')",
        run_batch.status,
        number,
        run_batch.status,
      );
      const results = new Map(run_results.map((it) => [it.run_id, it]));
      let added = 0;
      for (const run of runs) {
        const result = results.get(run.id);
        const row = this.#database.get(
          `INSERT INTO batch_runs (batch, run_id, status, input_item_id, persona_id, result)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS added`,
          number,
          run.id,
          run.status,
          run.input_item_id ?? null,
          run.persona_id ?? null,
          result === undefined ? null : JSON.stringify(result),
        );
        if (row !== undefined) added++;
      }
      if (added > 0) count(added);
      return id;
    });
  }

  #add(part: ReceivedPart): { number: number; id: string } {
    const { run_batch } = part.upload;
    const row = this.#database.get<{ number: number }>(
      `INSERT INTO run_batches (id, account_id, experiment_id, bundle_version_id, project_id, status, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number`,
      part.freshId,
      part.accountId,
      run_batch.experiment_id,
      part.bundleVersionId,
      part.projectId,
      run_batch.status,
      isoTime(part.receivedAt),
    );
    return { number: row!.number, id: part.freshId };
  }

  #row(accountId: string, experimentId: string): BatchRow | undefined {
    return this.#database.get<BatchRow>(
      `SELECT *, (SELECT count(*) FROM batch_runs WHERE batch = number) AS runs FROM run_batches
       WHERE account_id = ? AND experiment_id = ?`,
      accountId,
      experimentId,
    );
  }
}
