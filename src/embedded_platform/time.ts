/**
 * Times as the platform writes them.
 *
 * @module
 */

/** One day, in milliseconds. */
export const DAY = 24 * 60 * 60 * 1000;

/** @returns `time` in ISO 8601, UTC, to the second, as the contract's examples have it: `2024-01-16T00:00:00Z`. */
export function isoTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** @returns The calendar month of `time` in UTC, as `2024-01`: runs are counted by it. */
export function utcMonth(time: Date): string {
  return time.toISOString().slice(0, 7);
}

/** @returns The midnight, in UTC, with which the day of `time` begins. */
export function utcMidnight(time: Date): Date {
  return new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));
}
