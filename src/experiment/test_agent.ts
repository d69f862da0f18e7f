import { resolve } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError, FluxloopError, UsageError } from "../errors.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import { CONFIGURATION_FILE, readConfiguration } from "./configuration.ts";
import { selectInputs } from "./inputs.ts";
import type { Experiment, InputList, RunResult, TestConfiguration } from "./model.ts";
import { pullInputs, type PullOptions } from "./pull.ts";
import { createExperimentFolder } from "./results/folder.ts";
import { writeJUnit } from "./results/junit.ts";
import { checkWritable } from "./results/result_files.ts";
import { initialProgress, type Plan, type Progress, runAll } from "./run_all.ts";
import { httpRunner } from "./runners/http.ts";
import { Processes } from "./runners/process.ts";
import { requireUploadPermission, uploadExperiment } from "./upload.ts";

/** The options of a test. With a bundle version or project, inputs are pulled from the platform. */
export interface TestRequest extends PullOptions {
  /** The configuration file; `fluxloop.yaml` by default. */
  readonly config?: string;
  /** Selects inputs that contain this text. */
  readonly filter?: string;
  /** Runs only the first input, once. */
  readonly smoke?: boolean;
  readonly failFast?: boolean;
  /** Overrides the configuration. */
  readonly skipUpload?: boolean;
  /** The file for a JUnit report. */
  readonly junit?: string;
}

/** What a test needs from the command that runs it. */
export interface TestServices {
  readonly requests: RequestOptions;
  /**
   * Finds the key: before the runs, and again before the upload if it may have expired.
   *
   * @param changes Whether the key is used to upload something.
   */
  readonly credential: (changes: boolean) => Promise<Target>;
  /** Shows the progress of `work`. `plan` may have fewer parallel runs than the configuration, if the system limits them. */
  readonly watch: <T>(
    configuration: TestConfiguration,
    plan: Plan,
    progress: Progress,
    work: () => Promise<T>,
  ) => Promise<T>;
}

export type FailedRun = RunResult & { readonly outcome: { readonly status: "failed" } };

export interface TestReport {
  readonly experiment: Experiment;
  /** The folder with all results. */
  readonly path: string;
  /** The first failed runs. */
  readonly failures: readonly FailedRun[];
  /** Why a report couldn't be written; the results themselves are complete. */
  readonly unwritten: FluxloopError | null;
  /** The upload, unless it was skipped. After an interrupted test, there is neither a batch nor a failure. */
  readonly upload: { readonly runBatchId: string | null; readonly failure: FluxloopError | null } | null;
}

/** How many failed runs a report lists. */
const REPORTED_FAILURES = 10;

/**
 * Runs the agent on every input, saves the results, and uploads them. Upload permission is checked before the first run.
 *
 * @returns The outcome, also when runs failed, the test was interrupted, or a report or the upload failed.
 * @throws {MistakesError | ConfigurationError} When the configuration is invalid.
 * @throws {UsageError} When there are no inputs to run.
 * @throws {PermissionDeniedError} When the key can't upload, or can't pull.
 * @throws What `services.credential`, the platform and the file system throw before the first run.
 */
export async function testAgent(context: Context, request: TestRequest, services: TestServices): Promise<TestReport> {
  const configuration = readConfiguration(context, request.config);
  const { skipUpload = !configuration.autoUpload } = request;
  const junit = request.junit === undefined ? null : resolve(context.cwd(), request.junit);
  const pulls = request.bundleVersionId !== undefined || request.project !== undefined;
  const credential = !skipUpload || pulls ? await services.credential(!skipUpload) : null;
  if (!skipUpload) await requireUploadPermission(context, credential!);

  // Refreshing a browser login may have to run the keychain's helper.
  if (configuration.runner.kind === "http" && (credential?.login ?? null) === null) context.renounceProcesses();
  const { inputs, ...source } = pulls
    ? await pullInputs(context, credential!, request)
    : { inputs: ownInputs(configuration, request), bundleVersionId: null, projectId: null };
  const plan = planOf(context, request, configuration, inputs);
  if (junit !== null) checkWritable(junit);
  const runner = configuration.runner.kind === "http"
    ? httpRunner(context, configuration.runner, services.requests.caCerts)
    : new Processes(context, configuration.runner, plan.parallelRuns);

  const progress = initialProgress(plan);
  const folder = await createExperimentFolder(context, configuration, { ...source, planned: progress.planned });
  const { path } = folder;
  const failures: FailedRun[] = [];
  const keep = (result: RunResult) => {
    folder.append(result);
    if (result.outcome.status === "failed" && failures.length < REPORTED_FAILURES) failures.push(result as FailedRun);
  };
  const ending = await services.watch(configuration, plan, progress, async () => {
    try {
      return await runAll(context, plan, runner, progress, keep);
    } finally {
      // Agents may need time to stop, during which the progress is still shown.
      await runner.close();
    }
  });
  const experiment = { ...folder.experiment, ...progress, endedAt: context.now(), ending };
  const unwritten = await failureOf(async () => {
    await folder.finish(experiment);
    if (junit !== null) await writeJUnit(junit, path);
  });
  const report = { experiment, path, failures, unwritten };
  if (skipUpload) return { ...report, upload: null };
  let runBatchId: string | null = null;
  // The results are uploaded even if a report of them can't be written.
  const failure = ending === "interrupted" ? null : await failureOf(async () => {
    // A test may take longer than an access token is valid.
    const current = credential!.login ? await services.credential(true) : credential!;
    runBatchId = await uploadExperiment(context, current, path);
  });
  return { ...report, upload: { runBatchId, failure } };
}

function ownInputs({ inputs }: TestConfiguration, { config = CONFIGURATION_FILE }: TestRequest): InputList {
  if (inputs !== null) return inputs;
  throw new ConfigurationError(
    `${config} has no inputs. Add inputs or inputs_file, or pass --project or --bundle-version-id.`,
  );
}

function planOf(
  context: Context,
  { filter, smoke = false, failFast = false }: TestRequest,
  { iterations, parallelRuns: wantedRuns, runDelay, guards, runner }: TestConfiguration,
  all: InputList,
): Plan {
  const inputs = selectInputs(all, filter, smoke);
  if (inputs.length === 0) {
    throw new UsageError(
      filter === undefined
        ? "The bundle version has no inputs"
        : `No ID, text or persona contains "${filter}" (--filter)`,
    );
  }
  const parallelRuns = runner.kind === "http" ? wantedRuns : Math.min(wantedRuns, context.maxPrograms);
  return { inputs, iterations: smoke ? 1 : iterations, parallelRuns, runDelay, guards, failFast };
}

async function failureOf(work: () => Promise<void>): Promise<FluxloopError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof FluxloopError)) throw error;
    return error;
  }
}
