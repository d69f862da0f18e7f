import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { describe, it } from "@std/testing/bdd";
import { PlatformError } from "../../src/errors.ts";
import { jobSummary, progressBar, progressLine, startText, testJson, testText } from "../../src/output/test_report.ts";
import type { TestReport } from "../../src/experiment/test_agent.ts";
import { failed as failedRun } from "../support/experiments.ts";

const PAGE = join("out", "result.html");
const SECRET = "flux_dev_topsecret0123456789";

function reportOf(passed: number, failed: number, differing: Partial<TestReport> = {}): TestReport {
  return {
    experiment: {
      id: "exp_1",
      name: "bot",
      startedAt: new Date(0),
      endedAt: new Date(1500),
      planned: passed + failed,
      ending: "completed",
      passed,
      failed,
      bundleVersionId: null,
      projectId: null,
    },
    path: "/here/exp_1",
    failures: Array.from({ length: Math.min(failed, 10) }, (_, index) => ({
      ...failedRun(index),
      request: { runId: `run_${index}`, input: { id: `i${index}`, text: "", persona: null }, iteration: index },
      outcome: { status: "failed", failure: { kind: "crashed", message: `because of ${index}`, stderr: [] } },
    })),
    unwritten: null,
    upload: null,
    ...differing,
  };
}

describe("the report of a test", () => {
  const texts: [string, TestReport, string][] = [
    ["one passed run", reportOf(1, 0), `✅ 1 run passed in 1.5 s\n\nResults: ${PAGE}\n`],
    ["many passed runs", reportOf(1234, 0), `✅ All 1,234 runs passed in 1.5 s\n\nResults: ${PAGE}\n`],
    [
      "an upload",
      reportOf(2, 0, { upload: { runBatchId: "rb_1", failure: null } }),
      `✅ All 2 runs passed in 1.5 s\n\nResults: ${PAGE}\nUploaded: rb_1\n`,
    ],
    [
      "failed runs",
      reportOf(5, 2),
      `❌ 2 of 7 runs failed in 1.5 s\n\n   i0: because of 0\n   i1, iteration 2: because of 1\n\nResults: ${PAGE}\n`,
    ],
  ];
  for (const [what, report, text] of texts) {
    it(`describes ${what}`, () => assertEquals(testText(report, "out"), text));
  }

  for (const [skipped, sentence] of [[1, "   1 was not run."], [2, "   2 were not run."]] as const) {
    it(`counts runs that were not run: ${skipped}`, () => {
      const { experiment } = reportOf(3, 1);
      const report = reportOf(3, 1, { experiment: { ...experiment, ending: "failed_fast", planned: 4 + skipped } });
      assertEquals(testText(report, "out").split("\n")[1], sentence);
    });
  }

  it("lists the first failures and counts the others", () => {
    const lines = testText(reportOf(0, 1000), "out").split("\n");
    assertEquals(lines.filter((it) => it.includes("because of")).length, 5);
    assert(lines.includes("   and 995 more"), lines.join("\n"));
  });

  it("contains no keys or control characters", () => {
    const report = reportOf(0, 1);
    const failure = { kind: "crashed", message: `\x1b[31m${SECRET}`, stderr: [] } as const;
    const outcome = { status: "failed", failure } as const;
    const hostile = { ...report, failures: [{ ...report.failures[0], outcome }] };
    for (const text of [testText(hostile, "out"), JSON.stringify(testJson(hostile)), jobSummary(hostile)]) {
      assertEquals([text.includes("topsecret"), text.includes("\x1b")], [false, false]);
    }
  });

  it("includes the upload failure in JSON", () => {
    const failure = new PlatformError("no");
    const { upload, error } = testJson(reportOf(1, 0, { upload: { runBatchId: null, failure } })) as Record<
      string,
      unknown
    >;
    assertEquals([upload, error], [null, { code: "platform", message: "no", exit_code: 1 }]);
  });

  it("includes an interruption in JSON", () => {
    const experiment = { ...reportOf(1, 0).experiment, ending: "interrupted" } as const;
    const { experiment: { status }, error } = testJson(reportOf(1, 0, { experiment })) as {
      experiment: { status: string };
      error: { code: string; exit_code: number };
    };
    assertEquals([status, error.code, error.exit_code], ["interrupted", "interrupted", 130]);
  });

  it("escapes markup in a job summary", () => {
    const report = reportOf(0, 1);
    const failure = { kind: "crashed", message: "<img src=x> | [a](b) `c` *d* @e", stderr: [] } as const;
    const text = jobSummary({
      ...report,
      failures: [{ ...report.failures[0], outcome: { status: "failed", failure } }],
    });
    const [line] = text.split("\n").filter((it) => it.includes("img"));
    assertMatch(line, /^\| i0 \| 1 \| [^<>|[\]`*]+ \|$/);
  });
});

describe("the progress of a test", () => {
  it("fits into 80 columns with the spinner, however large the numbers are", () => {
    for (const planned of [1, 10, 1_000_000, 999_000_000]) {
      for (const done of [0, 1, planned]) {
        const bar = progressBar({ planned, passed: 0, failed: done }, 1e9);
        assert(bar.length <= 77, `${bar.length}: ${bar}`);
      }
    }
  });

  it("is a bar with finished and failed runs, the rate and the remaining time", () => {
    const bar = progressBar({ planned: 200, passed: 40, failed: 10 }, 10_000);
    assertEquals(bar, `${"█".repeat(6)}${"░".repeat(18)} 50/200  10 failed  5.0/s  30 s left`);
  });

  it("shows no remaining time before the first run has finished", () => {
    assertEquals(progressBar({ planned: 2, passed: 0, failed: 0 }, 0), `${"░".repeat(24)} 0/2  0 failed  0.0/s`);
  });

  it("says that agents are being stopped", () => {
    assertStringIncludes(
      progressBar({ planned: 2, passed: 1, failed: 0 }, 1000, true),
      "1/2  0 failed  stopping the agents",
    );
  });

  it("is a line of text without a terminal", () => {
    const line = progressLine({ planned: 2000, passed: 1000, failed: 0 }, 10_000);
    assertEquals(line, "1,000 of 2,000 runs done, 0 failed, 100/s, 10 s left");
  });

  it("begins with the number of runs", () => {
    assertEquals(
      startText({ name: `a\n${SECRET}`, parallelRuns: 8 }, 8, 3),
      "Testing a\\x0aflux_dev_****: 3 runs, 3 at once\n",
    );
    assertEquals(startText({ name: "a", parallelRuns: 8 }, 8, 1), "Testing a: 1 run\n");
  });

  const limits: [number, string][] = [
    [3, "Testing a: 20 runs, 3 at once\n⚠️  This system can run only 3 agents at once (parallel_runs: 8).\n"],
    [1, "Testing a: 20 runs\n⚠️  This system can run only 1 agent at once (parallel_runs: 8).\n"],
  ];
  for (const [possible, text] of limits) {
    it(`says that only ${possible} can run at once`, () => {
      assertEquals(startText({ name: "a", parallelRuns: 8 }, possible, 20), text);
    });
  }

  it("doesn't mention a limit that the test doesn't reach", () => {
    assertEquals(startText({ name: "a", parallelRuns: 8 }, 3, 2), "Testing a: 2 runs, 2 at once\n");
  });
});
