/**
 * When a request is sent again.
 *
 * @module
 */

/** How often a request is repeated at most. */
export const RETRIES = 3;
/** The first pause, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE = 200;

/** Tells whether the same request may succeed later. */
export function isTransient(status: number): boolean {
  return [429, 502, 503, 504].includes(status);
}

/** Returns the milliseconds until the next attempt. A random `chance` from 0 to 1 spreads the retries of many clients. */
export function backoff(attempt: number, chance: number): number {
  return FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + chance);
}

/** @returns The milliseconds in `Retry-After`, which holds seconds or a date (RFC 9110, 10.2.3), or `null`. */
export function retryAfter(headers: Headers, now: Date): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
