import type { Context, TextStream } from "../context.ts";

/** The style of a stream's text. */
export interface Style {
  readonly colour: boolean;
  bold(text: string): string;
  red(text: string): string;
}

/** Returns the style of a stream: with colour only on a terminal, and not if `NO_COLOR` is set (https://no-color.org). */
export function styleFor(context: Context, stream: TextStream): Style {
  const colour = !context.env("NO_COLOR") && context.env("TERM") !== "dumb" && stream.isTerminal();
  const paint = (code: number) => (text: string) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { colour, bold: paint(1), red: paint(31) };
}
