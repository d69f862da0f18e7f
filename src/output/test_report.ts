/**
 * `fluxloop test`: how it goes, and what it came to, as text and as JSON.
 *
 * @module
 */
import type { FluxloopError } from "../errors.ts";
import { InterruptedError } from "../errors.ts";
import { errorJson } from "./failure.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";

/** A test's report, as far as it is told. */
export interface ToldReport {
  readonly experiment: ToldExperiment;
  readonly ending: "completed" | "failed_fast" | "interrupted";
  readonly path: string;
  readonly failures: readonly ToldFailure[];
  readonly unwritten: FluxloopError | null;
  readonly upload: ToldUpload;
}

/** What became of an upload: `kept` where there was to be one, and `null` where there was not. */
type ToldUpload = { readonly runBatchId: string } | { readonly failure: FluxloopError } | "kept" | null;

interface ToldExperiment {
  readonly id: string;
  readonly name: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly planned: number;
  readonly passed: number;
  readonly failed: number;
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}

interface ToldFailure {
  readonly request: { readonly runId: string; readonly input: { readonly id: string }; readonly iteration: number };
  readonly outcome: { readonly failure: { readonly kind: string; readonly message: string } };
}

/** How many failed runs the text names. */
const NAMED = 5;

/**
 * @param report What a test came to.
 * @param shown Its folder, as people are told it.
 * @returns The text for standard output.
 */
export function testText({ experiment, ending, failures, unwritten, upload }: ToldReport, shown: string): string {
  const { passed, failed, planned } = experiment;
  const more = failed - Math.min(failures.length, NAMED);
  return [
    `${headline(experiment, ending)} in ${spanText(experiment.endedAt.getTime() - experiment.startedAt.getTime())}`,
    ...(ending === "completed" ? [] : [`   ${notRun(planned - passed - failed)}`]),
    "",
    ...failures.slice(0, NAMED).map((it) => `   ${failureLine(it)}`),
    ...(more > 0 && failed > 0 ? [`   and ${grouped(more)} more`] : []),
    ...(failed > 0 ? [""] : []),
    // The page may be what could not be written.
    `Results: ${printable(shown)}${unwritten === null ? "/result.html" : ""}`,
    ...(isDone(upload) ? [`Uploaded: ${printable(upload.runBatchId)}`] : []),
  ].join("\n") + "\n";
}

function isDone(upload: ToldUpload): upload is { readonly runBatchId: string } {
  return typeof upload === "object" && upload !== null && "runBatchId" in upload;
}

/** @returns What an upload failed of; `null` where it did not. */
export function uploadFailure(upload: ToldUpload): FluxloopError | null {
  return typeof upload === "object" && upload !== null && "failure" in upload ? upload.failure : null;
}

function headline({ planned, passed, failed }: ToldExperiment, ending: ToldReport["ending"]): string {
  const done = passed + failed;
  if (ending === "interrupted") {
    return `❌ Interrupted after ${grouped(done)} of ${runs(planned)}, ${grouped(failed)} failed,`;
  }
  if (failed > 0) return `❌ ${grouped(failed)} of ${runs(ending === "completed" ? planned : done)} failed`;
  return `✅ ${planned === 1 ? "1 run passed" : `All ${runs(planned)} passed`}`;
}

function notRun(count: number): string {
  return count === 1 ? "1 was not run." : `${grouped(count)} were not run.`;
}

function failureLine({ request: { input, iteration }, outcome: { failure } }: ToldFailure): string {
  const time = iteration === 0 ? "" : `, time ${iteration + 1}`;
  return redact(printable(`${input.id}${time}: ${failure.message}`));
}

/** @returns What is told on standard error when the results are here and not at the platform. */
export function keptText(shown: string): string {
  return `The results are kept. Upload them later: fluxloop test upload ${printable(shown)}\n`;
}

/** @returns What is told of results that were uploaded later. */
export function uploadedText(shown: string, runBatchId: string): string {
  return `✅ Uploaded ${printable(shown)} as ${printable(runBatchId)}\n`;
}

