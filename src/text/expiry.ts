/**
 * Dates, and when a key expires. All days are UTC calendar days.
 *
 * @module
 */

const DAY = 24 * 60 * 60 * 1000;

/** Returns the date, such as `2024-04-15`. */
export function utcDate(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** Returns the time in the form of RFC 3339, without milliseconds if they are 0: `2024-04-15T00:00:00Z`. */
export function utcTime(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}

/** Returns the number of days until the day of expiry; negative if it is past. */
export function daysRemaining(expires: Date, now: Date): number {
  return Math.floor(expires.getTime() / DAY) - Math.floor(now.getTime() / DAY);
}

/** When a key expires; `null` if unknown. */
export type Expiry = Date | "never" | null;

/** The text for unknown values. */
export const UNKNOWN = "unknown";

/** Renders an expiry: `2024-04-15 (84 days remaining)`, `Never` or `unknown`. */
export function expiryText(expires: Expiry, now: Date): string {
  if (expires === null) return UNKNOWN;
  if (expires === "never") return "Never";
  return `${utcDate(expires)} (${remainingText(daysRemaining(expires, now))})`;
}

function remainingText(days: number): string {
  if (days === 0) return "expires today";
  const count = Math.abs(days) === 1 ? "1 day" : `${Math.abs(days)} days`;
  return days < 0 ? `expired ${count} ago` : `${count} remaining`;
}
