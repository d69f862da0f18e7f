/**
 * How long each job took in the last run, so that the next one starts the longest first. They differ between machines
 * and stay out of git.
 *
 * @module
 */

/** Milliseconds by the name of the job. */
export type Durations = Readonly<Record<string, number>>;

const FOLDER = ".cache";
const FILE = `${FOLDER}/test_durations.json`;

/** @returns The durations of earlier runs; none where there was no run. */
export async function readDurations(): Promise<Durations> {
  try {
    return JSON.parse(await Deno.readTextFile(FILE));
  } catch {
    return {}; // They only make a run faster.
  }
}

/** Replaces the durations of the jobs that ran and keeps those of the others. */
export async function saveDurations(measured: Durations): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const fresh = await Deno.makeTempFile({ dir: FOLDER, prefix: "durations-" });
  await Deno.writeTextFile(fresh, JSON.stringify({ ...await readDurations(), ...measured }, null, 2));
  await Deno.rename(fresh, FILE);
}

/** Sorts by duration, the longest first. What never ran may take long, so it comes before all others. */
export function longestFirst<T extends { readonly name: string }>(jobs: readonly T[], durations: Durations): T[] {
  const duration = ({ name }: T) => durations[name] ?? Number.MAX_VALUE;
  return jobs.toSorted((a, b) => duration(b) - duration(a));
}
