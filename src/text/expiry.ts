/**
 * When a key ends, as people read it (design: "status"). All days are calendar days in UTC.
 *
 * @module
 */

const DAY = 24 * 60 * 60 * 1000;
/** A key that ends within so many days is worth a word. */
const SOON = 14;
/** The seed ("Protecting Your API Key") has people rotate keys every so many days. */
const ROTATION = 90;

/** @returns The UTC calendar date of `time`, as `2024-04-15`. */
export function utcDate(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/**
 * @param expires When the key ends.
 * @param now The current time.
 * @returns Calendar days from today to the day of expiry; negative when that is past.
 */
export function daysRemaining(expires: Date, now: Date): number {
  return Math.floor(expires.getTime() / DAY) - Math.floor(now.getTime() / DAY);
}

/** When a key ends; `null` where nobody knows. */
export type Expiry = Date | "never" | null;

/** What people read where nobody knows. */
export const UNKNOWN = "unknown";

/**
 * @param expires When the key ends.
 * @param now The current time.
 * @returns Such as `2024-04-15 (84 days remaining)`, or `Never`, or `unknown`.
 */
export function expiryText(expires: Expiry, now: Date): string {
  if (expires === null) return UNKNOWN;
  if (expires === "never") return "Never";
  const days = daysRemaining(expires, now);
  return `${utcDate(expires)} (${remainingText(days)})`;
}

function remainingText(days: number): string {
  if (days === 0) return "expires today";
  if (days < 0) return `expired ${count(-days)} ago`;
  return `${count(days)} remaining`;
}

function count(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}

/**
 * @param expires When the key ends.
 * @param created When the key was made; `null` where nobody knows.
 * @param now The current time.
 * @returns Why the key should be replaced now, as the start of a sentence, or `null`.
 */
export function rotationReason(expires: Expiry, created: Date | null, now: Date): string | null {
  if (expires instanceof Date && daysRemaining(expires, now) <= SOON) {
    return daysRemaining(expires, now) < 0 ? "This key has expired" : "This key expires soon";
  }
  if (created !== null && -daysRemaining(created, now) > ROTATION) return `This key is older than ${ROTATION} days`;
  return null;
}
