/**
 * The report of `fluxloop auth doctor`, for tests.
 *
 * @module
 */
import { assert } from "@std/assert";
import { DOCUMENTED_KEY } from "./platform.ts";
import type { Outcome } from "./session.ts";

/** One step of the report. */
export interface Checked {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly remedy: string | null;
}

/** The doctor's result. */
export interface Diagnosed {
  readonly code: number;
  /** The last step. */
  readonly last: Checked;
  /** The names of the steps with a warning. */
  readonly warnings: readonly string[];
}

/**
 * Reads a report, and asserts that it has no secrets.
 *
 * @param outcome Of `auth doctor --json`.
 * @param secrets What must not be in it, beside the documentation's key and address.
 */
export function diagnosed({ code, stdout, stderr }: Outcome, ...secrets: string[]): Diagnosed {
  for (const secret of [DOCUMENTED_KEY, "john@example.com", ...secrets]) {
    assert(!(stdout + stderr).includes(secret), `${secret} in ${stdout}${stderr}`);
  }
  // deno-lint-ignore no-control-regex -- these are what must not be there
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout + stderr), stdout);
  const checks: Checked[] = JSON.parse(stdout).checks;
  const isBroken = (it: Checked) => it.status === "failure";
  assert(checks.slice(0, -1).every((it) => !isBroken(it)), "something was tried after the broken link");
  assert(checks.every((it) => !isBroken(it) || (it.message !== "" && it.remedy !== null)), stdout);
  const warnings = checks.filter((it) => it.status === "warning").map((it) => it.name);
  return { code, last: checks.at(-1)!, warnings };
}
