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
