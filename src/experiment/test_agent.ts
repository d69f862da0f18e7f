/**
 * Use case: run the agent on every input, keep what came out, and upload it.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { ConfigurationError, FluxloopError, UsageError } from "../errors.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import { readConfiguration } from "./configuration.ts";
import { chosenInputs } from "./inputs.ts";
import type { Experiment, RunResult, TestConfiguration, TestInput } from "./model.ts";
import { pullInputs } from "./pull.ts";
import { createExperimentFolder, type ExperimentFolder } from "./results/folder.ts";
import { prepareJUnit, writeJUnit } from "./results/junit.ts";
import { type Ending, type Plan, type Progress, progressOf, runAll } from "./run_all.ts";
import { createRunner } from "./runners/mod.ts";
import { requireUploadPermission, uploadExperiment } from "./upload.ts";

/** What the command line says of a test. */
export interface TestRequest {
  /** The configuration, from the current folder; the usual one where it is left out. */
  readonly config?: string;
  /** The platform's inputs that are pulled instead of the configuration's. */
  readonly bundleVersionId?: string;
  readonly project?: string;
  /** Those inputs alone that hold this text. */
  readonly filter?: string;
  /** The first of them alone, and once. */
  readonly smoke?: boolean;
  readonly failFast?: boolean;
  /** What the configuration says where it is left out. */
  readonly skipUpload?: boolean;
  /** Where JUnit's XML goes, from the current folder. */
  readonly junit?: string;
}

/** What a test needs of whoever runs it. */
export interface TestServices {
  readonly requests: RequestOptions;
  /**
   * Finds the key; called where one is needed, and again where it may have expired meanwhile. `changes`: whether something
   * is uploaded with it.
   */
  readonly credential: (changes: boolean) => Promise<Target>;
  /** Shows how it goes while `work` is done. */
  readonly watch: <T>(test: TestConfiguration, progress: Progress, work: () => Promise<T>) => Promise<T>;
}

/** A run that failed, as reports name it. */
export type FailedRun = RunResult & { readonly outcome: { readonly status: "failed" } };

/** The outcome of a test. */
export interface TestReport {
  readonly experiment: Experiment;
  readonly ending: Ending;
  /** The folder with all results. */
  readonly path: string;
  /** The first runs that failed. */
  readonly failures: readonly FailedRun[];
  /** Why a report couldn't be written; the results themselves are complete. */
  readonly unwritten: FluxloopError | null;
  readonly upload: UploadOutcome;
}

/** What became of the upload: `kept` for later where the test was interrupted; `null` where none was wanted. */
export type UploadOutcome = { readonly runBatchId: string } | { readonly failure: FluxloopError } | "kept" | null;

/** How many failed runs a report names. */
const NAMED_FAILURES = 10;

/**
 * Runs a test. Whether its results may be uploaded is asked before the first run.
 *
 * @param context The outside world.
 * @param request What the command line says.
 * @param services What whoever runs it gives.
 * @returns What it came to, also when runs failed, when it was interrupted, when a report could not be written and when
 * the upload failed or was broken off.
 * @throws {MistakesError | ConfigurationError} When the configuration is wrong.
 * @throws {UsageError} When no input is left to run.
 * @throws {PermissionDeniedError} When the key may not upload, or not pull.
 * @throws What `services.credential`, the platform and the disk say before the first run.
 */
export async function testAgent(context: Context, request: TestRequest, services: TestServices): Promise<TestReport> {
  const { configuration, maskedText } = readConfiguration(context, request.config);
  const uploads = !(request.skipUpload ?? !configuration.autoUpload);
  const credential = uploads || pulls(request) ? await services.credential(uploads) : null;
  if (uploads) await requireUploadPermission(context, credential!, services.requests);

  // What only asks a server starts no process; a key that is kept elsewhere may have to be asked for again.
  if (configuration.runner.kind === "http" && (credential?.login ?? null) === null) context.renounceProcesses();
  const source = await sourceOf(context, request, configuration, credential, services.requests);
  const plan = planOf(request, configuration, source.inputs);
  if (request.junit !== undefined) prepareJUnit(context, request.junit);
  const prepared = await perform(context, configuration, plan, { ...source, maskedText }, services);
  const { folder, experiment } = prepared;
  // What came out goes to the platform whether or not a page can be made of it.
  const unwritten = await failureOf(() => folder.finish(experiment)) ??
    await failureOf(async () => request.junit && await writeJUnit(context, request.junit, folder.path));

  const { ending, failures } = prepared;
  const keeps = ending === "interrupted" ? "kept" : null;
  const upload = uploads ? keeps ?? await uploaded(context, folder.path, credential!, services) : null;
  return { experiment, ending, path: folder.path, failures, unwritten, upload };
}

