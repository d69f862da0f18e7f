/**
 * Reads the report of `fluxloop auth doctor --json`.
 *
 * @module
 */
import { assert } from "@std/assert";
import { DOCUMENTED_KEY } from "./platform.ts";
import type { Outcome } from "./session.ts";

/** One step of the report. */
export interface DiagnosisStep {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** The relevant parts of a report. */
export interface Diagnosis {
  readonly code: number;
  /** The last step. */
  readonly last: DiagnosisStep;
  /** The names of the steps with a warning. */
  readonly warnings: readonly string[];
}

/**
 * Reads a report, and asserts that it contains no secrets.
 *
 * @param outcome The outcome of `auth doctor --json`.
 * @param secrets Texts that must not appear, besides the documentation's key and email address.
 */
export function readDiagnosis({ code, stdout, stderr }: Outcome, ...secrets: string[]): Diagnosis {
  for (const secret of [DOCUMENTED_KEY, "john@example.com", ...secrets]) {
    assert(!(stdout + stderr).includes(secret), `${secret} in ${stdout}${stderr}`);
  }
  // deno-lint-ignore no-control-regex -- the report must not contain them
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout + stderr), stdout);
  const checks: DiagnosisStep[] = JSON.parse(stdout).checks;
  const isFailure = (it: DiagnosisStep) => it.status === "failure";
  assert(checks.slice(0, -1).every((it) => !isFailure(it)), "a check ran after the failed one");
  assert(checks.every((it) => !isFailure(it) || (it.message !== "" && it.remedy !== null)), stdout);
  const warnings = checks.filter((it) => it.status === "warning").map((it) => it.name);
  return { code, last: checks.at(-1)!, warnings };
}
