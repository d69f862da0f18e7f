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
 * @returns Its text, with a line end. Harmful characters are escaped, and read as what they are.
 */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent)
    .replace(LONE_SURROGATE, "$1\\ufffd")
    .replace(HARMFUL, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${text}\n`;
}
