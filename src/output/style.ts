/**
 * Colour, where a terminal is there to show it (design: "Commands"; https://no-color.org).
 *
 * @module
 */
import type { Context, TextStream } from "../context.ts";

/** How a stream's text may look. */
export interface Style {
  readonly colour: boolean;
  bold(text: string): string;
  red(text: string): string;
}

/**
 * @param context Its environment tells `NO_COLOR` and `TERM`.
 * @param stream Where the text will go.
 * @param wanted False when `--no-color` was given.
 * @returns How text for that stream may look.
 */
export function styleFor(context: Context, stream: TextStream, wanted: boolean): Style {
  const colour = wanted && !context.env("NO_COLOR") && context.env("TERM") !== "dumb" && stream.isTerminal();
  const paint = (code: number) => (text: string) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { colour, bold: paint(1), red: paint(31) };
}
