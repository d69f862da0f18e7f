/**
 * Spans of time on the command line.
 *
 * @module
 */
import { UsageError } from "../errors.ts";

const HOUR = 60 * 60 * 1000;
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: 24 * HOUR, w: 7 * 24 * HOUR };

/**
 * @param text Such as `12h`, `7d`, `2w`.
 * @param origin The option, for the message.
 * @returns Milliseconds, from 0 on.
 * @throws {UsageError} When it is none.
 */
export function parseSpan(text: string, origin: string): number {
  const parts = /^(\d{1,5})([hdw])$/.exec(text);
  if (parts === null) throw new UsageError(`${origin} takes a span of time such as 12h, 7d or 2w`);
  return Number(parts[1]) * UNITS[parts[2]];
}

/**
 * @param text How long a key is to live: such as `30d`, `1y`, or `never`.
 * @param origin The option, for the message.
 * @returns Seconds; `null` for ever. A year has 365 days.
 * @throws {UsageError} When it is none.
 */
export function parseLifetime(text: string, origin: string): number | null {
  if (text === "never") return null;
  const years = /^(\d{1,2})y$/.exec(text)?.[1];
  return parseSpan(years === undefined ? text : `${Number(years) * 365}d`, origin) / 1000;
}
