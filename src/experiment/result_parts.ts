import { VERSION } from "../build_info.ts";
import type { PartResult, PartRun, ResultPart } from "../api_client/sync.ts";
import type { RunResult } from "./model.ts";
import { cut } from "./results/html_text.ts";
import { readResults } from "./results/result_line.ts";
import type { Summary } from "./results/summary.ts";

/** A part of this size takes no further run, in bytes: it is sent within seconds even on a slow line. */
const PART_SIZE = 256 * 1024;
/** The most characters of one text. As JSON it takes up to six bytes each, and the platform accepts 4 MiB. */
const TEXT_LIMIT = 256 * 1024;

/**
 * Reads an experiment in the parts in which the platform accepts it. The last part says that it is the last; it has no run
 * where there are none.
 *
 * @returns Each part, and how many runs it and those before it have together: they tell it from the others.
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
  const said = cut(request.input.text, TEXT_LIMIT);
  const answered = cut(isPassed ? outcome.output : "", TEXT_LIMIT);
  const isCut = said.rest + answered.rest > 0;
  return {
    run_id: request.runId,
    status: isPassed ? "completed" : "failed",
    metrics: { duration_ms: duration, iteration: request.iteration, ...(isCut && { truncated: true }) },
    transcript: [
      { role: "user", content: said.head },
      ...(isPassed ? [{ role: "assistant", content: answered.head }] : []),
    ],
    local_eval_summary: {
      verdict: outcome.status,
      scores: {},
      failures: isPassed ? [] : [{ kind: outcome.failure.kind, message: cut(outcome.failure.message, 10_000).head }],
    },
  };
}
