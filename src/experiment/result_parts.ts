import { VERSION } from "../build_info.ts";
import type { PartResult, PartRun, ResultPart } from "../api_client/sync.ts";
import type { RunResult } from "./model.ts";
import { cut } from "./results/html_text.ts";
import { readResults } from "./results/result_line.ts";
import type { Summary } from "./results/summary.ts";

/** The maximum size of a part with several runs, in bytes: it can be sent within seconds even on a slow connection. */
const PART_SIZE = 256 * 1024;
/** The maximum length of one text. A character takes up to six bytes in JSON, and the platform accepts 4 MiB. */
const TEXT_LIMIT = 256 * 1024;

/**
 * Reads an experiment and divides it into parts for the upload. The last part is marked as such; it is empty if there are
 * no runs.
 *
 * @returns Each part, and the number of runs up to its end, which identifies the part.
 * @throws {ConfigurationError} When the results can't be read.
 */
export async function* resultParts(
  folder: string,
  summary: Summary,
): AsyncGenerator<{ readonly part: ResultPart; readonly runs: number }, void> {
  let [parts, runs, size] = [0, 0, 0];
  let gathered: RunResult[] = [];
  for await (const result of readResults(folder)) {
    const added = new TextEncoder().encode(JSON.stringify([runOf(result), resultOf(result)])).length;
    if (gathered.length > 0 && size + added > PART_SIZE) {
      yield { part: partOf(summary, gathered, ++parts, false), runs };
      [gathered, size] = [[], 0];
    }
    gathered.push(result);
    size += added;
    runs++;
  }
  yield { part: partOf(summary, gathered, ++parts, true), runs };
}

function partOf(summary: Summary, results: readonly RunResult[], part: number, isLast: boolean): ResultPart {
  // An experiment of a killed program is still "running" in its summary.
  const last = summary.status === "completed" ? "completed" : "interrupted";
  return {
    bundle_version_id: summary.bundleVersionId,
    project_id: summary.projectId,
    run_batch: { experiment_id: summary.id, execution_target: "local", status: isLast ? last : "running" },
    runs: results.map(runOf),
    run_results: results.map(resultOf),
    artifacts: [],
    turns: [],
    turn_summaries: [],
    upload_meta: { client: `fluxloop/${VERSION}`, part, is_last: isLast },
  };
}

function runOf({ request: { runId, input }, outcome }: RunResult): PartRun {
  return {
    id: runId,
    input_item_id: input.id,
    persona_id: input.persona?.id ?? null,
    status: outcome.status === "passed" ? "completed" : "failed",
  };
}

function resultOf({ request, duration, outcome }: RunResult): PartResult {
  const isPassed = outcome.status === "passed";
  const input = cut(request.input.text, TEXT_LIMIT);
  const output = cut(isPassed ? outcome.output : "", TEXT_LIMIT);
  const isCut = input.rest + output.rest > 0;
  return {
    run_id: request.runId,
    status: isPassed ? "completed" : "failed",
    metrics: { duration_ms: duration, iteration: request.iteration, ...(isCut && { truncated: true }) },
    transcript: [
      { role: "user", content: input.head },
      ...(isPassed ? [{ role: "assistant", content: output.head }] : []),
    ],
    local_eval_summary: {
      verdict: outcome.status,
      scores: {},
      failures: isPassed ? [] : [{ kind: outcome.failure.kind, message: cut(outcome.failure.message, 10_000).head }],
    },
  };
}
