/**
 * Serves the inputs of tests and stores their results (OpenAPI paths `/api/sync/*`).
 *
 * @module
 */
import { base32 } from "../text/base32.ts";
import { accessibleProjects, type Caller } from "./caller.ts";
import { HttpError, invalid, type Schemas } from "./http.ts";
import { BUNDLE } from "./seed.ts";
import type { Platform } from "./storage.ts";

/** The only project with a bundle. */
const OWNER = BUNDLE.bundle_version.project_id;

/** Returns a version of a bundle. */
export function pullBundle(caller: Caller, request: Schemas["PullRequest"]): Schemas["Bundle"] {
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

/** Stores a part of an experiment, and counts its runs. Parts may arrive in any order, and several times. */
export function storeResults(
  { storage, random, now }: Platform,
  caller: Caller,
  upload: Schemas["ResultUpload"],
): Schemas["UploadedResults"] {
  requireRuns(upload);
  const { run_batch: { experiment_id, status }, runs, run_results } = upload;
  const { bundle_version_id = null, project_id: named = null } = upload;
  requireVersion(caller, bundle_version_id);
  return storage.transaction(() => {
    const sql = "SELECT id, project_id FROM experiments WHERE experiment_id = ?";
    const [before] = storage.query<{ id: string; project_id: string | null }>(sql, experiment_id);
    const project_id = before?.project_id ?? (bundle_version_id === null ? named : OWNER);
    requireProject(caller, project_id);
    if (named !== null && named !== project_id) throw missing("project");
    const id = before?.id ?? `rb_${base32(random(new Uint8Array(16)))}`;
    if (before === undefined) {
      storage.insert("experiments", { id, experiment_id, bundle_version_id, project_id, status });
    } else if (status !== "running") {
      storage.query("UPDATE experiments SET status = ? WHERE id = ?", status, id);
    }
    const results = new Map(run_results.map((it) => [it.run_id, it]));
    const added = runs.filter(({ id: runId, ...run }) => {
      const insert = "INSERT INTO runs VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id";
      const result = results.get(runId) ?? null;
      return storage.query(insert, id, runId, JSON.stringify(run), JSON.stringify(result)).length > 0;
    });
    const count = "INSERT INTO usage VALUES (?, ?) ON CONFLICT (month) DO UPDATE SET runs = runs + excluded.runs";
    storage.query(count, monthOf(now()), added.length);
    return { run_batch_id: id };
  });
}

/** Returns how many runs this month has had. */
export function runsThisMonth({ storage, now }: Platform): number {
  const [usage] = storage.query<{ runs: number }>("SELECT runs FROM usage WHERE month = ?", monthOf(now()));
  return usage?.runs ?? 0;
}

/** In UTC, such as `2024-01`. */
function monthOf(time: string): string {
  return time.slice(0, 7);
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

/** Checks that every result belongs to one of the part's own runs, which a schema can't express. */
function requireRuns({ runs, run_results }: Schemas["ResultUpload"]): void {
  const ids = new Set(runs.map((it) => it.id));
  const index = run_results.findIndex((it) => !ids.has(it.run_id));
  if (index !== -1) throw invalid({ loc: ["body", "run_results", index, "run_id"], msg: "must be one of the runs" });
}

function missing(what: string): HttpError {
  return new HttpError(404, `This ${what} doesn't exist, or you have no access to it`);
}
