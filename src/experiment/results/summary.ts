/**
 * `summary.json`: an experiment as a whole.
 *
 * @module
 */
import { ConfigurationError } from "../../errors.ts";
import { jsonText } from "../../text/json.ts";
import { redactKeys } from "../../text/mask.ts";
import { isObject } from "../../api_client/response.ts";
import { replaceText, unreadable } from "./result_files.ts";
import type { Statistics } from "./statistics.ts";

/** The file's name in an experiment's folder. */
const SUMMARY_FILE = "summary.json";
/** The experiment ids that the platform accepts (OpenAPI schema `RunBatch`). */
const EXPERIMENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** An experiment in `summary.json`; what isn't known yet is `null`. */
export interface Summary {
  readonly id: string;
  readonly name: string;
  /** `running` also after the program was killed. */
  readonly state: "running" | "completed" | "interrupted";
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly planned: number | null;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}

/**
 * @param folder The experiment's folder.
 * @param statistics Its runs, once it has ended.
 * @throws {SystemError} When the file can't be written.
 */
export function writeSummary(folder: string, summary: Summary, statistics?: Statistics): void {
  const document = {
    id: summary.id,
    name: redactKeys(summary.name),
    status: summary.state,
    started_at: summary.startedAt,
    ended_at: summary.endedAt,
    planned: summary.planned,
    bundle_version_id: summary.bundleVersionId,
    project_id: summary.projectId,
    ...(statistics && {
      passed: statistics.passed,
      failed: statistics.failed,
      duration_ms: statistics.durations,
      failures: Object.fromEntries(statistics.kinds),
    }),
  };
  replaceText(`${folder}/${SUMMARY_FILE}`, jsonText(document));
}

/**
 * @param folder An experiment's folder.
 * @throws {ConfigurationError} When it has no summary, or one that can't be read.
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
    throw new ConfigurationError(`${path} isn't an experiment's summary`);
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
