/**
 * An experiment's `summary.json`.
 *
 * @module
 */
import { ConfigurationError } from "../../errors.ts";
import { jsonText } from "../../text/json.ts";
import { redactKeys } from "../../text/mask.ts";
import { isObject } from "../../api_client/response.ts";
import type { Experiment } from "../model.ts";
import { replaceText, unreadable } from "./result_files.ts";
import type { Statistics } from "./statistics.ts";

/** The file's name in an experiment's folder. */
export const SUMMARY_FILE = "summary.json";
/** What the platform accepts as an experiment's id (OpenAPI schema `RunBatch`). */
const EXPERIMENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** How far an experiment is: `running` is also one whose program was killed. */
export type ExperimentState = "running" | "completed" | "interrupted";

/** What `summary.json` tells of an experiment; what is not known before its end is `null` until then. */
export interface Summary {
  readonly id: string;
  readonly name: string;
  readonly state: ExperimentState;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly planned: number | null;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}

/**
 * Writes the summary of an experiment that begins.
 *
 * @param folder Its folder.
 * @throws {SystemError} When it cannot be written.
 */
export function writeFirstSummary(folder: string, summary: Summary): void {
  replaceText(`${folder}/${SUMMARY_FILE}`, jsonText(known(summary)));
}

/**
 * Writes the summary of an experiment that has ended.
 *
 * @param folder Its folder.
 * @param statistics What its runs look like as a whole.
 * @throws {SystemError} When it cannot be written.
 */
export function writeSummary(folder: string, experiment: Experiment, statistics: Statistics): void {
  const document = {
    ...known({ ...experiment, state: experiment.isPartial ? "interrupted" : "completed" }),
    passed: experiment.passed,
    failed: experiment.failed,
    duration_ms: statistics.durations,
    failures: Object.fromEntries(statistics.kinds),
  };
  replaceText(`${folder}/${SUMMARY_FILE}`, jsonText(document));
}

/**
 * @param folder An experiment's folder.
 * @throws {ConfigurationError} When it holds no summary, or one that cannot be read.
 */
export async function readSummary(folder: string): Promise<Summary> {
  const path = `${folder}/${SUMMARY_FILE}`;
  let value: unknown;
  try {
    value = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ConfigurationError(`${path} isn't a JSON file`, { cause: error });
    throw unreadable(path, error);
  }
  const fields = isObject(value) ? value : {};
  const text = (name: string) => typeof fields[name] === "string" ? fields[name] as string : null;
  const time = (name: string) => {
    const date = new Date(text(name) ?? NaN);
    return Number.isNaN(date.getTime()) ? null : date;
  };
  const [id, name, startedAt, state] = [text("id"), text("name"), time("started_at"), text("status")];
  if (id !== null && !EXPERIMENT_ID.test(id)) throw new ConfigurationError(`${path} has an invalid experiment id`);
  if (id === null || name === null || startedAt === null || state === null) {
    throw new ConfigurationError(`${path} isn't the summary of an experiment`);
  }
  return {
    id,
    name,
    state: state === "completed" || state === "interrupted" ? state : "running",
    startedAt,
    endedAt: time("ended_at"),
    planned: typeof fields.planned === "number" ? fields.planned : null,
    bundleVersionId: text("bundle_version_id"),
    projectId: text("project_id"),
  };
}

function known({ id, name, state, startedAt, endedAt, planned, bundleVersionId, projectId }: Summary) {
  return {
    id,
    name: redactKeys(name),
    status: state,
    started_at: startedAt.toISOString(),
    ended_at: endedAt && endedAt.toISOString(),
    planned,
    bundle_version_id: bundleVersionId,
    project_id: projectId,
  };
}
