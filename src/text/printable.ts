/**
 * Texts from outside (the platform, a file) as they may reach a terminal.
 *
 * @module
 */

// C0 and C1 controls, which drive a terminal, and the marks that reorder or hide what stands around them.
const HARMFUL = new RegExp("[\\p{Cc}\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]", "gu");

/**
 * Makes control characters, escape sequences and reordering marks of a text visible instead of effective, and what a CI
 * system takes for a command: `::` at the start of a line and `##[` anywhere
 * (https://docs.github.com/actions/reference/workflow-commands).
 *
 * @param text A text that the program did not write itself.
 * @returns The text on one line, each such character as `\x1b` or `\u{202e}`.
 */
export function printable(text: string): string {
  return text.replace(/^(\s*):(?=:)/, "$1\\x3a").replaceAll("##[", "#\\x23[").replace(HARMFUL, (it) => {
    const code = it.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
