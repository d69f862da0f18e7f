/**
 * What tests are run on, bundles of inputs, and their results: experiments, which the contract calls run batches.
 *
 * @module
 */
import type { Bundle, ResultUpload } from "./contract.ts";
import type { Database } from "./database.ts";

interface BundleRow {
  readonly id: string;
  readonly projectId: string;
  readonly inputItems: string;
  readonly personas: string;
  readonly criteriaPack: string;
}

/** Versions of bundles, which never change. */
export class Bundles {
  constructor(private readonly database: Database) {}

  /** Adds a project's newest version. */
  add({ bundle_version, input_items, personas, criteria_pack }: Bundle, projectId: string): void {
    this.database.insert("bundle_versions", {
      id: bundle_version.id,
      projectId,
      inputItems: JSON.stringify(input_items),
      personas: JSON.stringify(personas),
      criteriaPack: JSON.stringify(criteria_pack),
    });
  }

  get(id: string): Bundle | undefined {
    return this.database.all<BundleRow>("SELECT * FROM bundle_versions WHERE id = ?", id).map(bundle)[0];
  }

  /** Returns a project's newest version. */
  newest(projectId: string): Bundle | undefined {
    const sql = "SELECT * FROM bundle_versions WHERE project_id = ? ORDER BY rowid DESC LIMIT 1";
    return this.database.all<BundleRow>(sql, projectId).map(bundle)[0];
  }
}

function bundle(row: BundleRow): Bundle {
  return {
    bundle_version: { id: row.id, project_id: row.projectId },
    input_items: JSON.parse(row.inputItems),
    personas: JSON.parse(row.personas),
    criteria_pack: JSON.parse(row.criteriaPack),
  };
}

/** An uploaded experiment. */
export interface RunBatch {
  readonly number: number;
  readonly id: string;
  readonly accountId: string;
  readonly experimentId: string;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
  readonly status: ResultUpload["run_batch"]["status"];
  readonly createdAt: Date;
  /** How many of its runs were uploaded. */
  readonly runs: number;
}

/** All experiments. */
export class RunBatches {
  constructor(private readonly database: Database) {}

  /** Finds an account's experiment. */
  find(accountId: string, experimentId: string): RunBatch | undefined {
    return this.database.get(
      `SELECT *, (SELECT count(*) FROM batch_runs WHERE batch = number) AS runs FROM run_batches
       WHERE account_id = ? AND experiment_id = ?`,
      accountId,
      experimentId,
    );
  }

  /** Returns the result of a run as it was uploaded. */
  result(batchId: string, runId: string): ResultUpload["run_results"][number] | undefined {
    const row = this.database.get<{ result: string | null }>(
      "SELECT result FROM batch_runs JOIN run_batches ON batch = number WHERE id = ? AND run_id = ?",
      batchId,
      runId,
    );
    return row?.result ? JSON.parse(row.result) : undefined;
  }

  /**
   * Stores a part of an experiment. Call it within a transaction.
   *
   * @param batch The experiment, which is added if it's new.
   * @returns How many of the part's runs are new.
   */
  add(
    batch: Omit<RunBatch, "number" | "runs">,
    { runs, run_results }: Pick<ResultUpload, "runs" | "run_results">,
  ): number {
    const { number } = this.find(batch.accountId, batch.experimentId) ??
      this.database.insert<{ number: number }>("run_batches", { ...batch });
    this.database.run(
      "UPDATE run_batches SET status = ? WHERE number = ? AND (status = 'running' OR ? <> 'running')",
      batch.status,
      number,
      batch.status,
    );
    const results = new Map(run_results.map((it) => [it.run_id, JSON.stringify(it)]));
    return runs.filter(({ id, status, input_item_id, persona_id }) => {
      const row = this.database.get(
        `INSERT INTO batch_runs (batch, run_id, status, input_item_id, persona_id, result)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING run_id`,
        number,
        id,
        status,
        input_item_id ?? null,
        persona_id ?? null,
        results.get(id) ?? null,
      );
      return row !== undefined;
    }).length;
  }
}
