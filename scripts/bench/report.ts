/**
 * What `deno task bench` tells: a table of each subject beside the first one, and each target beside what was measured.
 *
 * @module
 */
import type { Measurement, Spread } from "./measure.ts";

/** A measured subject beside the first one. */
export interface Row extends Measurement {
  readonly name: string;
  /** How many times the first one's median time and memory. */
  readonly timeRatio: number;
  readonly memoryRatio: number | null;
  /** By how many milliseconds its median time is longer than the first one's. */
  readonly difference: number;
}

/** A target, and what was measured. */
export interface Target {
  readonly name: string;
  /** What is measured must not be above it; or not below, where it is the least. */
  readonly most: number;
  readonly isLeast?: boolean;
  /** `null` where it could not be measured. */
  readonly measured: number | null;
  readonly unit: "x" | "ms" | "runs/s";
}

/** @returns The rows, the first of which is what the others are compared with. */
export function compare(names: readonly string[], measurements: readonly Measurement[]): Row[] {
  const [{ time, memory }] = measurements;
  return measurements.map((it, index) => ({
    ...it,
    name: names[index],
    timeRatio: it.time.median / time.median,
    memoryRatio: it.memory && memory && it.memory.median / memory.median,
    difference: it.time.median - time.median,
  }));
}

/** @returns The table for people. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ["", "time ms (min-max)", "ratio", "more", "peak MiB (min-max)", "ratio"],
    ...rows.map((it) => [
      it.name,
      spreadText(it.time),
      `${it.timeRatio.toFixed(2)}x`,
      `${it.difference.toFixed(1)} ms`,
      it.memory === null ? "not measured" : spreadText(it.memory),
      it.memoryRatio === null ? "-" : `${it.memoryRatio.toFixed(2)}x`,
    ]),
  ];
  return aligned(cells);
}

/** @returns The targets for people, one a line. */
export function targetLines(targets: readonly Target[]): string {
  return aligned(targets.map(({ name, most, isLeast = false, measured, unit }) => {
    const space = unit === "x" ? "" : " ";
    const isMet = measured !== null && (isLeast ? measured >= most : measured <= most);
    const verdict = measured === null ? "not measured" : isMet ? "met" : "missed";
    const digits = { "x": 2, "ms": 1, "runs/s": 0 }[unit];
    return [
      name,
      `${isLeast ? ">=" : "<="} ${most}${space}${unit}`,
      measured === null ? "-" : `${measured.toFixed(digits)}${space}${unit}`,
      verdict,
    ];
  }));
}

function spreadText({ median, min, max }: Spread): string {
  return `${median.toFixed(1)} (${min.toFixed(1)}-${max.toFixed(1)})`;
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])).join("  ")
  );
  return lines.join("\n");
}
