/**
 * Reads what `deno test` prints: counts cases and measures files. The counts of `deno test` itself are of `describe`
 * blocks, whichever library made them; an `it` is a step there.
 *
 * @module
 */
import type { Durations } from "./durations.ts";

/** How many cases passed and failed. */
export interface CaseCount {
  readonly passed: number;
  readonly failed: number;
}

/** `ok | 2 passed (9 steps) | 0 failed (31ms)`, `FAILED | 0 passed | 1 failed (2 steps) | 3 filtered out (1s)`. */
const SUMMARY = /^(?:ok|FAILED) \| \d+ passed(?: \((\d+) steps?\))? \| (\d+) failed\b/;
/** The heading that batch.ts puts before a file. */
const HEADING = /^(\S+_test\.ts) \.\.\. ok \(/;
// deno-lint-ignore no-control-regex -- a colour begins with an escape character.
const COLOR = /\x1b\[[\d;]*m/g;

/** Reads the output of `deno test` as it comes. */
export class TestOutput {
  readonly #now: () => number;
  readonly #starts: (readonly [file: string, time: number])[] = [];
  #rest = "";
  #passed: number | undefined;
  #failed = 0;
  #listed = 0;

  /** @param now The time in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Takes the next piece of the output, cut anywhere. */
  read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#readLine(plain(line));
  }

  /**
   * @param success Whether `deno test` exited with code 0.
   * @returns The cases. What failed outside of any, a module that does not load or a hook that throws, counts as one;
   * so does a `deno test` that ended before its summary.
   */
  count(success: boolean): CaseCount {
    this.read("\n");
    const finished = this.#passed !== undefined;
    return { passed: this.#passed ?? 0, failed: Math.max(this.#failed, success && finished ? 0 : 1) };
  }

  /** @returns How long each file took, the last one until now. */
  durations(): Durations {
    return Object.fromEntries(
      this.#starts.map(([file, start], index) => [file, (this.#starts[index + 1]?.[1] ?? this.#now()) - start]),
    );
  }

  /** The list under the last FAILURES names each failed case, and each failure outside of one; then the summary comes. */
  #readLine(line: string): void {
    const summary = line.match(SUMMARY);
    const heading = line.match(HEADING);
    if (heading !== null) {
      this.#starts.push([heading[1], this.#now()]);
    } else if (summary !== null) {
      this.#passed = Number(summary[1] ?? 0);
      this.#failed = Number(summary[2]) === 0 ? 0 : this.#listed;
    } else if (line === "FAILURES") {
      this.#listed = 0;
    } else if (line !== "") {
      this.#listed++;
    }
  }
}

/** @returns The output of `deno test` without the files that passed. */
export function withoutPassed(output: string): string {
  const [before, ...files] = output.split(/^(?=\S+_test\.ts \.\.\. )/m);
  // The output after the last file's cases is about all files.
  return [before, ...files.filter((it, index) => index === files.length - 1 || /\bFAILED\b/.test(it))].join("");
}

function plain(line: string): string {
  return line.replaceAll(COLOR, "").trim();
}
