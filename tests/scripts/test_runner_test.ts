import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { longestFirst } from "../../scripts/test/durations.ts";
import { type Outcome, type PendingJob, runJobs } from "../../scripts/test/pool.ts";
import { progressLine, summary } from "../../scripts/test/report.ts";
import { findTestFiles, groups, LONGEST } from "../../scripts/test/test_files.ts";

/** @returns A job that runs a script and counts as one test. */
function job(name: string, script: string): PendingJob {
  const command = [Deno.execPath(), "eval", script];
  return { name, files: [], prepare: () => Promise.resolve({ command, env: Deno.env.toObject() }) };
}

const run = (jobs: readonly PendingJob[], { workers = 1, silence = 60_000 } = {}) =>
  runJobs(jobs, { workers, silence, onEnd: () => {} });

const outcome = (name: string, seconds: number, failed = 0): Outcome => ({
  name,
  milliseconds: seconds * 1000,
  durations: { [`${name}_test.ts`]: seconds * 1000 },
  passed: 2,
  failed,
  output: `output of ${name}\n`,
});

describe("the test runner", () => {
  it("starts the longest job first", () => {
    const jobs = [["a"], ["b", "c"], ["d"]].map((files) => ({ files }));
    const ordered = longestFirst(jobs, { a: 20, b: 11, c: 12, d: 30 });
    assertEquals(ordered.map((it) => it.files.join("")), ["d", "bc", "a"]);
  });

  it("starts the known long files first if it has no durations, then the largest groups", () => {
    const jobs = [["a"], ["b", "c"], [LONGEST[0]], ["d", "e", "f"]].map((files) => ({ files }));
    assertEquals(longestFirst(jobs, {}).map((it) => it.files.join("")), [LONGEST[0], "def", "bc", "a"]);
  });

  it("has only existing files in its list of long ones", () => {
    assertEquals(findTestFiles("system", ["tests"]).filter((it) => LONGEST.includes(it)).length, LONGEST.length);
  });

  it("groups a folder's portable tests, and its system tests by four, and runs long files alone", () => {
    const files = ["tests/a/x_test.ts", "tests/a/b/y_test.ts", LONGEST[0]];
    const system = [1, 2, 3, 4, 5].map((it) => `tests/a/${it}_system_test.ts`);
    assertEquals(groups([...files, ...system]).map((it) => [it.name, it.files.length]), [
      ["tests/a", 2],
      [LONGEST[0], 1],
      ["tests/a, system tests from 1", 4],
      ["tests/a, system tests from 5", 1],
    ]);
  });

  it("runs each job once, with any number of workers", async () => {
    for (const workers of [1, 3]) {
      const names = ["a", "b"];
      const outcomes = await run(names.map((it) => job(it, "")), { workers });
      assertEquals(outcomes.map((it) => it.name).sort(), names);
    }
  });

  it("continues after a failed job and keeps its output", async () => {
    const jobs = [job("bad", 'console.log("out"); console.error("err"); Deno.exit(2)'), job("good", "")];
    const [bad, good] = await run(jobs);
    assertEquals([bad.passed, bad.failed, bad.output.split("\n").sort().join(" ")], [0, 1, " err out"]);
    assertEquals([good.passed, good.failed], [1, 0]);
  });

  it("kills a job that prints nothing for too long", async () => {
    const [hanging] = await run([job("hanging", "setInterval(() => {}, 1000)")], { silence: 200 });
    assertEquals(hanging.output, "\nKilled: it printed nothing for 0.2 seconds.\n");
    assertEquals([hanging.passed, hanging.failed], [0, 1]);
  });

  it("stops when a job can't be prepared", async () => {
    const broken = { name: "broken", files: [], prepare: () => Promise.reject(new Error("no tools")) };
    await assertRejects(() => run([broken]), Error, "no tools");
  });

  it("reports each finished job and marks failures", () => {
    assertEquals(progressLine(outcome("a_test.ts", 1.25)), "ok        1.3 s    2  a_test.ts");
    assertEquals(progressLine(outcome("a_test.ts", 12, 1)), "FAILED   12.0 s    3  a_test.ts");
  });

  it("ends with the slowest files, the output of failed jobs, and the test counts", () => {
    const outcomes = [
      outcome("quick", 1),
      outcome("bad", 3, 1),
      ...Array(9).keys().map((it) => outcome(`slow${it}`, 4)),
    ];
    const slow = [...Array(9).keys()].map((it) => `   4.0 s  slow${it}_test.ts\n`).join("");
    assertEquals(
      summary(outcomes),
      `\nSlowest files:\n${slow}   3.0 s  bad_test.ts\n\nFAILED bad\noutput of bad\n\n22 passed, 1 failed`,
    );
  });

  it("finds a suite's files in folders, and accepts any named file", () => {
    const all = findTestFiles("all", ["tests"]);
    const system = findTestFiles("system", ["tests"]);
    assertEquals([...findTestFiles("portable", ["tests/"]), ...system].sort(), all.toSorted());
    assertEquals(system.filter((it) => !it.endsWith("_system_test.ts")), []);
    assertEquals(findTestFiles("portable", [system[0]]), [system[0]]);
  });
});
