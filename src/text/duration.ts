/** The longest timeout of a timer: about 24 days. */
const LONGEST = 2 ** 31 - 1;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Parses a duration of the configuration, such as `500ms`, `30s`, `2.5m` or `1h`.
 *
 * @returns Milliseconds.
 * @throws {TypeError} If it isn't one, which the configuration's schema rules out.
 */
export function duration(text: string): number {
  const [, count, unit] = /^([\d.]+)(ms|s|m|h)$/.exec(text) ?? [];
  if (unit === undefined) throw new TypeError("Not a duration");
  return Math.min(Number(count) * UNITS[unit], LONGEST);
}
