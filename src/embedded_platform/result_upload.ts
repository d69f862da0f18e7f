/**
 * What comes out of a test, as it is sent, read with care (OpenAPI schema `ResultUpload`).
 *
 * @module
 */
import type { ResultUpload } from "./contract.ts";
import { invalid } from "./request_body.ts";

type Place = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;

const EXPERIMENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
// deno-lint-ignore no-control-regex -- these are what must not be there
const RUN_ID = /^[^\x00-\x1f\x7f-\x9f]{1,500}$/;
const STATES = ["running", "completed", "interrupted"] as const;
const RUN_STATES = ["completed", "failed"] as const;

/**
 * @param fields What was sent.
 * @returns It, of the contract's form.
 * @throws {Refusal} 422, naming the first value that is wrong.
 */
export function readResultUpload(fields: Fields): Omit<ResultUpload, "upload_meta"> {
  const batch = objectAt(fields.run_batch, ["body", "run_batch"]);
  const runs = listAt(fields.runs, ["body", "runs"]).map(runAt);
  const ids = new Set(runs.map((it) => it.id));
  const results = listAt(fields.run_results, ["body", "run_results"]).map((it, index) => resultAt(it, index, ids));
  for (const name of ["artifacts", "turns", "turn_summaries"]) listAt(fields[name] ?? [], ["body", name]);
  objectAt(fields.upload_meta ?? {}, ["body", "upload_meta"]);
  return {
    bundle_version_id: idAt(fields.bundle_version_id, ["body", "bundle_version_id"]),
    project_id: idAt(fields.project_id, ["body", "project_id"]),
    run_batch: {
      experiment_id: textAt(batch.experiment_id, ["body", "run_batch", "experiment_id"], EXPERIMENT_ID),
      execution_target: oneAt(batch.execution_target, ["body", "run_batch", "execution_target"], ["local"]),
      status: oneAt(batch.status, ["body", "run_batch", "status"], STATES),
    },
    runs,
    run_results: results,
  };
}

function runAt(value: unknown, index: number): ResultUpload["runs"][number] {
  const at = ["body", "runs", index];
  const run = objectAt(value, at);
  return {
    id: textAt(run.id, [...at, "id"], RUN_ID),
    input_item_id: idAt(run.input_item_id, [...at, "input_item_id"]),
    persona_id: idAt(run.persona_id, [...at, "persona_id"]),
    status: oneAt(run.status, [...at, "status"], RUN_STATES),
  };
}

function resultAt(value: unknown, index: number, runs: ReadonlySet<string>): ResultUpload["run_results"][number] {
  const at = ["body", "run_results", index];
  const result = objectAt(value, at);
  const runId = textAt(result.run_id, [...at, "run_id"]);
  if (!runs.has(runId)) throw wrong([...at, "run_id"], "There is no such run among runs");
  const metrics = objectAt(result.metrics, [...at, "metrics"]);
  const duration = metrics.duration_ms;
  if (typeof duration !== "number" || duration < 0) {
    throw wrong([...at, "metrics", "duration_ms"], "A number from 0 on");
  }
  const summary = result.local_eval_summary;
  return {
    run_id: runId,
    status: oneAt(result.status, [...at, "status"], RUN_STATES),
    metrics: { ...metrics, duration_ms: duration },
    transcript: listAt(result.transcript, [...at, "transcript"]).map((it, place) => {
      const message = objectAt(it, [...at, "transcript", place]);
      const text = (name: "role" | "content") => textAt(message[name], [...at, "transcript", place, name]);
      return { role: text("role"), content: text("content") };
    }),
    ...(summary === undefined ? {} : { local_eval_summary: verdictAt(summary, [...at, "local_eval_summary"]) }),
  };
}

function verdictAt(value: unknown, at: Place): ResultUpload["run_results"][number]["local_eval_summary"] {
  const { verdict, scores = {}, failures = [] } = objectAt(value, at);
  const given = Object.entries(objectAt(scores, [...at, "scores"])).map(([name, score]): [string, number] => {
    if (typeof score !== "number") throw wrong([...at, "scores", name], "A number belongs here");
    return [name, score];
  });
  return {
    verdict: oneAt(verdict, [...at, "verdict"], ["passed", "failed"]),
    scores: Object.fromEntries(given),
    failures: listAt(failures, [...at, "failures"]).map((it, index) => {
      const { kind, message } = objectAt(it, [...at, "failures", index]);
      return {
        kind: textAt(kind, [...at, "failures", index, "kind"]),
        message: textAt(message, [...at, "failures", index, "message"]),
      };
    }),
  };
}

function objectAt(value: unknown, at: Place): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(at, value === undefined ? "Field required" : "An object belongs here");
}

function listAt(value: unknown, at: Place): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(at, value === undefined ? "Field required" : "A list belongs here");
}

function textAt(value: unknown, at: Place, form?: RegExp): string {
  if (typeof value !== "string") throw wrong(at, value === undefined ? "Field required" : "A text belongs here");
  if (form?.test(value) === false) throw wrong(at, "It is empty, too long, or has characters that do not belong here");
  return value;
}

function idAt(value: unknown, at: Place): string | null {
  return value === undefined || value === null ? null : textAt(value, at);
}

function oneAt<T extends string>(value: unknown, at: Place, choices: readonly T[]): T {
  const text = textAt(value, at);
  const choice = choices.find((it) => it === text);
  if (choice === undefined) throw wrong(at, `It is one of ${choices.join(", ")}`);
  return choice;
}

function wrong(at: Place, msg: string) {
  return invalid([{ loc: [...at], msg }]);
}
