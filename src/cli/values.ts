/**
 * Parses the values of options, and loads prompts for missing ones.
 *
 * @module
 */
import type { Context, Prompts } from "../context.ts";
import { UsageError } from "../errors.ts";
import { styleFor } from "../output/style.ts";
import type { JsonOptions } from "./command.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: DAY, w: 7 * DAY };

/**
 * Parses a span of time such as `12h`, `7d` or `2w`.
 *
 * @param origin The option, for the error.
 * @returns Milliseconds; `undefined` if the option isn't given.
 */
export function parseSpan(text: string | undefined, origin: string): number | undefined {
  if (text === undefined) return undefined;
  const span = spanOf(text);
  if (span !== undefined) return span;
  throw new UsageError(`${origin} must be a number of hours, days or weeks greater than 0, such as 12h, 7d or 2w`);
}

function spanOf(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([hdw])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * UNITS[unit];
}

/**
 * Parses the lifetime of a key: a span, years such as `1y` (of 365 days), or `never`.
 *
 * @param origin The option, for the error.
 * @returns Seconds; `null` for a key that never expires; `undefined` if the option isn't given.
 */
export function parseLifetime(text: string | undefined, origin: string): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === "never") return null;
  const years = /^([1-9]\d?)y$/.exec(text)?.[1];
  const span = years === undefined ? spanOf(text) : Number(years) * 365 * DAY;
  if (span !== undefined) return span / 1000;
  throw new UsageError(
    `${origin} must be a number of hours, days, weeks or years greater than 0, such as 12h, 30d or 1y, or never`,
  );
}

/** Loads the prompts. @throws {UsageError} If prompting isn't possible, with `message`, which says what to do. */
export async function promptsFor(context: Context, { json }: JsonOptions, message: string): Promise<Prompts> {
  const { stdin, stderr } = context;
  if (json || !stdin.isTerminal() || !stderr.isTerminal()) throw new UsageError(message);
  return await context.prompts(styleFor(context, stderr).colour);
}
