/**
 * The durations of test files in the last run, so that the next run starts the longest jobs first. They differ between
 * machines and aren't committed.
 *
 * @module
 */
import { LONGEST } from "./test_files.ts";

/** Durations in milliseconds, by test file. */
export type Durations = Readonly<Record<string, number>>;

const FOLDER = ".cache";
const FILE = `${FOLDER}/test_durations.json`;

/** @returns The durations of earlier runs, if any. */
export async function readDurations(): Promise<Durations> {
  try {
    return JSON.parse(await Deno.readTextFile(FILE));
  } catch {
    return {}; // Durations are only an optimization.
  }
}

/** Updates the durations of these files and keeps all others. */
export async function saveDurations(measured: Durations): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const fresh = await Deno.makeTempFile({ dir: FOLDER, prefix: "durations-" });
  await Deno.writeTextFile(fresh, JSON.stringify({ ...await readDurations(), ...measured }, null, 2));
  await Deno.rename(fresh, FILE);
}

/** Sorts jobs by duration, longest first. Unknown files count as ten seconds, or a minute for those in `LONGEST`. */
export function longestFirst<T extends { readonly files: readonly string[] }>(
  jobs: readonly T[],
  durations: Durations,
): T[] {
  const estimate = (file: string) => LONGEST.includes(file) ? 60_000 : 10_000;
  const duration = ({ files }: T) => files.reduce((sum, it) => sum + (durations[it] ?? estimate(it)), 0);
  return jobs.toSorted((a, b) => duration(b) - duration(a));
}
