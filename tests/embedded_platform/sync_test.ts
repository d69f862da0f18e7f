import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { NewApiKey } from "../../src/embedded_platform/api_keys.ts";
import { BUNDLE } from "../../src/embedded_platform/seed.ts";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import type { Storage } from "../../src/embedded_platform/storage.ts";
import { assertMatchesSchema, assertResponse } from "./contract.ts";
import { ask, bearer, DOCUMENTED_KEY, SEED_TIME, startPlatform, storedExperiment } from "./running_platform.ts";

const PULL = "/api/sync/pull";
const UPLOAD = "/api/sync/upload";
const READER = "flux_ci_reader00000000000000000000000";
const WRITER = "flux_ci_writer00000000000000000000000";
const NARROW = "flux_ci_narrow00000000000000000000000";
const EXPERIMENT = "exp_20240116T000000Z_abcdefgh";
/** The runs of the seeded account. */
const USED = 234;

interface CheckedResponse {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- JSON that was checked against the contract
  readonly body: any;
}

/** @returns A part of an experiment with these runs. */
function part(runs: readonly string[], more: Record<string, unknown> = {}, status = "completed") {
  return {
    bundle_version_id: "bv_1",
    run_batch: { experiment_id: EXPERIMENT, execution_target: "local", status },
    runs: runs.map((id) => ({ id, input_item_id: "inp_1", persona_id: null, status: "completed" })),
    run_results: runs.map((run_id) => ({
      run_id,
      status: "completed",
      metrics: { duration_ms: 1.5 },
      transcript: [{ role: "user", content: "Hello" }, { role: "assistant", content: `\0 ${run_id} \ud800` }],
      local_eval_summary: { verdict: "passed", scores: { tone: 0.5 }, failures: [] },
    })),
    artifacts: [],
    turns: [],
    turn_summaries: [],
    upload_meta: { part: 1, is_last: true },
    ...more,
  };
}

