/**
 * When a request is sent again, and after how long (design: "The platform's HTTP API"). Only requests that change nothing,
 * or change it but once, come here.
 *
 * @module
 */

/** How often a request is repeated at most. */
export const RETRIES = 3;
/** The first pause, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE = 200;
const STATUSES: readonly number[] = [429, 502, 503, 504];

/** @returns Whether an answer with this status is worth asking for again. */
export function isTransient(status: number): boolean {
  return STATUSES.includes(status);
}

/**
 * @param attempt How many attempts there were; 1 after the first.
 * @param chance A random number from 0 to 1, which keeps many clients from coming back at the same moment.
 * @returns Milliseconds to wait before the next one.
 */
export function backoff(attempt: number, chance: number): number {
  return FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + chance);
}

/**
 * @param headers An answer's headers.
 * @param now The current time.
 * @returns Milliseconds that `Retry-After` asks to wait, given in seconds or as a date (RFC 9110, 10.2.3); `null` where
 * it asks for nothing that can be read.
 */
export function retryAfter(headers: Headers, now: Date): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}
