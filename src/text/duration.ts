/** The longest delay that timers accept: about 24 days. */
const MAX_DELAY = 2 ** 31 - 1;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Parses a duration, such as `500ms`, `30s`, `2.5m` or `1h`.
 *
 * @returns Milliseconds.
 * @throws {TypeError} If `text` isn't a duration; the configuration's schema rules that out.
 */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) throw new TypeError("Not a duration");
  return Math.min(Number(count) * UNITS[unit], MAX_DELAY);
}
