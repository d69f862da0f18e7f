/**
 * The uploaded results of tests, which the contract calls run batches, and the usage that they count towards.
 *
 * @module
 */
import type { ResultUpload } from "./contract.ts";
import type { Database } from "./database.ts";

/** An uploaded experiment. */
export interface Experiment {
  readonly id: string;
  /** The client's own id. */
  readonly experimentId: string;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
  readonly status: ResultUpload["run_batch"]["status"];
}

/** All experiments. */
export class Experiments {
  constructor(private readonly database: Database) {}

  find(experimentId: string): Experiment | undefined {
    return this.database.get("SELECT * FROM experiments WHERE experiment_id = ?", experimentId);
  }

  add(experiment: Experiment): void {
    this.database.insert("experiments", { ...experiment });
  }

  setStatus(id: string, status: Experiment["status"]): void {
    this.database.run("UPDATE experiments SET status = ? WHERE id = ?", status, id);
  }

  /** Adds a run with its result. @returns Whether it is new. */
  addRun(experiment: string, { id, ...run }: ResultUpload["runs"][number], result: unknown): boolean {
    const sql =
      "INSERT INTO runs (experiment, id, run, result) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id";
    return this.database.get(sql, experiment, id, JSON.stringify(run), JSON.stringify(result ?? null)) !== undefined;
  }

  /** Returns the results of an experiment's runs as they were uploaded. */
  results(experiment: string): (ResultUpload["run_results"][number] | null)[] {
    const sql = "SELECT result FROM runs WHERE experiment = ? ORDER BY rowid";
    return this.database.all<{ result: string }>(sql, experiment).map((it) => JSON.parse(it.result));
  }

  /** Adds to the runs of the month of `now`. */
  addRuns(runs: number, now: Date): void {
    const sql = "INSERT INTO usage VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET runs = runs + excluded.runs";
    this.database.run(sql, monthOf(now), runs);
  }

  /** Returns how many runs count towards the month of `now`. */
  runs(now: Date): number {
    return this.database.get<{ runs: number }>("SELECT runs FROM usage WHERE month = ?", monthOf(now))?.runs ?? 0;
  }
}

/** In UTC, such as `2024-01`. */
function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}