/** @returns The JSON document; with `error` where the upload or a report failed or the test was interrupted. */
export function testJson({ experiment, ending, path, failures, unwritten, upload }: ToldReport): unknown {
  const error = ending === "interrupted" ? new InterruptedError() : uploadFailure(upload) ?? unwritten;
  return {
    experiment: {
      id: experiment.id,
      name: redact(experiment.name),
      status: ending,
      started_at: experiment.startedAt.toISOString(),
      ended_at: experiment.endedAt.toISOString(),
      planned: experiment.planned,
      passed: experiment.passed,
      failed: experiment.failed,
      bundle_version_id: experiment.bundleVersionId,
      project_id: experiment.projectId,
    },
    results: path,
    failures: failures.map(({ request: { runId, input, iteration }, outcome: { failure } }) => ({
      run_id: runId,
      input_id: redact(input.id),
      iteration,
      kind: failure.kind,
      message: redact(failure.message),
    })),
    upload: isDone(upload) ? { run_batch_id: upload.runBatchId } : null,
    ...(error === null ? {} : { error: errorJson(error) }),
  };
}

/** How far a test is. */
export interface ToldProgress {
  readonly planned: number;
  readonly passed: number;
  readonly failed: number;
}

/** Cells of the bar. */
const BAR = 24;

/**
 * @param progress How far it is.
 * @param elapsed Milliseconds since it began.
 * @param isStopping Whether it was told to stop.
 * @returns The line for a terminal: at most 79 columns, whatever the numbers.
 */
export function progressBar(progress: ToldProgress, elapsed: number, isStopping = false): string {
  const done = progress.passed + progress.failed;
  const cells = Math.floor(BAR * done / progress.planned);
  const bar = "█".repeat(cells) + "░".repeat(BAR - cells);
  const rest = isStopping ? [`${progress.failed} failed`, "stopping the agents"] : pace(progress, elapsed);
  return [`${bar} ${done}/${progress.planned}`, ...rest].join("  ").slice(0, 77);
}

/** As {@linkcode progressBar}, as a line of its own where there is no terminal. */
export function progressLine(progress: ToldProgress, elapsed: number): string {
  const done = grouped(progress.passed + progress.failed);
  return `${done} of ${runs(progress.planned)} done, ${pace(progress, elapsed).join(", ")}`;
}

function pace({ planned, passed, failed }: ToldProgress, elapsed: number): string[] {
  const done = passed + failed;
  const perSecond = elapsed === 0 ? 0 : done / (elapsed / 1000);
  const rate = perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toFixed(1);
  const left = done === 0 ? [] : [`${spanText((planned - done) / perSecond * 1000)} left`];
  return [`${failed} failed`, `${rate}/s`, ...left];
}

/** @returns The line that tells what begins. */
export function startText({ name, parallelRuns }: { name: string; parallelRuns: number }, planned: number): string {
  const atOnce = parallelRuns > 1 && planned > 1 ? `, ${Math.min(parallelRuns, planned)} at once` : "";
  return `Testing ${redact(printable(name))}: ${runs(planned)}${atOnce}\n`;
}

/** @returns A span for people: `40 ms`, `1.2 s`, `12 s`, `2 min 5 s`, `1 h 3 min`. */
export function spanText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${grouped(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

function runs(count: number): string {
  return count === 1 ? "1 run" : `${grouped(count)} runs`;
}

/** As the seed writes numbers; `Intl` would take milliseconds to start. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/**
 * @param report What a test came to.
 * @returns What GitHub shows on a job's page, in its Markdown.
 */
export function jobSummary({ experiment, ending, failures, upload }: ToldReport): string {
  const { name, planned, passed, failed, startedAt, endedAt } = experiment;
  const mark = ending === "completed" && failed === 0 ? "✅" : "❌";
  const rows = [
    ["Runs", "Passed", "Failed", "Not run", "Time"],
    ["---:", "---:", "---:", "---:", "---:"],
    [planned, passed, failed, planned - passed - failed, spanText(endedAt.getTime() - startedAt.getTime())],
  ];
  const listed = failures.map(({ request: { input, iteration }, outcome: { failure } }) =>
    `| ${inCell(input.id)} | ${iteration + 1} | ${inCell(failure.message)} |`
  );
  const more = failed - failures.length;
  return [
    `### ${mark} ${inCell(name)}`,
    "",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
    ...(listed.length === 0 ? [] : ["| Input | Iteration | Failure |", "| --- | ---: | --- |", ...listed, ""]),
    ...(more > 0 ? [`… and ${grouped(more)} more failed.`, ""] : []),
    ...(isDone(upload) ? [`Uploaded as ${inCell(upload.runBatchId)}.`, ""] : []),
    ...(upload !== null && !isDone(upload) ? ["⚠️ The results were not uploaded.", ""] : []),
  ].join("\n");
}

/** Foreign text in a table: nothing in it is markup. */
function inCell(text: string): string {
  return redact(printable(text)).replace(/[\\`*_{}[\]<>#|&~!]/g, (it) => `&#${it.codePointAt(0)};`);
}
