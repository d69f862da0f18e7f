import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import {
  ConfigurationError,
  FluxloopError,
  NetworkError,
  NotFoundError,
  PermissionDeniedError,
  PlatformError,
} from "../../src/errors.ts";
import { BUNDLE } from "../../src/embedded_platform/seed.ts";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import { openStorage, type Storage } from "../../src/embedded_platform/storage.ts";
import { failureText } from "../../src/output/failure.ts";
import { styleFor } from "../../src/output/style.ts";
import { pullInputs, type PullOptions } from "../../src/experiment/pull.ts";
import { latestExperiment, requireUploadPermission, uploadExperiment } from "../../src/experiment/upload.ts";
import { DOCUMENTED_KEY, SEED_TIME, startPlatform, storedExperiment } from "../embedded_platform/running_platform.ts";
import { DOCUMENTED_DAY, removeTestHomes, type World, world } from "../support/world.ts";
import { DOCUMENTED } from "../support/documentation.ts";
import { experimentOf, failed, passed } from "../support/experiments.ts";

const READER = "flux_ci_reader00000000000000000000000";
const WRITER = "flux_ci_writer00000000000000000000000";
const USED = 234;
/** Too large for one part, which has at most 256 KiB. */
const LARGE = Array.from({ length: 60 }, (_, index) => passed(index, "ä\n".repeat(5000)));

