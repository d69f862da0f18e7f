import type { Context } from "../../context.ts";
import { InterruptedError, UsageError } from "../../errors.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import type { Reporter } from "../reporter.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { CONFIGURATION_SCHEMA } from "../../experiment/configuration_schema.ts";
import { addJobSummary, credentialForJob } from "./github_job.ts";
import {
  jobSummary,
  keptText,
  progressBar,
  progressLine,
  startText,
  testJson,
  testText,
} from "../../output/test_report.ts";
import { givenPath } from "../../paths.ts";
import { jsonText } from "../../text/json.ts";
import { showWait } from "../waiting.ts";
import { shownPath } from "../../experiment/configuration.ts";
import { testAgent, type TestReport, type TestRequest } from "../../experiment/test_agent.ts";

/** The exit code if runs failed. */
const RUNS_FAILED = 10;
const INTERRUPTED = new InterruptedError().exitCode;
/** How often a line reports progress without a terminal, in milliseconds. */
const LINE_INTERVAL = 10_000;

/** Runs `fluxloop test`. */
export async function runTest(
  context: Context,
  options: JsonOptions & TestRequest & { readonly schema?: boolean },
): Promise<void> {
  for (const name of ["config", "junit", "filter", "project", "bundleVersionId"] as const) {
    if (options[name]?.startsWith("--")) throw new UsageError(`--${named(name)} requires a value, not an option`);
  }
  const { reporter, requests } = invocation(context, options, "anything");
  if (options.schema) {
    context.stdout.write(jsonText(CONFIGURATION_SCHEMA));
    return;
  }
  const paths = {
    config: givenPath(context, options.config, "--config"),
    junit: givenPath(context, options.junit, "--junit"),
  };
  const report = await testAgent(context, { ...options, ...paths }, {
    requests,
    credential: (changes) => credentialForJob(context, { ...options, requests }, reporter, { changes }),
    watch: (configuration, plan, progress, run) => {
      if (options.quiet) return run();
      reporter.warn(startText(configuration, plan.parallelRuns, progress.planned));
      const start = context.monotonic();
      const bar = () => progressBar(progress, context.monotonic() - start, context.stopped.aborted);
      const line = () => progressLine(progress, context.monotonic() - start);
      return showWait(context, bar, run, line, LINE_INTERVAL);
    },
  });
  reportTest(context, options, reporter, report);
}

function reportTest(context: Context, options: JsonOptions, reporter: Reporter, report: TestReport): void {
  const shown = shownPath(context, report.path);
  reporter.result(() => testText(report, shown), () => testJson(report));
  addJobSummary(context, jobSummary(report), reporter);

  const { experiment: { failed, ending }, unwritten, upload } = report;
  const failure = upload?.failure ?? null;
  for (const error of [unwritten, failure]) {
    // The JSON document already contains it.
    if (error !== null && !options.json) reporter.failure(error);
  }
  if (upload?.runBatchId === null) reporter.warn(keptText(shown));
  const isInterrupted = ending === "interrupted" || failure?.exitCode === INTERRUPTED;
  const code = isInterrupted ? INTERRUPTED : failed > 0 ? RUNS_FAILED : (failure ?? unwritten)?.exitCode ?? 0;
  if (code !== 0) throw new ReportedFailure(code);
}

function named(option: string): string {
  return option.replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`);
}
