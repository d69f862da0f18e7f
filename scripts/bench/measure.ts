/**
 * Measures programs from start to exit and compares them.
 *
 * @module
 */
import type { Program } from "../sandbox.ts";

/** A program to measure. */
export interface Subject {
  readonly name: string;
  readonly program: Program;
  /** Its whole environment. */
  readonly env: Record<string, string>;
}

/** A program's results. */
export interface Row {
  readonly name: string;
  /** The median and minimum duration, in milliseconds. */
  readonly median: number;
  readonly min: number;
  /** The median of the peak memory, in MiB; `NaN` without GNU time. */
  readonly memory: number;
}

/** A measured value and its limit. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  readonly limit: number;
  /** Whether the limit is a minimum; a maximum by default. */
  readonly isMinimum?: boolean;
  readonly unit: "x" | " ms";
}

const hasTime = Deno.build.os === "linux" && await Deno.stat("/usr/bin/time").then((it) => it.isFile, () => false);

/** Runs the subjects in turn, so that other load on the machine affects all of them equally. */
export async function measure(subjects: readonly Subject[], rounds: number): Promise<Row[]> {
  const runs: { time: number; memory: number }[][] = subjects.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const { time, memory } = await run(subject);
      // The first round warms up the file system's cache.
      if (round >= 0) runs[index].push({ time, memory });
    }
  }
  return runs.map((it, index) => {
    const times = it.map(({ time }) => time);
    const memory = median(it.map(({ memory }) => memory));
    return { name: subjects[index].name, median: median(times), min: Math.min(...times), memory };
  });
}

/** Runs a program once. @returns Its duration, peak memory and standard output. */
export async function run({ name, program, env }: Subject, cwd?: string) {
  const [command, ...args] = hasTime ? ["/usr/bin/time", "-f", "%M", ...program] : program;
  const start = performance.now();
  const options = { args, cwd, env, clearEnv: true, stdin: "null" } as const;
  const { success, code, stdout, stderr } = await new Deno.Command(command, options).output();
  const time = performance.now() - start;
  const errors = new TextDecoder().decode(stderr).trim();
  if (!success) throw new Error(`${name} failed with exit code ${code}: ${errors}`);
  const memory = hasTime ? Number(errors.split("\n").at(-1)) / 1024 : NaN;
  return { time, memory, stdout: new TextDecoder().decode(stdout) };
}

/** @returns The median of one or more numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}

/** @returns The rows as a table, compared with the first row. */
export function rowsText(rows: readonly Row[]): string {
  const [base] = rows;
  const cells = rows.map(({ name, median, min, memory }) => [
    name,
    median.toFixed(1),
    min.toFixed(1),
    `${(median / base.median).toFixed(2)}x`,
    (median - base.median).toFixed(1),
    memory.toFixed(1),
    `${(memory / base.memory).toFixed(2)}x`,
  ]);
  return aligned([["", "median ms", "min ms", "ratio", "diff ms", "peak MiB", "ratio"], ...cells]);
}

/** @returns The targets as a table, each with its verdict. */
export function targetsText(targets: readonly Target[]): string {
  return aligned(targets.map(({ name, measured, limit, isMinimum = false, unit }) => {
    const isMet = isMinimum ? measured >= limit : measured <= limit;
    const verdict = Number.isNaN(measured) ? "not measured" : isMet ? "met" : "missed";
    return [name, `${isMinimum ? ">=" : "<="} ${limit}${unit}`, `${measured.toFixed(2)}${unit}`, verdict];
  }));
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const pad = (cell: string, column: number) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]);
  return rows.map((row) => row.map(pad).join("  ")).join("\n");
}
