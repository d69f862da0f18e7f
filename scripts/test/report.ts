/**
 * The output of a test run.
 *
 * @module
 */
import type { Outcome } from "./pool.ts";
import { withoutPassed } from "./test_output.ts";

const SLOWEST = 10;

/** @returns The line about a finished job. */
export function progressLine({ name, milliseconds, passed, failed }: Outcome): string {
  return `${failed === 0 ? "ok    " : "FAILED"} ${seconds(milliseconds)} ${
    String(passed + failed).padStart(4)
  }  ${name}`;
}

/** @returns The end of the output: the slowest files, the output of failed jobs, and the number of tests. */
export function summary(outcomes: readonly Outcome[]): string {
  const files = outcomes.flatMap((it) => Object.entries(it.durations));
  const slowest = files.toSorted(([, a], [, b]) => b - a).slice(0, SLOWEST);
  const failures = outcomes.filter((it) => it.failed > 0);
  const passed = outcomes.reduce((sum, it) => sum + it.passed, 0);
  const failed = outcomes.reduce((sum, it) => sum + it.failed, 0);
  return [
    "",
    "Slowest files:",
    ...slowest.map(([file, milliseconds]) => `${seconds(milliseconds)}  ${file}`),
    ...failures.flatMap((it) => ["", `FAILED ${it.name}`, withoutPassed(it.output).trim()]),
    "",
    `${passed} passed, ${failed} failed`,
  ].join("\n");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s`;
}
