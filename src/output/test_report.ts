/**
 * The progress and the report of `fluxloop test`, as text and as JSON.
 *
 * @module
 */
import { join } from "@std/path";
import { InterruptedError } from "../errors.ts";
import type { Experiment, TestConfiguration } from "../experiment/model.ts";
import { countText, durationText } from "../experiment/results/html_text.ts";
import type { Progress } from "../experiment/run_all.ts";
import type { FailedRun, TestReport } from "../experiment/test_agent.ts";
import { errorJson } from "./failure.ts";
import { redact } from "../text/mask.ts";
import { printable } from "../text/printable.ts";

/** How many failed runs the text lists. */
const NAMED = 5;

/** Renders a test's result; `shown` is the path of the results' folder, for messages. */
export function testText({ experiment, failures, unwritten, upload }: TestReport, shown: string): string {
  const { passed, failed, planned, ending } = experiment;
  const more = failed - Math.min(failures.length, NAMED);
  const left = planned - passed - failed;
  return [
    `${headline(experiment)} in ${durationText(experiment.endedAt.getTime() - experiment.startedAt.getTime())}`,
    ...(ending === "completed" ? [] : [left === 1 ? "   1 was not run." : `   ${countText(left)} were not run.`]),
    "",
    ...failures.slice(0, NAMED).map((it) => `   ${failureLine(it)}`),
    ...(more > 0 ? [`   and ${countText(more)} more`] : []),
    ...(failed > 0 ? [""] : []),
    // The page may be the file that couldn't be written.
    `Results: ${printable(unwritten === null ? join(shown, "result.html") : shown)}`,
    ...(upload?.runBatchId ? [`Uploaded: ${printable(upload.runBatchId)}`] : []),
  ].join("\n") + "\n";
}

function headline({ planned, passed, failed, ending }: Experiment): string {
  const done = passed + failed;
  if (ending !== "completed") {
    const how = ending === "interrupted" ? "Interrupted" : "Stopped";
    return `❌ ${how} after ${countText(done)} of ${runs(planned)} (${countText(failed)} failed)`;
  }
  if (failed > 0) return `❌ ${countText(failed)} of ${runs(planned)} failed`;
  return `✅ ${planned === 1 ? "1 run passed" : `All ${runs(planned)} passed`}`;
}

function failureLine({ request: { input, iteration }, outcome: { failure } }: FailedRun): string {
  const which = iteration === 0 ? "" : `, iteration ${iteration + 1}`;
  return redact(printable(`${input.id}${which}: ${failure.message}`));
}

/** Says how to upload the results later. */
export function keptText(shown: string): string {
  return `The results are saved. Upload them later: fluxloop test upload ${printable(shown)}\n`;
}

/** Renders the result of `fluxloop test upload`. */
export function uploadedText(shown: string, runBatchId: string): string {
  return `✅ Uploaded ${printable(shown)} as ${printable(runBatchId)}\n`;
}

/** Renders a test's result as JSON, with `error` if the upload or a report failed or the test was interrupted. */
export function testJson({ experiment, path, failures, unwritten, upload }: TestReport): unknown {
  const error = experiment.ending === "interrupted" ? new InterruptedError() : upload?.failure ?? unwritten;
  return {
    experiment: {
      id: experiment.id,
      name: redact(experiment.name),
      status: experiment.ending,
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
    upload: upload?.runBatchId ? { run_batch_id: upload.runBatchId } : null,
    ...(error === null ? {} : { error: errorJson(error) }),
  };
}

/** The width of the bar, in terminal cells. */
const BAR = 24;

/** Renders the progress after so many milliseconds for a terminal, in at most 79 columns. */
export function progressBar(progress: Progress, elapsed: number, isStopping = false): string {
  const done = progress.passed + progress.failed;
  const cells = Math.floor(BAR * done / progress.planned);
  const bar = "█".repeat(cells) + "░".repeat(BAR - cells);
  const rest = isStopping ? [`${progress.failed} failed`, "stopping the agents"] : pace(progress, elapsed);
  return [`${bar} ${done}/${progress.planned}`, ...rest].join("  ").slice(0, 77);
}

/** Like {@linkcode progressBar}, for standard error without a terminal. */
export function progressLine(progress: Progress, elapsed: number): string {
  const done = countText(progress.passed + progress.failed);
  return `${done} of ${runs(progress.planned)} done, ${pace(progress, elapsed).join(", ")}`;
}

function pace({ planned, passed, failed }: Progress, elapsed: number): string[] {
  const done = passed + failed;
  const perSecond = elapsed === 0 ? 0 : done / (elapsed / 1000);
  const rate = perSecond >= 100 ? perSecond.toFixed(0) : perSecond.toFixed(1);
  const left = done === 0 ? [] : [`${durationText((planned - done) / perSecond * 1000)} left`];
  return [`${failed} failed`, `${rate}/s`, ...left];
}

/**
 * Renders the line at the start of a test.
 *
 * @param possible How many runs can be active at the same time.
 */
export function startText(
  { name, parallelRuns }: Pick<TestConfiguration, "name" | "parallelRuns">,
  possible: number,
  planned: number,
): string {
  const active = Math.min(possible, planned);
  const start = `Testing ${redact(printable(name))}: ${runs(planned)}${active > 1 ? `, ${active} at once` : ""}\n`;
  if (Math.min(parallelRuns, planned) <= possible) return start;
  const limit = possible === 1 ? "1 agent" : `${possible} agents`;
  return `${start}⚠️  This system can run only ${limit} at once (parallel_runs: ${parallelRuns}).\n`;
}

function runs(count: number): string {
  return count === 1 ? "1 run" : `${countText(count)} runs`;
}

/** Renders the summary on a GitHub job's page, in Markdown. */
export function jobSummary({ experiment, failures, upload }: TestReport): string {
  const { name, planned, passed, failed, startedAt, endedAt, ending } = experiment;
  const mark = ending === "completed" && failed === 0 ? "✅" : "❌";
  const rows = [
    ["Runs", "Passed", "Failed", "Not run", "Time"],
    ["---:", "---:", "---:", "---:", "---:"],
    [planned, passed, failed, planned - passed - failed, durationText(endedAt.getTime() - startedAt.getTime())],
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
    ...(more > 0 ? [`… and ${countText(more)} more failed.`, ""] : []),
    ...(upload?.runBatchId ? [`Uploaded as ${inCell(upload.runBatchId)}.`, ""] : []),
    ...(upload?.runBatchId === null ? ["⚠️ The results were not uploaded.", ""] : []),
  ].join("\n");
}

/** Renders text from outside for a cell of a Markdown table, without markup. */
function inCell(text: string): string {
  return redact(printable(text)).replace(/[\\`*_{}[\]<>#|&~!]/g, (it) => `&#${it.codePointAt(0)};`);
}
