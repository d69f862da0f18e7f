/**
 * The inputs and the results of tests (OpenAPI paths `/api/sync/*`).
 *
 * @module
 */
import { base32 } from "../text/base32.ts";
import { accessibleProjects, type Caller } from "./caller.ts";
import type { Bundle, ResultUpload, Schemas } from "./contract.ts";
import { HttpError, invalid } from "./http.ts";
import type { Platform } from "./storage.ts";
import { utcMonth } from "./time.ts";

/** Returns a version of a bundle. @throws {HttpError} 404 if it isn't accessible, 422 if none is named. */
export function pullBundle({ storage }: Platform, caller: Caller, request: Schemas["PullRequest"]): Bundle {
  const { bundle_version_id: version = null, project_id: project = null } = request;
  if (version === null && project === null) {
    throw invalid({ loc: ["body", "bundle_version_id"], msg: "must be given unless project_id is" });
  }
  const projects = accessibleProjects(storage, caller).map((it) => it.id);
  if (project !== null && !projects.includes(project)) throw missing("project");
  const bundle = version === null ? storage.bundles.newest(project!) : storage.bundles.get(version);
  const owner = bundle?.bundle_version.project_id ?? "";
  if (bundle === undefined || !projects.includes(owner) || (project !== null && owner !== project)) {
    throw missing("bundle version");
  }
  return {
    bundle_version: bundle.bundle_version,
    input_items: request.include_inputs ?? true ? bundle.input_items : [],
    personas: request.include_personas ?? true ? bundle.personas : [],
    criteria_pack: request.include_criteria ?? true ? bundle.criteria_pack : [],
  };
}

/** Stores a part of an experiment. @throws {HttpError} 404 if its project isn't accessible, 422 for an unknown run. */
export function storeResults(
  { storage, random, now }: Platform,
  caller: Caller,
  upload: ResultUpload,
): Schemas["UploadedResults"] {
  requireRuns(upload);
  const { accountId } = caller;
  const { run_batch: { experiment_id: experimentId, status } } = upload;
  const { bundle_version_id: version = null, project_id: named = null } = upload;
  const projects = accessibleProjects(storage, caller).map((it) => it.id);
  const createdAt = now();
  return storage.transaction(() => {
    const before = storage.runBatches.find(accountId, experimentId);
    const bundle = version === null ? undefined : storage.bundles.get(version);
    const projectId = before?.projectId ?? bundle?.bundle_version.project_id ?? named;
    const isAccessible = projectId === null || projects.includes(projectId);
    if (version !== null && (bundle === undefined || !isAccessible)) throw missing("bundle version");
    if (!isAccessible || (named !== null && named !== projectId)) throw missing("project");
    const id = before?.id ?? `rb_${base32(random(new Uint8Array(16)))}`;
    const batch = { id, accountId, experimentId, bundleVersionId: version, projectId, status, createdAt };
    const added = storage.runBatches.add(batch, upload);
    if (added > 0) storage.accounts.addRuns(accountId, utcMonth(createdAt), added);
    return { run_batch_id: id };
  });
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
