/**
 * How long each test file took in the last run, so that the next one starts the longest jobs first. Durations differ
 * between machines and stay out of git.
 *
 * @module
 */
import { LONGEST } from "./test_files.ts";

/** Milliseconds by test file. */
export type Durations = Readonly<Record<string, number>>;

const FOLDER = ".cache";
const FILE = `${FOLDER}/test_durations.json`;

/** @returns The durations of earlier runs; none if there was no run. */
export async function readDurations(): Promise<Durations> {
  try {
    return JSON.parse(await Deno.readTextFile(FILE));
  } catch {
    return {}; // Durations only make a run faster.
  }
}

/** Replaces the durations of the files that ran and keeps those of the others. */
export async function saveDurations(measured: Durations): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const fresh = await Deno.makeTempFile({ dir: FOLDER, prefix: "durations-" });
  await Deno.writeTextFile(fresh, JSON.stringify({ ...await readDurations(), ...measured }, null, 2));
  await Deno.rename(fresh, FILE);
}

/**
 * Sorts by duration, the longest first. A file that never ran counts as ten seconds, one of the longest as a minute.
 */
export function longestFirst<T extends { readonly files: readonly string[] }>(
  jobs: readonly T[],
  durations: Durations,
): T[] {
  const guess = (file: string) => LONGEST.includes(file) ? 60_000 : 10_000;
  const duration = ({ files }: T) => files.reduce((sum, it) => sum + (durations[it] ?? guess(it)), 0);
  return jobs.toSorted((a, b) => duration(b) - duration(a));
}
