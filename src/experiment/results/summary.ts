import { InvalidFieldError, object, optional, type Reader, text, time } from "../../api_client/fields.ts";
import { NotFoundError } from "../../errors.ts";
import { jsonText } from "../../text/json.ts";
import { redactKeys } from "../../text/mask.ts";
import { unreadable, writeReport } from "./result_files.ts";
import type { Statistics } from "./statistics.ts";

const SUMMARY_FILE = "summary.json";

/** Reads an experiment ID that the platform accepts (OpenAPI schema `RunBatch`). */
const experimentId: Reader<string> = (value, at) => {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(text(value, at))) throw new InvalidFieldError(at, "a valid test ID");
  return value as string;
};
const summary = object({
  id: experimentId,
  name: text,
  /** `completed` or `interrupted`; `running` also after the program was killed. */
  status: text,
  started_at: time,
  bundle_version_id: optional(text),
  project_id: optional(text),
});

/** What `summary.json` says about an experiment, apart from its runs. */
export type Summary = ReturnType<typeof summary>;

/**
 * Writes `summary.json`, with `statistics` once the experiment has ended.
 *
 * @throws {SystemError} When the file can't be written.
 */
export async function writeSummary(
  folder: string,
  { id, name, status, startedAt, endedAt, planned, bundleVersionId, projectId }: Summary & {
    readonly planned: number;
    readonly endedAt: Date | null;
  },
  statistics?: Statistics,
): Promise<void> {
  const document = {
    id,
    name: redactKeys(name),
    status,
    started_at: startedAt,
    ended_at: endedAt,
    planned,
    bundle_version_id: bundleVersionId,
    project_id: projectId,
    ...(statistics && {
      passed: statistics.passed,
      failed: statistics.failed,
      duration_ms: statistics.durations,
      failures: Object.fromEntries(statistics.kinds),
    }),
  };
  await writeReport(`${folder}/${SUMMARY_FILE}`, [jsonText(document)]);
}

/** Reads `summary.json`. @throws {NotFoundError | ConfigurationError} When it doesn't exist, or can't be read. */
export async function readSummary(folder: string): Promise<Summary> {
  const path = `${folder}/${SUMMARY_FILE}`;
  try {
    return summary(JSON.parse(await Deno.readTextFile(path)), "");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(path, error);
    throw new NotFoundError(
      `${folder} isn't a test's folder. Pass a folder such as experiments/exp_…, or none for the latest test.`,
    );
  }
}
