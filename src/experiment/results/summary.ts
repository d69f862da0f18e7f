import { isObject } from "../../api_client/fields.ts";
import { ConfigurationError } from "../../errors.ts";
import { jsonText } from "../../text/json.ts";
import { redactKeys } from "../../text/mask.ts";
import type { Experiment } from "../model.ts";
import { unreadable, writeReport } from "./result_files.ts";
import type { Statistics } from "./statistics.ts";

const SUMMARY_FILE = "summary.json";
/** The experiment ids that the platform accepts (OpenAPI schema `RunBatch`). */
const EXPERIMENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** What `summary.json` says about an experiment, apart from its runs. */
export interface Summary extends Pick<Experiment, "id" | "name" | "startedAt" | "bundleVersionId" | "projectId"> {
  /** `running` also after the program was killed. */
  readonly state: "running" | "completed" | "interrupted";
}

/**
 * @param statistics The runs, once the experiment has ended.
 * @throws {SystemError} When the file can't be written.
 */
export async function writeSummary(
  folder: string,
  summary: Summary & { readonly planned: number; readonly endedAt: Date | null },
  statistics?: Statistics,
): Promise<void> {
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
  await writeReport(`${folder}/${SUMMARY_FILE}`, [jsonText(document)]);
}

/** @throws {ConfigurationError} When the folder has no summary, or one that can't be read. */
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
  const [id, name, state, startedAt] = [text("id"), text("name"), text("status"), new Date(text("started_at") ?? NaN)];
  if (id === null || name === null || state === null || Number.isNaN(startedAt.getTime())) {
    throw new ConfigurationError(`${path} isn't the summary of a test`);
  }
  if (!EXPERIMENT_ID.test(id)) throw new ConfigurationError(`${path} has an invalid test ID`);
  return {
    id,
    name,
    state: state === "completed" || state === "interrupted" ? state : "running",
    startedAt,
    bundleVersionId: text("bundle_version_id"),
    projectId: text("project_id"),
  };
}
