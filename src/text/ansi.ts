/**
 * The escape sequences that colour text.
 *
 * @module
 */

// deno-lint-ignore no-control-regex -- these sequences are what is looked for
const COLOURS = /\x1b\[[0-9;]*m/g;

/** @returns `text` without colours, for texts that a library paints whatever it is told. */
export function withoutColour(text: string): string {
  return text.replace(COLOURS, "");
}
