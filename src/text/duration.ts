/**
 * Spans of time as a configuration writes them.
 *
 * @module
 */

const LONGEST = 2 ** 31 - 1;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * @param text Such as `500ms`, `30s`, `2.5m` or `1h`.
 * @returns Milliseconds, at most some 24 days: timers don't know longer waits.
 * @throws {TypeError} When it is none: the schema was to see to that.
 */
export function duration(text: string): number {
  const [, count, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) throw new TypeError("Not a span of time");
  return Math.min(Number(count) * UNITS[unit], LONGEST);
}
