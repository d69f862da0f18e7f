/**
 * JSON documents on standard output.
 *
 * @module
 */

/** What JSON may hold as it is, and a terminal takes for a command or for another order of the text around it. */
const HARMFUL = new RegExp(
  "[\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]",
  "g",
);
/** Half a character, which some readers of JSON refuse together with the whole document. */
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/**
 * @param value A document.
 * @param indent Blanks of indentation; 0 for one line.
 * @returns Its text, with a line end. Harmful characters, and what a CI system takes for a command, are escaped.
 */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent)
    .replace(LONE_SURROGATE, "$1\\ufffd")
    .replaceAll("##[", "#\\u0023[")
    .replace(HARMFUL, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${text}\n`;
}

/** How large a JSON value is. */
export interface Extent {
  /** How many values it has, itself included. */
  readonly count: number;
  /** How deep they are nested; 0 for a text or a number. Not more than {@linkcode DEEPEST} is told. */
  readonly depth: number;
}

/** What is nested deeper is only told to be so: the rest isn't looked at, as the program's own stack has an end. */
const DEEPEST = 1000;

/** @returns How large a JSON value is. */
export function extentOf(value: unknown, level = 0): Extent {
  let count = 1;
  let depth = 0;
  if (typeof value !== "object" || value === null || level >= DEEPEST) return { count, depth };
  for (const child of Object.values(value)) {
    const extent = extentOf(child, level + 1);
    count += extent.count;
    depth = Math.max(depth, extent.depth + 1);
  }
  return { count, depth };
}
