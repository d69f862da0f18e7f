import type { Context } from "../../context.ts";
import { base32 } from "../../text/base32.ts";
import { redactKeys } from "../../text/mask.ts";
import type { Experiment, RunResult, TestConfiguration } from "../model.ts";
import { writePage } from "./page.ts";
import { unwritable } from "./result_files.ts";
import { resultLine, RESULTS_FILE } from "./result_line.ts";
import { readStatistics } from "./statistics.ts";
import { writeSummary } from "./summary.ts";

const ID_LENGTH = 8;

export type ExperimentOrigin = Pick<Experiment, "planned" | "bundleVersionId" | "projectId">;
type NewExperiment = ExperimentOrigin & Pick<Experiment, "id" | "name" | "startedAt">;

/**
 * Creates the folder of a new experiment: `results.jsonl`, `summary.json`, `config.yaml` and, at its end, `result.html`.
 *
 * @param origin Written to `summary.json` immediately, in case the program is killed.
 * @throws {SystemError} When it can't be created.
 */
export async function createExperimentFolder(
  context: Context,
  { outputDirectory, name, maskedText }: Pick<TestConfiguration, "outputDirectory" | "name" | "maskedText">,
  origin: ExperimentOrigin,
): Promise<ExperimentFolder> {
  const startedAt = context.now();
  const time = `${startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
  const id = `exp_${time}_${base32(context.random(new Uint8Array(ID_LENGTH)))}`;
  const path = `${outputDirectory}/${id}`;
  try {
    Deno.mkdirSync(outputDirectory, { recursive: true });
    Deno.mkdirSync(path);
    Deno.writeTextFileSync(`${path}/config.yaml`, redactKeys(maskedText));
    const experiment = { ...origin, id, name, startedAt };
    await writeSummary(path, { ...experiment, status: "running", endedAt: null });
    return new ExperimentFolder(path, experiment);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** An experiment's folder during the test. */
export class ExperimentFolder {
  readonly #results: Deno.FsFile;
  /** The size of all complete lines, in bytes. */
  #size = 0;

  constructor(readonly path: string, readonly experiment: NewExperiment) {
    this.#results = Deno.openSync(`${path}/${RESULTS_FILE}`, { write: true, createNew: true });
  }

  /**
   * Writes a finished run, which then survives a crash of this process.
   *
   * @throws {SystemError} When it can't be written.
   */
  append(result: RunResult): void {
    const line = new TextEncoder().encode(resultLine(result));
    try {
      for (let rest = line; rest.length > 0;) rest = rest.subarray(this.#results.writeSync(rest));
      this.#size += line.length;
    } catch (error) {
      // A partial line would corrupt the next one.
      this.#results.truncateSync(this.#size);
      this.#results.seekSync(this.#size, Deno.SeekMode.Start);
      throw unwritable(`${this.path}/${RESULTS_FILE}`, error);
    }
  }

  /**
   * Writes the summary and the page. Call it once, after the last run.
   *
   * @throws {SystemError} When they can't be written; the runs are kept.
   */
  async finish(experiment: Experiment): Promise<void> {
    try {
      this.#results.syncDataSync();
    } catch (error) {
      throw unwritable(`${this.path}/${RESULTS_FILE}`, error);
    } finally {
      this.#results.close();
    }
    const statistics = await readStatistics(this.path);
    const status = experiment.ending === "completed" ? "completed" : "interrupted";
    await writeSummary(this.path, { ...experiment, status }, statistics);
    await writePage(this.path, experiment, statistics);
  }
}