describe("an upload", () => {
  let platform: LocalPlatform;
  let storage: Storage;
  let dataDir: string;
  let here: World;
  /** Sizes of the sent parts, in bytes. */
  let sizes: number[];
  /** What happens to a part in transit. */
  let network: (request: Request) => Promise<"pass" | "fail" | "lose">;

  beforeEach(async () => {
    dataDir = await Deno.makeTempDir();
    await start();
    sizes = [];
    network = () => Promise.resolve("pass");
    const real = world().context.fetch;
    here = world({
      async fetch(request, connection) {
        const isPart = request.url.endsWith("/api/sync/upload");
        if (isPart) sizes.push((await request.clone().arrayBuffer()).byteLength);
        const fate = isPart ? await network(request.clone()) : "pass";
        if (fate === "fail") throw new TypeError("connection reset by peer (os error 104)");
        const response = await real(request, connection);
        if (fate === "pass") return response;
        await response.arrayBuffer();
        throw new TypeError("connection reset by peer (os error 104)");
      },
    });
  });

  afterEach(async () => {
    storage.close();
    await platform.stop();
    await Deno.remove(dataDir, { recursive: true });
    removeTestHomes();
  });

  async function start(): Promise<void> {
    const now = () => DOCUMENTED_DAY;
    platform = await startPlatform(dataDir, { now });
    storage = openStorage(dataDir);
    const common = { name: "x", created_at: SEED_TIME, expires_at: null } as const;
    if (storage.apiKeys.list().length > 1) return;
    storage.apiKeys.add({ ...common, key: READER, scopes: "all_projects", permissions: ["read_scenarios"] });
    storage.apiKeys.add({ ...common, key: WRITER, scopes: ["prj_1"], permissions: ["upload_results"] });
  }

  const target = (key = DOCUMENTED_KEY) => ({ apiUrl: new URL(platform.url), key });
  const upload = (folder: string, key?: string) => uploadExperiment(here.context, target(key), folder);
  const create = (results: Parameters<typeof experimentOf>[2], options?: Parameters<typeof experimentOf>[3]) =>
    experimentOf(here.context, `${here.home}/results`, results, options);
  const sent = (folder: string) => storedExperiment(storage, folder.slice(folder.indexOf("exp_")));
  const used = () => storage.query<{ runs: number }>("SELECT runs FROM usage")[0].runs;

  it("sends each run with its result", async () => {
    const folder = await create([passed(1), failed(2)], { origin: { bundleVersionId: "bv_1", projectId: "prj_1" } });
    const runBatchId = await upload(folder);
    const { id, status, results, bundle_version_id } = sent(folder)!;
    assertEquals([id, status, results.length, bundle_version_id], [runBatchId, "completed", 2, "bv_1"]);
    assertEquals(used(), USED + 2);
    assertEquals(results[1], {
      run_id: "run_2",
      status: "failed",
      metrics: { duration_ms: 102, iteration: 0 },
      transcript: [{ role: "user", content: "Question 2" }],
      local_eval_summary: {
        verdict: "failed",
        scores: {},
        failures: [{ kind: "timeout", message: "The agent took longer than 30 s" }],
      },
    });
  });

  it("sends parts of about 256 KiB at most", async () => {
    const folder = await create(LARGE);
    await upload(folder);
    assertEquals([sizes.length > 2, sizes.every((it) => it < 260 * 1024), sent(folder)?.results.length], [
      true,
      true,
      60,
    ]);
  });

  it("truncates an output that is larger than a part, and says so", async () => {
    const folder = await create([passed(1, "\0".repeat(2_000_000)), passed(2)]);
    await upload(folder);
    const { results: [truncated, ...others] } = sent(folder)!;
    assertEquals([truncated.metrics.truncated, truncated.transcript[1].content.length, others.length], [
      true,
      262_144,
      1,
    ]);
  });

  it("counts each run once when repeated", async () => {
    const folder = await create([passed(1), passed(2)]);
    const first = await upload(folder);
    assertEquals([await upload(folder), used()], [first, USED + 2]);
  });

  it("counts each run once when repeated after a network failure", async () => {
    const folder = await create(LARGE);
    let parts = 0;
    network = () => Promise.resolve(++parts < 3 ? "pass" : "fail");
    await assertRejects(() => upload(folder), NetworkError);
    const before = sent(folder)!;
    network = () => Promise.resolve("pass");
    await upload(folder);
    assertEquals([before.status, sent(folder)?.status, sent(folder)?.results.length], ["running", "completed", 60]);
    assertEquals(used(), USED + 60);
  });

  it("resends a part whose response was lost, and counts it once", async () => {
    const folder = await create(LARGE);
    let parts = 0;
    network = () => Promise.resolve(++parts % 2 === 1 ? "lose" : "pass");
    await upload(folder);
    assertEquals([sent(folder)?.results.length, used()], [60, USED + 60]);
  });

  it("reports a platform that lost earlier parts, and can be repeated", async () => {
    const folder = await create(LARGE);
    let parts = 0;
    network = async () => {
      if (++parts !== 3) return "pass";
      storage.close();
      await platform.stop();
      await Deno.remove(dataDir, { recursive: true });
      const port = Number(new URL(platform.url).port);
      platform = await startPlatform(dataDir, { port, now: () => DOCUMENTED_DAY });
      storage = openStorage(dataDir);
      return "pass";
    };
    await assertRejects(
      () => upload(folder),
      PlatformError,
      "lost uploaded runs. Upload them again: fluxloop test upload",
    );
    await upload(folder);
    assertEquals([sent(folder)?.results.length, used()], [60, USED + 60]);
  });

  it("sends the finished runs of a killed program", async () => {
    const folder = await create([passed(1), passed(2)], { isKilled: true });
    await Deno.writeTextFile(`${folder}/results.jsonl`, '{"run_id":"run_3","inp', { append: true });
    await upload(folder);
    assertEquals([sent(folder)?.status, sent(folder)?.results.length], ["interrupted", 2]);
  });

  it("sends only the status of an experiment without runs", async () => {
    const folder = await create([], { ending: "interrupted" });
    await upload(folder);
    assertEquals([sent(folder)?.status, sent(folder)?.results.length], ["interrupted", 0]);
  });

  it("fails with the documented error if the permission is missing, and sends nothing", async () => {
    const folder = await create([passed(1)]);
    const error = await assertRejects(() => upload(folder, READER), PermissionDeniedError);
    const { context } = here;
    assertEquals([failureText(error, styleFor(context, context.stderr)), sizes], [
      DOCUMENTED.permissionDenied,
      [],
    ]);
  });

  it("can check the permission before the upload", async () => {
    const { context } = here;
    await assertRejects(() => requireUploadPermission(context, target(READER)), PermissionDeniedError);
    await requireUploadPermission(context, target(WRITER));
  });

  it("names a bundle version that can't be found", async () => {
    const folder = await create([passed(1)], { origin: { bundleVersionId: "bv_9" } });
    const error = await assertRejects(() => upload(folder), NotFoundError);
    assertStringIncludes(error.message, 'find bundle version "bv_9"');
  });

  it("reports a folder without an experiment", async () => {
    await assertRejects(() => upload(here.home), NotFoundError, " isn't a test's folder. Pass a folder such as");
  });

  it("rejects an invalid test ID before sending", async () => {
    const folder = await create([passed(1)]);
    const path = `${folder}/summary.json`;
    Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace('"id": "exp', '"id": "☃'));
    await assertRejects(() => upload(folder), ConfigurationError, "summary.json: id isn't a valid test ID");
  });

  it("reports a missing folder", async () => {
    await assertRejects(() => upload(`${here.home}/nowhere`), NotFoundError, "There is no folder ");
  });

  it("finds the latest experiment", async () => {
    const output = `${here.home}/results`;
    assertThrows(() => latestExperiment(output), NotFoundError, "There are no results");
    const names = ["exp_20240122T120000Z_b", "exp_20240121T120000Z_z", "exp_20250101T000000Z_empty", "other"];
    for (const name of names) await Deno.mkdir(`${output}/${name}`, { recursive: true });
    for (const name of names.filter((it) => !it.endsWith("empty"))) {
      await Deno.writeTextFile(`${output}/${name}/results.jsonl`, "");
    }
    assertEquals(latestExperiment(output), `${output}/exp_20240122T120000Z_b`);
  });

  for (const project of ["prj_1", "customer-support-bot"]) {
    it(`pulls the inputs of the project ${project}`, async () => {
      const { inputs, ...origin } = await pullInputs(here.context, target(READER), { project });
      assertEquals(origin, { bundleVersionId: "bv_1", projectId: "prj_1" });
      assertEquals(inputs.length, BUNDLE.input_items.length);
      assertEquals(inputs.at(0), {
        id: "inp_1",
        text: "Where is my order? It was to be here on Monday.",
        persona: { id: "per_1", name: "In a hurry" },
      });
    });
  }

  it("pulls the inputs of a bundle version", async () => {
    const { projectId } = await pullInputs(here.context, target(READER), { bundleVersionId: "bv_1" });
    assertEquals(projectId, "prj_1");
  });

  const missing: [PullOptions, 2 | 5, string][] = [
    [{ bundleVersionId: "bv_9" }, 5, 'find bundle version "bv_9"'],
    [{ project: "nobody's" }, 5, `no project "nobody's"; your key has access to customer-support-bot, `],
    [{ project: "sales-assistant" }, 5, 'find a bundle of inputs in project "prj_2"'],
  ];
  for (const [options, exitCode, message] of missing) {
    it(`reports missing inputs for ${JSON.stringify(options)}`, async () => {
      const pulling = () => pullInputs(here.context, target(READER), options);
      const error = await assertRejects(pulling, Error, message);
      assertEquals(error instanceof FluxloopError && error.exitCode, exitCode);
    });
  }

  it("fails to pull without the permission", async () => {
    const error = await assertRejects(
      () => pullInputs(here.context, target(WRITER), { bundleVersionId: "bv_1" }),
      PermissionDeniedError,
    );
    assertEquals([error.required, error.permissions], ["read_scenarios", ["upload_results"]]);
  });
});
