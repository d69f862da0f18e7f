/**
 * An experiment as the platform takes it: in parts of bounded size, read one by one.
 *
 * @module
 */
import { VERSION } from "../build_info.ts";
import type { PartResult, PartRun, ResultPart } from "../api_client/sync.ts";
import type { RunResult } from "./model.ts";
import { cut } from "./results/html_text.ts";
import { readResults } from "./results/result_line.ts";
import type { Summary } from "./results/summary.ts";
import type { UploadProgress } from "./upload_progress.ts";

/** From this size on a part takes no further run, in bytes: 256 KiB go up a slow line within some seconds. */
const PART_SIZE = 256 * 1024;
/**
 * The most characters of one text. In JSON one may take six bytes, and the platform takes 4 MiB: a run of two such texts
 * fits.
 */
const TEXT_LIMIT = 256 * 1024;

/** A part, and how much of the results it and those before it hold, in bytes. */
export interface SizedPart {
  readonly part: ResultPart;
  readonly end: number;
  readonly isLast: boolean;
}

interface Gathered {
  readonly runs: PartRun[];
  readonly results: PartResult[];
  size: number;
}

/**
 * @param folder An experiment's folder.
 * @param summary Its summary.
 * @param progress What was sent before.
 * @returns The rest of it; the last part says that it is the last one, and holds no run where all were sent.
 * @throws {ConfigurationError} When its results cannot be read.
 */
export async function* resultParts(
  folder: string,
  summary: Summary,
  { parts, sentBytes }: UploadProgress,
): AsyncGenerator<SizedPart, void> {
  let number = parts;
  let end = sentBytes;
  let gathered: Gathered = { runs: [], results: [], size: 0 };
  for await (const { result, end: lineEnd } of readResults(folder, sentBytes)) {
    const next = { run: runOf(result), result: resultOf(result) };
    const size = byteLength(next);
    if (gathered.runs.length > 0 && gathered.size + size > PART_SIZE) {
      yield { part: partOf(summary, gathered, ++number, false), end, isLast: false };
      gathered = { runs: [], results: [], size: 0 };
    }
    gathered.runs.push(next.run);
    gathered.results.push(next.result);
    gathered.size += size;
    end = lineEnd;
  }
  yield { part: partOf(summary, gathered, ++number, true), end, isLast: true };
}

function partOf(summary: Summary, { runs, results }: Gathered, part: number, isLast: boolean): ResultPart {
  // One that was killed runs no more.
  const last = summary.state === "completed" ? "completed" : "interrupted";
  return {
    bundle_version_id: summary.bundleVersionId,
    project_id: summary.projectId,
    run_batch: { experiment_id: summary.id, execution_target: "local", status: isLast ? last : "running" },
    runs,
    run_results: results,
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
    metrics: { duration_ms: duration, iteration: request.iteration, ...(isCut ? { truncated: true } : {}) },
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

function byteLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
