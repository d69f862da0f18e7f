/**
 * `fluxloop test` (seed: "Multiple Profiles").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { type Console, consoleFor, type GlobalOptions } from "../console.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { uploadCommand } from "./upload.ts";

interface TestFlags extends GlobalOptions {
  readonly config?: string;
  readonly filter?: string;
  readonly smoke?: boolean;
  readonly failFast?: boolean;
  readonly bundleVersionId?: string;
  readonly project?: string;
  readonly skipUpload?: boolean;
  readonly junit?: string;
  readonly schema?: boolean;
}

/** The exit code where runs failed (design: "Errors"). */
const RUNS_FAILED = 10;
/** How often a line tells how it goes where no terminal is, in milliseconds. */
const TOLD_EVERY = 10_000;

/** @param context The outside world. */
export function testCommand(context: Context) {
  const command = new Command()
    .description(
      "Run the agent on every input, write what came out, and upload it.\n\n" +
        "What is run stands in fluxloop.yaml: the way to the agent, the inputs, how often and how many at once. Each\n" +
        "test has a folder of its own under its output_directory, with a page to look at: result.html. The agent gets\n" +
        "no FluxLoop key unless the configuration passes one; as it runs under your own user, it could read your files.",
    )
    .option("--config <file:string>", "Configuration to use. (Default: fluxloop.yaml)")
    .option("--bundle-version-id <id:string>", "Pull this version's inputs from the platform instead.")
    .option("--project <name:string>", "Pull the inputs of this project, by id or name.")
    .option("--filter <text:string>", "Run those inputs alone that hold this text.")
    .option("--smoke", "Run the first input alone, and once.")
    .option("--fail-fast", "End with the first run that fails.")
    .option("--skip-upload", "Upload nothing. (Default: what test.auto_upload says)")
    .option("--no-skip-upload", "Upload the results.")
    .option("--junit <file:string>", "Write a report in JUnit's XML, too.")
    .option("--schema", "Print the configuration's JSON Schema, for editors, and do nothing else.")
    .option("--json", "Output in JSON format.")
    .env("GITHUB_ACTIONS=<flag:string>", "In a job of GitHub's: adds a summary to its page, and masks the key there.")
    .example("With a profile's key", "fluxloop test --profile dev")
    .example("See whether the agent answers at all", "fluxloop test --smoke --skip-upload")
    .example("In CI", "fluxloop test --fail-fast --junit results.xml")
    .example("Send results that could not be uploaded", "fluxloop test upload")
    .action((options) => test(context, options as TestFlags));
  return withKeyVariables(command).command("upload", uploadCommand(context));
}

async function test(context: Context, options: TestFlags): Promise<void> {
  for (const name of ["config", "junit", "filter", "project", "bundleVersionId"] as const) {
    if (options[name]?.startsWith("--")) throw new UsageError(`--${named(name)} takes a value, not an option`);
  }
  const work = await import("./work.ts");
  const console = consoleFor(context, options);
  if (options.schema) {
    context.stdout.write(work.jsonText(work.CONFIGURATION_SCHEMA));
    return;
  }
  const report = await work.testAgent(context, options, {
    requests: console.requests,
    credential: () => work.credentialFor(context, options, console),
    watch: (configuration, progress, run) => {
      if (options.quiet) return run();
      console.warn(work.startText(configuration, progress.planned));
      const start = context.monotonic();
      return work.showWait(context, {
        drawn: () => work.progressBar(progress, context.monotonic() - start, context.stopped.aborted),
        written: () => work.progressLine(progress, context.monotonic() - start),
        writtenEvery: TOLD_EVERY,
      }, run);
    },
  });
  tell(context, options, console, work, report);
}

function tell(
  context: Context,
  options: TestFlags,
  console: Console,
  work: typeof import("./work.ts"),
  report: import("../../experiment/test_agent.ts").TestReport,
): void {
  const shown = work.shownPath(context, report.path);
  console.result(() => work.testText(report, shown), () => work.testJson(report));
  work.addJobSummary(context, work.jobSummary(report), console);

  const { experiment: { failed }, ending, unwritten, upload } = report;
  const failure = work.uploadFailure(upload);
  for (const told of [unwritten, failure]) {
    // The document holds it already.
    if (told !== null && !options.json) console.failure(told);
  }
  if (failure !== null || upload === "kept") console.warn(work.keptText(shown));
  const isInterrupted = ending === "interrupted" || failure?.exitCode === work.INTERRUPTED;
  const code = isInterrupted ? work.INTERRUPTED : failed > 0 ? RUNS_FAILED : (failure ?? unwritten)?.exitCode ?? 0;
  if (code !== 0) throw new ReportedFailure(code);
}

function named(option: string): string {
  return option.replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`);
}
