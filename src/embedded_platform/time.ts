/**
 * Times as the contract writes them: in UTC, without fractions of a second. They can be compared as text.
 *
 * @module
 */

/** In seconds. */
export const MINUTE = 60;
export const DAY = 24 * 60 * MINUTE;

/** Returns `time` as text. */
export function isoTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Returns a time some seconds after `time`. */
export function after(time: string, seconds: number): string {
  return isoTime(new Date(Date.parse(time) + seconds * 1000));
}

/** Returns how many seconds `end` is after `start`. */
export function secondsBetween(start: string, end: string): number {
  return (Date.parse(end) - Date.parse(start)) / 1000;
}
