// deno-lint-ignore no-control-regex -- matches escape sequences on purpose
const COLOURS = /\x1b\[[0-9;]*m/g;

/** Removes colours from texts that Cliffy always colours. */
export function withoutColour(text: string): string {
  return text.replace(COLOURS, "");
}
