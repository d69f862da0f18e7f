/**
 * Tests and the platform: what they are run on goes out, what came out of them comes in (OpenAPI paths `/api/sync/pull`,
 * `/api/sync/upload`).
 *
 * @module
 */
import { base32 } from "../text/base32.ts";
import { Refusal } from "./answers.ts";
import type { Caller } from "./authenticate.ts";
import type { Bundle, PullRequest, ResultUpload, SentenceError, UploadedResults } from "./contract.ts";
import type { KeyKeeper } from "./key_policy.ts";
import { reachableProjects, requirePermission } from "./reach.ts";
import { invalid, readBody } from "./request_body.ts";
import { utcMonth } from "./time.ts";

/** The most that is read of a part of an experiment, in bytes. */
const PART_LIMIT = 4 * 1024 * 1024;

/**
 * @param platform Storage.
 * @param caller Who asks.
 * @param request What was sent.
 * @returns The version that was asked for.
 * @throws {Refusal} 403 without `read_scenarios`, 404 for what is not there or not in reach, 422 for what cannot be.
 */
export async function pullBundle({ storage }: KeyKeeper, caller: Caller, request: Request): Promise<Bundle> {
  requirePermission(caller, "read_scenarios", "read scenarios");
  const { bundle_version_id: version = null, project_id: project = null, ...include } = await readBody<PullRequest>(
    request,
    "/components/schemas/PullRequest",
  );
  if (version === null && project === null) {
    throw invalid([{ loc: ["body", "bundle_version_id"], msg: "must be given unless project_id is" }]);
  }
  const projects = reachableProjects(storage, caller).map((it) => it.id);
  if (project !== null && !projects.includes(project)) throw missing("project");
  const bundle = version === null ? storage.bundles.newest(project!) : storage.bundles.get(version);
  const owner = bundle?.bundle_version.project_id ?? "";
  if (bundle === undefined || !projects.includes(owner) || (project !== null && owner !== project)) {
    throw missing("version of a bundle");
  }
  return {
    bundle_version: bundle.bundle_version,
    input_items: include.include_inputs ?? true ? bundle.input_items : [],
    personas: include.include_personas ?? true ? bundle.personas : [],
    criteria_pack: include.include_criteria ?? true ? bundle.criteria_pack : [],
  };
}

/**
 * @param platform Storage, clock and randomness.
 * @param caller Who sends.
 * @param request A part of an experiment.
 * @returns The experiment's id here.
 * @throws {Refusal} 403 without `upload_results`, 404 for what is not in reach, 413 and 422 for what cannot be.
 */
export async function takeResults(platform: KeyKeeper, caller: Caller, request: Request): Promise<UploadedResults> {
  requirePermission(caller, "upload_results", "upload results");
  const { storage, now } = platform;
  const upload = await readBody<ResultUpload>(request, "/components/schemas/ResultUpload", PART_LIMIT);
  requireRuns(upload);
  const before = storage.runBatches.find(caller.accountId, upload.run_batch.experiment_id);
  const { bundle_version_id: version = null, project_id: named = null } = upload;
  const bundle = version === null ? undefined : storage.bundles.get(version);
  const projectId = before?.projectId ?? bundle?.bundle_version.project_id ?? named;
  const isInReach = projectId === null || reachableProjects(storage, caller).some((it) => it.id === projectId);
  if (version !== null && (bundle === undefined || !isInReach)) throw missing("version of a bundle");
  if (!isInReach || (named !== null && named !== projectId)) throw missing("project");
  const receivedAt = now();
  const part = {
    accountId: caller.accountId,
    freshId: `rb_${base32(platform.random(new Uint8Array(16)))}`,
    bundleVersionId: version,
    projectId,
    receivedAt,
    upload,
  };
  const count = (runs: number) => storage.accounts.addRuns(caller.accountId, utcMonth(receivedAt), runs);
  return { run_batch_id: storage.runBatches.take(part, count) };
}

/** Every result belongs to one of the part's own runs, which a schema can't say. */
function requireRuns({ runs, run_results }: ResultUpload): void {
  const ids = new Set(runs.map((it) => it.id));
  const index = run_results.findIndex((it) => !ids.has(it.run_id));
  if (index !== -1) throw invalid([{ loc: ["body", "run_results", index, "run_id"], msg: "must be one of the runs" }]);
}

function missing(what: string): Refusal {
  // What lies out of a key's reach is as what there is not: nothing is told of it.
  return new Refusal(404, { detail: `There is no such ${what}, or none in reach` } satisfies SentenceError);
}
