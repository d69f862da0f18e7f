/**
 * Counts cases in what `deno test` prints. Its own counts are of `describe` blocks, whichever library made them; an
 * `it` is a step there.
 *
 * @module
 */

/** How many cases passed and failed. */
export interface CaseCount {
  readonly passed: number;
  readonly failed: number;
}

/** `ok | 2 passed (9 steps) | 0 failed (31ms)`, `FAILED | 0 passed | 1 failed (2 steps) | 3 filtered out (1s)`. */
const SUMMARY = /^(?:ok|FAILED) \| \d+ passed(?: \((\d+) steps?\))? \| (\d+) failed\b/;
// deno-lint-ignore no-control-regex -- a colour begins with an escape character.
const COLOR = /\x1b\[[\d;]*m/g;

/** Reads the output of `deno test` as it comes. */
export class CaseCounter {
  #rest = "";
  #passed: number | undefined;
  #failed = 0;
  #listed = 0;

  /** Takes the next piece of the output, cut anywhere. */
  read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#readLine(line.replaceAll(COLOR, "").trim());
  }

  /**
   * @param success Whether `deno test` ended with exit code 0.
   * @returns The cases. What failed outside of any, a module that does not load or a hook that throws, counts as one;
   * so does a `deno test` that ended before its summary.
   */
  result(success: boolean): CaseCount {
    this.read("\n");
    const finished = this.#passed !== undefined;
    return { passed: this.#passed ?? 0, failed: Math.max(this.#failed, success && finished ? 0 : 1) };
  }

  /** The list under the last FAILURES names each failed case, and each failure outside of one; then the summary comes. */
  #readLine(line: string): void {
    const summary = line.match(SUMMARY);
    if (summary !== null) {
      this.#passed = Number(summary[1] ?? 0);
      this.#failed = Number(summary[2]) === 0 ? 0 : this.#listed;
    } else if (line === "FAILURES") {
      this.#listed = 0;
    } else if (line !== "") {
      this.#listed++;
    }
  }
}
