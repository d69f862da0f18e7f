/**
 * What the runs of an experiment look like as a whole. It is made of `results.jsonl` and holds a few bytes for each run:
 * texts stay in the file.
 *
 * @module
 */
import { readResults } from "./result_line.ts";

/** The most kinds of failure that are told apart by their message. */
const MESSAGES = 50;

/** Durations, in milliseconds; all 0 where there was no run. */
export interface Durations {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Runs that failed alike. */
export interface FailureGroup {
  readonly kind: string;
  readonly message: string;
  readonly count: number;
  /** The place of the first of them in the file, from 0 on. */
  readonly first: number;
}

/** The runs as a whole. */
export interface Statistics {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly durations: Durations;
  /** Each run's duration in milliseconds, in the order in which they ended. */
  readonly durationList: readonly number[];
  /** Places of the runs that failed, from 0 on. */
  readonly failedAt: ReadonlySet<number>;
  /** How many failed of each kind, the most frequent first. */
  readonly kinds: readonly (readonly [string, number])[];
  /** Failures that are alike, the most frequent first; at most {@linkcode MESSAGES}. */
  readonly groups: readonly FailureGroup[];
}

/**
 * @param folder An experiment's folder.
 * @throws {ConfigurationError} When its results cannot be read.
 */
export async function readStatistics(folder: string): Promise<Statistics> {
  const durationList: number[] = [];
  const failedAt = new Set<number>();
  const kinds = new Map<string, number>();
  const groups = new Map<string, FailureGroup>();
  for await (const { result: { duration, outcome } } of readResults(folder)) {
    const place = durationList.push(duration) - 1;
    if (outcome.status === "passed") continue;
    failedAt.add(place);
    const { kind, message } = outcome.failure;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const name = `${kind}\n${message.slice(0, 500)}`;
    const group = groups.get(name) ?? { kind, message: message.slice(0, 500), count: 0, first: place };
    if (group.count > 0 || groups.size < MESSAGES) groups.set(name, { ...group, count: group.count + 1 });
  }
  const runs = durationList.length;
  return {
    runs,
    passed: runs - failedAt.size,
    failed: failedAt.size,
    durations: durationsOf(durationList),
    durationList,
    failedAt,
    kinds: [...kinds].sort(([, a], [, b]) => b - a),
    groups: [...groups.values()].sort((a, b) => b.count - a.count),
  };
}

function durationsOf(list: readonly number[]): Durations {
  if (list.length === 0) return { min: 0, mean: 0, p50: 0, p95: 0, max: 0 };
  const sorted = Float64Array.from(list).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const mean = sorted.reduce((sum, it) => sum + it, 0) / sorted.length;
  return { min: sorted[0], mean: Math.round(mean * 1000) / 1000, p50: at(0.5), p95: at(0.95), max: at(1) };
}
