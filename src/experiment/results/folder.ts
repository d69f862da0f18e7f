/**
 * The folder that holds what came out of an experiment: `results.jsonl`, `summary.json`, `config.yaml`, `result.html`.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { base32 } from "../../text/base32.ts";
import { redactKeys } from "../../text/mask.ts";
import type { Experiment, RunResult, TestConfiguration } from "../model.ts";
import { unwritable } from "./result_files.ts";
import { LineWriter } from "./line_writer.ts";
import { writePage } from "./page.ts";
import { resultLine, RESULTS_FILE } from "./result_line.ts";
import { writeFirstSummary, writeSummary } from "./summary.ts";
import { readStatistics } from "./statistics.ts";

const ID_LENGTH = 8;

/** Where an experiment's runs come from, as far as it is known when it begins. */
export interface ExperimentOrigin {
  /** How many runs there will be. */
  readonly planned: number | null;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}

/** An experiment's folder, while it goes on. */
export interface ExperimentFolder {
  /** `exp_<UTC time>_<id>`: the experiment's id, and the folder's name. */
  readonly id: string;
  readonly path: string;
  /**
   * Writes a run that has ended. Keys in it are masked.
   *
   * @returns Once the system has it: from then on it outlives this process.
   * @throws {SystemError} When it cannot be written.
   */
  append(result: RunResult): Promise<void>;
  /**
   * Writes what is made of all runs. Call it once, after the last run was appended.
   *
   * @throws {SystemError} When it cannot be written; the runs stay.
   */
  finish(experiment: Experiment): Promise<void>;
}

const UNKNOWN_ORIGIN: ExperimentOrigin = { planned: null, bundleVersionId: null, projectId: null };

/**
 * Makes the folder of a new experiment.
 *
 * @param context Its clock and its randomness name the folder.
 * @param configuration Where it goes, and the experiment's name.
 * @param maskedConfigText What `config.yaml` is to hold, with no secret in it.
 * @param origin What `summary.json` tells of an experiment that was killed before its end.
 * @throws {SystemError} When it cannot be made.
 */
export async function createExperimentFolder(
  context: Context,
  { outputDirectory, name }: Pick<TestConfiguration, "outputDirectory" | "name">,
  maskedConfigText: string,
  origin: ExperimentOrigin = UNKNOWN_ORIGIN,
): Promise<ExperimentFolder> {
  const startedAt = context.now();
  const id = `exp_${compactTime(startedAt)}_${base32(context.random(new Uint8Array(ID_LENGTH)))}`;
  const path = `${outputDirectory}/${id}`;
  try {
    await Deno.mkdir(outputDirectory, { recursive: true });
    await Deno.mkdir(path);
    await Deno.writeTextFile(`${path}/config.yaml`, redactKeys(maskedConfigText));
    writeFirstSummary(path, { ...origin, id, name, state: "running", startedAt, endedAt: null });
    return new OpenFolder(id, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

class OpenFolder implements ExperimentFolder {
  readonly #writer: LineWriter;

  constructor(readonly id: string, readonly path: string) {
    this.#writer = new LineWriter(`${path}/${RESULTS_FILE}`);
  }

  async append(result: RunResult): Promise<void> {
    try {
      await this.#writer.append(resultLine(result));
    } catch (error) {
      throw unwritable(`${this.path}/${RESULTS_FILE}`, error);
    }
  }

  async finish(experiment: Experiment): Promise<void> {
    try {
      await this.#writer.close();
    } catch (error) {
      throw unwritable(`${this.path}/${RESULTS_FILE}`, error);
    }
    const statistics = await readStatistics(this.path);
    writeSummary(this.path, experiment, statistics);
    await writePage(this.path, experiment, statistics);
  }
}

/** @returns A time as a file's name may hold it on every system: `20240122T120000Z`. */
function compactTime(time: Date): string {
  return `${time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
