// deno-lint-ignore no-control-regex -- these sequences are what is looked for
const COLOURS = /\x1b\[[0-9;]*m/g;

/** Removes colours, for texts that Cliffy colours in any case. */
export function withoutColour(text: string): string {
  return text.replace(COLOURS, "");
}