function pulls({ bundleVersionId, project }: TestRequest): boolean {
  return bundleVersionId !== undefined || project !== undefined;
}

/** Where inputs come from. */
interface Source {
  readonly inputs: readonly TestInput[];
  readonly bundleVersionId: string | null;
  readonly projectId: string | null;
}

async function sourceOf(
  context: Context,
  request: TestRequest,
  { inputs }: TestConfiguration,
  credential: Target | null,
  requests: RequestOptions,
): Promise<Source> {
  if (pulls(request)) {
    const { bundleVersionId, project } = request;
    return await pullInputs(context, credential!, { bundleVersionId, project }, requests);
  }
  if (inputs !== null) return { inputs, bundleVersionId: null, projectId: null };
  throw new ConfigurationError(
    `${
      request.config ?? "fluxloop.yaml"
    } has no inputs; give it inputs or inputs_file, or pull them: --bundle-version-id`,
  );
}

function planOf(
  { filter, smoke = false, failFast = false }: TestRequest,
  { iterations, parallelRuns, runDelay, guards }: TestConfiguration,
  all: readonly TestInput[],
): Plan {
  const inputs = chosenInputs(all, filter, smoke);
  if (inputs.length === 0) {
    throw new UsageError(
      filter === undefined ? "There are no inputs to run" : "--filter leaves no input",
    );
  }
  return { inputs, iterations: smoke ? 1 : iterations, parallelRuns, runDelay, guards, failFast };
}

/** What was done of a plan. */
interface Performance {
  readonly folder: ExperimentFolder;
  readonly experiment: Experiment;
  readonly ending: Ending;
  readonly failures: readonly FailedRun[];
}

async function perform(
  context: Context,
  configuration: TestConfiguration,
  plan: Plan,
  { bundleVersionId, projectId, maskedText }: Source & { readonly maskedText: string },
  { watch, requests }: TestServices,
): Promise<Performance> {
  const runner = await createRunner(context, configuration, requests.caCerts ?? []);
  const progress = progressOf(plan);
  const failures: FailedRun[] = [];
  let folder: ExperimentFolder;
  let startedAt: Date;
  let ending: Ending;
  try {
    const origin = { planned: progress.planned, bundleVersionId, projectId };
    folder = await createExperimentFolder(context, configuration, maskedText, origin);
    startedAt = context.now();
    const keep = (result: RunResult) => {
      if (result.outcome.status === "failed" && failures.length < NAMED_FAILURES) failures.push(result as FailedRun);
      return folder.append(result);
    };
    ending = await watch(configuration, progress, async () => {
      // Agents that are slow to end are a part of the wait.
      try {
        return await runAll(context, plan, { runner, progress, keep });
      } finally {
        await runner.close();
      }
    });
  } catch (error) {
    await runner.close();
    throw error;
  }
  const experiment: Experiment = {
    id: folder.id,
    name: configuration.name,
    startedAt,
    endedAt: context.now(),
    ...progress,
    isPartial: ending !== "completed",
    bundleVersionId,
    projectId,
  };
  return { folder, experiment, ending, failures };
}

async function uploaded(
  context: Context,
  path: string,
  credential: Target,
  { requests, credential: anew }: TestServices,
): Promise<UploadOutcome> {
  try {
    // A test may take longer than an access token lives.
    const current = credential.login ? await anew(true) : credential;
    return await uploadExperiment(context, current, path, { requests });
  } catch (error) {
    if (!(error instanceof FluxloopError)) throw error;
    return { failure: error };
  }
}

/** @returns What `work` failed of; `null` where it did not. */
async function failureOf(work: () => Promise<unknown>): Promise<FluxloopError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof FluxloopError)) throw error;
    return error;
  }
}
