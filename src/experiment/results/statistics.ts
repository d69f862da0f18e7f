import { readResults } from "./result_line.ts";

/** How many different failures are counted separately. */
const MESSAGES = 50;
const MESSAGE_LENGTH = 500;

/** Runs that failed with the same message. */
export interface FailureGroup {
  readonly kind: string;
  readonly message: string;
  /** The number of the first run with this failure; numbers start at 1. */
  readonly first: number;
  count: number;
}

export interface Statistics {
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  readonly durations: ReturnType<typeof durationsOf>;
  /** Each run's duration in milliseconds, in the order in which they finished. */
  readonly durationList: readonly number[];
  /** Indices of failed runs in `durationList`. */
  readonly failedAt: ReadonlySet<number>;
  /** The number of failures of each kind, the most frequent first. */
  readonly kinds: readonly (readonly [string, number])[];
  /** The first {@linkcode MESSAGES} different failures, the most frequent first. */
  readonly groups: readonly FailureGroup[];
}

/** Computes an experiment's statistics, with a few bytes per run. @throws {ConfigurationError} If results can't be read. */
export async function readStatistics(folder: string): Promise<Statistics> {
  const durationList: number[] = [];
  const failedAt = new Set<number>();
  const kinds = new Map<string, number>();
  const groups = new Map<string, FailureGroup>();
  for await (const { duration, outcome } of readResults(folder)) {
    const runs = durationList.push(duration);
    if (outcome.status === "passed") continue;
    failedAt.add(runs - 1);
    const { kind } = outcome.failure;
    const message = outcome.failure.message.slice(0, MESSAGE_LENGTH);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const group = groups.get(`${kind}\n${message}`);
    if (group !== undefined) group.count++;
    else if (groups.size < MESSAGES) groups.set(`${kind}\n${message}`, { kind, message, first: runs, count: 1 });
  }
  return {
    runs: durationList.length,
    passed: durationList.length - failedAt.size,
    failed: failedAt.size,
    durations: durationsOf(durationList),
    durationList,
    failedAt,
    kinds: [...kinds].sort(([, a], [, b]) => b - a),
    groups: [...groups.values()].sort((a, b) => b.count - a.count),
  };
}

/** Computes the statistics in milliseconds; without runs, all are 0. */
function durationsOf(list: readonly number[]) {
  if (list.length === 0) return { min: 0, mean: 0, p50: 0, p95: 0, max: 0 };
  const sorted = Float64Array.from(list).sort();
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  const mean = sorted.reduce((sum, it) => sum + it, 0) / sorted.length;
  return { min: sorted[0], mean: Math.round(mean * 1000) / 1000, p50: at(0.5), p95: at(0.95), max: at(1) };
}
