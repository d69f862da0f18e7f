/**
 * The inputs and the results of tests (OpenAPI paths `/api/sync/*`).
 *
 * @module
 */
import { base32 } from "../text/base32.ts";
import { accessibleProjects, type Caller } from "./caller.ts";
import type { Bundle, ResultUpload, Schemas } from "./contract.ts";
import { HttpError, invalid } from "./http.ts";
import { BUNDLE } from "./seed.ts";
import type { Platform } from "./storage.ts";

/** The only project with a bundle. */
const OWNER = BUNDLE.bundle_version.project_id;

/** Returns a version of a bundle. */
export function pullBundle(caller: Caller, request: Schemas["PullRequest"]): Bundle {
  const { bundle_version_id: version = null, project_id: project = null } = request;
  if (version === null && project === null) {
    throw invalid({ loc: ["body", "bundle_version_id"], msg: "must be given unless project_id is" });
  }
  requireProject(caller, project);
  requireVersion(caller, version);
  if (project !== null && project !== OWNER) throw missing("bundle version");
  return {
    bundle_version: BUNDLE.bundle_version,
    input_items: request.include_inputs ?? true ? BUNDLE.input_items : [],
    personas: request.include_personas ?? true ? BUNDLE.personas : [],
    criteria_pack: request.include_criteria ?? true ? BUNDLE.criteria_pack : [],
  };
}

/** Stores a part of an experiment. */
export function storeResults(
  { storage, random, now }: Platform,
  caller: Caller,
  upload: ResultUpload,
): Schemas["UploadedResults"] {
  requireRuns(upload);
  const { run_batch: { experiment_id: experimentId, status }, runs, run_results } = upload;
  const { bundle_version_id: version = null, project_id: named = null } = upload;
  requireVersion(caller, version);
  return storage.transaction(() => {
    const { experiments } = storage;
    const before = experiments.find(experimentId);
    const projectId = before?.projectId ?? (version === null ? named : OWNER);
    requireProject(caller, projectId);
    if (named !== null && named !== projectId) throw missing("project");
    const id = before?.id ?? `rb_${base32(random(new Uint8Array(16)))}`;
    if (before === undefined) experiments.add({ id, experimentId, bundleVersionId: version, projectId, status });
    // Parts may arrive in any order.
    else if (status !== "running") experiments.setStatus(id, status);
    const results = new Map(run_results.map((it) => [it.run_id, it]));
    experiments.addRuns(runs.filter((it) => experiments.addRun(id, it, results.get(it.id))).length, now());
    return { run_batch_id: id };
  });
}

function requireProject(caller: Caller, project: string | null): void {
  if (project === null || accessibleProjects(caller).some((it) => it.id === project)) return;
  throw missing("project");
}

function requireVersion(caller: Caller, version: string | null): void {
  if (version === null) return;
  const isAccessible = accessibleProjects(caller).some((it) => it.id === OWNER);
  if (version !== BUNDLE.bundle_version.id || !isAccessible) throw missing("bundle version");
}

/** Every result belongs to one of the part's own runs, which a schema can't express. */
function requireRuns({ runs, run_results }: ResultUpload): void {
  const ids = new Set(runs.map((it) => it.id));
  const index = run_results.findIndex((it) => !ids.has(it.run_id));
  if (index !== -1) throw invalid({ loc: ["body", "run_results", index, "run_id"], msg: "must be one of the runs" });
}

function missing(what: string): HttpError {
  return new HttpError(404, `This ${what} doesn't exist, or you have no access to it`);
}
