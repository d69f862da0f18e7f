/**
 * Measures whole processes against each other: wall time and peak memory, from start to exit.
 *
 * @module
 */
import type { Program } from "../sandbox.ts";

/** A command to measure. */
export interface Subject {
  readonly name: string;
  readonly program: Program;
  /** Its whole environment; that of this process where none is given. */
  readonly env?: Record<string, string>;
}

/** The middle and the ends of what was measured. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What was measured of a subject. */
export interface Measurement {
  /** In milliseconds. */
  readonly time: Spread;
  /** In MiB; `null` where this machine has no GNU time. */
  readonly memory: Spread | null;
}

/** How often to run each subject. */
export interface Rounds {
  readonly warmUp: number;
  readonly time: number;
  readonly memory: number;
}

/** Tells the peak memory of a command in KiB; others of this name know no `-f`. */
const GNU_TIME = "/usr/bin/time";

/**
 * Runs the subjects in turn, A B C A B C, so that whatever else the machine does in the meantime hits them all alike.
 *
 * @returns The measurements, in the order of the subjects.
 * @throws {Error} When a subject fails.
 */
export async function measure(subjects: readonly Subject[], rounds: Rounds): Promise<Measurement[]> {
  const times = inTurn(subjects, rounds.warmUp + rounds.time, timeOf);
  const canMeasureMemory = Deno.build.os === "linux" && await exists(GNU_TIME);
  // In runs of their own: GNU time is one more process to start.
  const memories = canMeasureMemory ? inTurn(subjects, rounds.memory, peakMemoryOf) : null;
  return subjects.map((_, index) => ({
    time: spread(times[index].slice(rounds.warmUp)),
    memory: memories === null ? null : spread(memories[index]),
  }));
}

function inTurn(subjects: readonly Subject[], rounds: number, run: (subject: Subject) => number): number[][] {
  const figures: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    subjects.forEach((subject, index) => figures[index].push(run(subject)));
  }
  return figures;
}

function timeOf({ name, program: [command, ...args], env }: Subject): number {
  const start = performance.now();
  runOnce(name, command, args, env);
  return performance.now() - start;
}

function peakMemoryOf({ name, program, env }: Subject): number {
  const said = runOnce(name, GNU_TIME, ["-f", "%M", ...program], env);
  return Number(said.trim().split("\n").at(-1)) / 1024;
}

/** @returns What the command wrote to standard error. */
function runOnce(name: string, command: string, args: readonly string[], env?: Record<string, string>): string {
  const output = new Deno.Command(command, {
    args: [...args],
    ...(env === undefined ? {} : { env, clearEnv: true }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).outputSync();
  const said = new TextDecoder().decode(output.stderr);
  if (!output.success) throw new Error(`${name} ended with exit code ${output.code}: ${said.trim()}`);
  return said;
}

/** @returns The middle and the ends of one or more figures. */
export function spread(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  const upper = Math.floor(sorted.length / 2);
  const median = (sorted[upper] + sorted[Math.ceil(sorted.length / 2) - 1]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1)! };
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
