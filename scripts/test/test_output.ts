/**
 * Parses the output of `deno test` to count tests and measure files. `deno test` itself counts `describe` blocks as tests
 * and `it` blocks as steps.
 *
 * @module
 */
import type { Durations } from "./durations.ts";

/** The numbers of passed and failed tests. */
export interface CaseCount {
  readonly passed: number;
  readonly failed: number;
}

/** `ok | 2 passed (9 steps) | 0 failed (31ms)`, `FAILED | 0 passed | 1 failed (2 steps) | 3 filtered out (1s)`. */
const SUMMARY = /^(?:ok|FAILED) \| \d+ passed(?: \((\d+) steps?\))? \| (\d+) failed\b/;
/** The heading that batch.ts puts before a file. */
const HEADING = /^(\S+_test\.ts) \.\.\. ok \(/;
// deno-lint-ignore no-control-regex -- a colour starts with an escape character
const COLOR = /\x1b\[[\d;]*m/g;

/** Parses the output of `deno test` incrementally. */
export class TestOutput {
  readonly #now: () => number;
  readonly #starts: (readonly [file: string, time: number])[] = [];
  #rest = "";
  #passed: number | undefined;
  #failed = 0;
  #listed = 0;

  /** @param now Returns the time in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Reads the next chunk of the output, split anywhere. */
  read(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#readLine(plain(line));
  }

  /**
   * @param success Whether `deno test` exited with code 0.
   * @returns The number of tests. A failure outside of tests counts as one failed test: a module that fails to load, a hook
   * that throws, or a missing summary.
   */
  count(success: boolean): CaseCount {
    this.read("\n");
    const finished = this.#passed !== undefined;
    return { passed: this.#passed ?? 0, failed: Math.max(this.#failed, success && finished ? 0 : 1) };
  }

  /** @returns The duration of each file; of the last one until now. */
  durations(): Durations {
    return Object.fromEntries(
      this.#starts.map(([file, start], index) => [file, (this.#starts[index + 1]?.[1] ?? this.#now()) - start]),
    );
  }

  /** The list after the last FAILURES has all failed tests and other failures; the summary follows. */
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
  // The output after the last file's tests is about all files.
  return [before, ...files.filter((it, index) => index === files.length - 1 || /\bFAILED\b/.test(it))].join("");
}

function plain(line: string): string {
  return line.replaceAll(COLOR, "").trim();
}
