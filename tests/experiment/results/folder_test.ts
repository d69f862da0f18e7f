import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { ConfigurationError, SystemError } from "../../../src/errors.ts";
import type { RunResult } from "../../../src/experiment/model.ts";
import { readResults } from "../../../src/experiment/results/result_line.ts";
import { readSummary } from "../../../src/experiment/results/summary.ts";
import { removeTestHomes, type World, world } from "../../support/world.ts";
import { experimentOf, failed, HOSTILE, LEAKED_KEY, passed } from "../../support/experiments.ts";

/** @returns The runs that are stored in a folder. */
async function results(folder: string): Promise<RunResult[]> {
  return await Array.fromAsync(readResults(folder));
}

describe("an experiment's folder", () => {
  let here: World;
  let output: string;

  beforeEach(() => {
    here = world();
    output = `${here.home}/a/results`;
  });

  afterEach(removeTestHomes);

  const create = (runs: readonly RunResult[], options?: Parameters<typeof experimentOf>[3]) =>
    experimentOf(here.context, output, runs, options);
  const text = (folder: string, file: string) => Deno.readTextFileSync(`${folder}/${file}`);
  const files = (folder: string) => [...Deno.readDirSync(folder)].map((it) => it.name).sort();

  it("is named by its time and has four files", async () => {
    const folder = await create([passed(1)]);
    assertMatch(folder, /\/a\/results\/exp_20240122T120000Z_[a-z2-7]{8}$/);
    assertEquals(files(folder), ["config.yaml", "result.html", "results.jsonl", "summary.json"]);
  });

  it("has a unique name", async () => {
    assertEquals(await create([]) === await create([]), false);
  });

  it("returns each run unchanged", async () => {
    const runs = [
      passed(1, "Hello\n\u{1f511} \u202e\0"),
      failed(2, "It exited with code 1", ["Traceback", "\x1b[31m"]),
    ];
    assertEquals(await results(await create(runs)), runs);
  });

  it("has the totals in summary.json", async () => {
    const folder = await create([passed(1), failed(2), failed(3)], { origin: { bundleVersionId: "bv_1" } });
    const { id, ...summary } = JSON.parse(text(folder, "summary.json"));
    assertStringIncludes(folder, id);
    assertEquals(summary, {
      name: "Nightly",
      status: "completed",
      started_at: "2024-01-22T12:00:00.000Z",
      ended_at: "2024-01-22T12:01:23.000Z",
      planned: 3,
      bundle_version_id: "bv_1",
      project_id: null,
      passed: 1,
      failed: 2,
      duration_ms: { min: 101, mean: 102, p50: 102, p95: 103, max: 103 },
      failures: { timeout: 2 },
    });
  });

  it("contains each run as soon as it is appended", async () => {
    const counts: number[] = [];
    const afterRun = async (folder: string) => void counts.push((await results(folder)).length);
    await create([passed(1), passed(2), passed(3)], { afterRun });
    assertEquals(counts, [1, 2, 3]);
  });

  it("reads lines longer than a chunk", async () => {
    const runs = [passed(1, "é".repeat(100_000)), passed(2), passed(3, "x".repeat(65_536))];
    assertEquals(await results(await create(runs)), runs);
  });

  it('has the status "running" after a kill, and keeps all complete lines', async () => {
    const folder = await create([passed(1), passed(2)], { isKilled: true, origin: { projectId: "prj_1" } });
    Deno.writeTextFileSync(`${folder}/results.jsonl`, '{"run_id":', { append: true });
    const { status, planned, ended_at } = JSON.parse(text(folder, "summary.json"));
    assertEquals([status, planned, ended_at], ["running", 2, null]);
    const read = await readSummary(folder);
    assertEquals([read.status, read.projectId], ["running", "prj_1"]);
    assertEquals((await results(folder)).length, 2);
  });

  it("reports the number of a line that isn't a run", async () => {
    const folder = await create([passed(1)]);
    Deno.writeTextFileSync(`${folder}/results.jsonl`, "{}\n", { append: true });
    await assertRejects(
      () => results(folder),
      ConfigurationError,
      "line 2 isn't a run",
    );
  });

  it("contains no keys, wherever they come from", async () => {
    const nested = passed(1, LEAKED_KEY);
    const { request } = nested;
    const folder = await create([
      {
        ...nested,
        request: { ...request, input: { id: LEAKED_KEY, text: LEAKED_KEY, persona: { id: null, name: LEAKED_KEY } } },
      },
      passed(2, HOSTILE),
      failed(3, LEAKED_KEY, [LEAKED_KEY]),
    ], { name: LEAKED_KEY, maskedText: `api_key: ${LEAKED_KEY}\n` });
    const leaking = files(folder).filter((it) => text(folder, it).includes(LEAKED_KEY.slice(14)));
    assertEquals([leaking, text(folder, "config.yaml")], [[], "api_key: flux_dev_leak...ijklm\n"]);
  });

  it("keeps the word bearer in outputs", async () => {
    const [{ outcome }] = await results(await create([passed(1, "The bearer of this letter is 21.")]));
    assertEquals(outcome, { status: "passed", output: "The bearer of this letter is 21." });
  });

  it("reports a file in place of its parent folder", async () => {
    output = `${here.home}/file/results`;
    Deno.writeTextFileSync(`${here.home}/file`, "");
    await assertRejects(() => create([]), SystemError, "Can't write ");
  });

  it("reports a file in place of the output folder", async () => {
    output = `${here.home}/file`;
    Deno.writeTextFileSync(output, "");
    await assertRejects(() => create([]), SystemError, ": part of the path isn't a folder");
  });
});
