/**
 * Times.
 *
 * @module
 */

/** In milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** Returns `time` as the contract writes it: in UTC, without fractions of a second. */
export function isoTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Returns a time some milliseconds after `time`. */
export function after(time: Date, milliseconds: number): Date {
  return new Date(time.getTime() + milliseconds);
}
