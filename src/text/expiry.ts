/**
 * When a key ends, as people read it (design: "status"). All days are calendar days in UTC.
 *
 * @module
 */

const DAY = 24 * 60 * 60 * 1000;

/** @returns The UTC calendar date of `time`, as `2024-04-15`. */
export function utcDate(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** @returns A time as RFC 3339 has it, without milliseconds that nobody meant: `2024-04-15T00:00:00Z`. */
export function utcTime(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
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