describe("inputs and results of tests", () => {
  let platform: LocalPlatform;
  let storage: Storage;

  beforeEach(async () => {
    platform = await startPlatform(null);
    storage = platform.storage;
    const add = (key: Partial<NewApiKey> & Pick<NewApiKey, "key">) =>
      storage.apiKeys.add({
        name: "x",
        created_at: SEED_TIME,
        expires_at: null,
        scopes: "all_projects",
        permissions: ["read_scenarios", "upload_results"],
        ...key,
      });
    add({ key: READER, permissions: ["read_scenarios"] });
    add({ key: WRITER, permissions: ["upload_results"] });
    add({ key: NARROW, scopes: ["prj_2"] });
  });

  afterEach(() => platform.stop());

  async function post(key: string, path: string, body: unknown): Promise<CheckedResponse> {
    const headers = { ...bearer(key).headers, "content-type": "application/json" };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await ask(platform, path, { method: "POST", headers, body: text });
    return { status: response.status, body: await assertResponse(response, "POST", path) };
  }
  const pull = (key: string, body: unknown) => post(key, PULL, body);
  const upload = (key: string, body: unknown) => post(key, UPLOAD, body);
  const used = () => storage.query<{ runs: number }>("SELECT runs FROM usage")[0].runs;
  const uploaded = () => storedExperiment(storage, EXPERIMENT);

  it("are pulled by bundle version", async () => {
    assertEquals(await pull(DOCUMENTED_KEY, { bundle_version_id: "bv_1" }), { status: 200, body: BUNDLE });
  });

  it("are pulled by project", async () => {
    assertEquals((await pull(READER, { project_id: "prj_1" })).body, BUNDLE);
  });

  it("include only what was requested", async () => {
    const { body } = await pull(READER, { project_id: "prj_1", include_inputs: false, include_criteria: false });
    assertEquals([body.input_items, body.personas, body.criteria_pack], [[], BUNDLE.personas, []]);
  });

  const unavailable: [string, string, unknown, number][] = [
    ["an unknown version", DOCUMENTED_KEY, { bundle_version_id: "bv_9" }, 404],
    ["an unknown project", DOCUMENTED_KEY, { project_id: "prj_9" }, 404],
    ["a project without a bundle", DOCUMENTED_KEY, { project_id: "prj_2" }, 404],
    ["another project's version", DOCUMENTED_KEY, { bundle_version_id: "bv_1", project_id: "prj_2" }, 404],
    ["a version outside the key's scopes", NARROW, { bundle_version_id: "bv_1" }, 404],
    ["a project outside the key's scopes", NARROW, { project_id: "prj_1" }, 404],
    ["neither a version nor a project", DOCUMENTED_KEY, {}, 422],
    ["a number as the version", DOCUMENTED_KEY, { bundle_version_id: 1 }, 422],
    ["an invalid include_inputs", DOCUMENTED_KEY, { project_id: "prj_1", include_inputs: "yes" }, 422],
    ["truncated JSON", DOCUMENTED_KEY, '{"project_id":', 422],
  ];
  for (const [what, key, body, status] of unavailable) {
    it(`can't be pulled with ${what}`, async () => assertEquals((await pull(key, body)).status, status));
  }

  const denied: [string, string, string, string][] = [
    ["pulled", WRITER, PULL, "read_scenarios"],
    ["uploaded", READER, UPLOAD, "upload_results"],
  ];
  for (const [what, key, path, required] of denied) {
    it(`can't be ${what} without ${required}, even with an invalid body`, async () => {
      const { status, body } = await post(key, path, "{");
      assertEquals([status, body.required_permission, body.code], [403, required, "permission_denied"]);
    });
  }

  it("are stored with their experiment", async () => {
    const { status, body } = await upload(WRITER, part(["a", "b"]));
    assertMatchesSchema(part(["a"]), "/components/schemas/ResultUpload");
    const { results, ...experiment } = uploaded()!;
    assertEquals([status, experiment], [200, {
      id: body.run_batch_id,
      experiment_id: EXPERIMENT,
      bundle_version_id: "bv_1",
      project_id: "prj_1",
      status: "completed",
    }]);
    assertEquals(results.map((it) => it.transcript[1].content), ["\0 a \ud800", "\0 b \ud800"]);
  });

  it("count each run once, however often it is uploaded", async () => {
    const parts = [["a", "b"], ["b", "c"], ["a", "b"], ["d"], ["a", "b", "c", "d"]];
    const responses = await Promise.all(parts.map((runs) => upload(DOCUMENTED_KEY, part(runs))));
    assertEquals(new Set(responses.map((it) => it.body.run_batch_id)).size, 1);
    assertEquals([uploaded()?.results.length, used()], [4, USED + 4]);
  });

  it("count towards the account's usage", async () => {
    await upload(DOCUMENTED_KEY, part(["a", "b", "c"]));
    const me = await (await ask(platform, "/api/auth/me", bearer(READER))).json();
    assertEquals(me.usage.runs_this_month, USED + 3);
  });

  for (const last of ["completed", "interrupted"]) {
    it(`keep an experiment ${last} after its last part`, async () => {
      const states: (string | undefined)[] = [];
      for (const state of ["running", last, "running"]) {
        await upload(DOCUMENTED_KEY, part([], {}, state));
        states.push(uploaded()?.status);
      }
      assertEquals(states, ["running", last, last]);
    });
  }

  it("need no bundle if the inputs are local", async () => {
    const { status } = await upload(NARROW, part(["a"], { bundle_version_id: null, project_id: "prj_2" }));
    assertEquals([status, uploaded()?.project_id], [200, "prj_2"]);
  });

  const twice = part(["a"]).run_results[0];
  const rejected: [string, string, unknown, number, string?][] = [
    ["for a version outside the key's scopes", NARROW, part(["a"]), 404],
    [
      "for a project outside the key's scopes",
      NARROW,
      part(["a"], { bundle_version_id: null, project_id: "prj_1" }),
      404,
    ],
    ["for a project other than the version's", DOCUMENTED_KEY, part(["a"], { project_id: "prj_2" }), 404],
    ["for an unknown version", DOCUMENTED_KEY, part(["a"], { bundle_version_id: "bv_9" }), 404],
    ["without an experiment", DOCUMENTED_KEY, { runs: [], run_results: [] }, 422, "body.run_batch"],
    [
      "with a path as the experiment ID",
      DOCUMENTED_KEY,
      { ...part([]), run_batch: { ...part([]).run_batch, experiment_id: "../x" } },
      422,
      "body.run_batch.experiment_id",
    ],
    ["with an unknown status", DOCUMENTED_KEY, part([], {}, "lost"), 422, "body.run_batch.status"],
    ["with an empty run ID", DOCUMENTED_KEY, part([""]), 422, "body.runs.0.id"],
    ["with a control character in a run ID", DOCUMENTED_KEY, part(["a", "b\0"]), 422, "body.runs.1.id"],
    ["with runs that aren't a list", DOCUMENTED_KEY, part([], { runs: {} }), 422, "body.runs"],
    [
      "with a result of an unknown run",
      DOCUMENTED_KEY,
      part([], { run_results: [twice] }),
      422,
      "body.run_results.0.run_id",
    ],
    [
      "with a negative duration",
      DOCUMENTED_KEY,
      part(["a"], { run_results: [{ ...twice, metrics: { duration_ms: -1 } }] }),
      422,
      "body.run_results.0.metrics.duration_ms",
    ],
    [
      "with a transcript of numbers",
      DOCUMENTED_KEY,
      part(["a"], { run_results: [{ ...twice, transcript: [7] }] }),
      422,
      "body.run_results.0.transcript.0",
    ],
    [
      "with a score that isn't a number",
      DOCUMENTED_KEY,
      part(["a"], { run_results: [{ ...twice, local_eval_summary: { verdict: "passed", scores: { a: "b" } } }] }),
      422,
      "body.run_results.0.local_eval_summary.scores.a",
    ],
    ["with null as the body", DOCUMENTED_KEY, null, 422, "body"],
    ["with more than 4 MiB", DOCUMENTED_KEY, part(["a"], { artifacts: [{ text: "x".repeat(4 * 1024 * 1024) }] }), 413],
  ];
  for (const [what, key, body, status, location] of rejected) {
    it(`aren't stored ${what}`, async () => {
      const response = await upload(key, body);
      const named = location === undefined ? undefined : response.body.detail[0].loc.join(".");
      assertEquals([response.status, named, uploaded(), used()], [status, location, undefined, USED]);
    });
  }

  it("are stored from a part of nearly 4 MiB", async () => {
    const long = { ...twice, transcript: [{ role: "user", content: "x".repeat(4_000_000) }] };
    assertEquals((await upload(DOCUMENTED_KEY, part(["a"], { run_results: [long] }))).status, 200);
  });

  it("survive a restart", async () => {
    const dataDir = await Deno.makeTempDir();
    for (const runs of [["a"], ["a", "b"]]) {
      await platform.stop();
      platform = await startPlatform(dataDir);
      storage = platform.storage;
      await upload(DOCUMENTED_KEY, part(runs));
    }
    assertEquals([uploaded()?.results.length, used()], [2, USED + 2]);
    await platform.stop();
    await Deno.remove(dataDir, { recursive: true });
  });
});
