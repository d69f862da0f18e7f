// Control characters, which drive a terminal, and marks that reorder or hide the text around them.
const HARMFUL = new RegExp("[\\p{Cc}\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]", "gu");

/**
 * Makes a text from outside safe for a terminal and for the log of a CI system. Control characters, escape sequences and
 * reordering marks are escaped as `\x1b` or `\u{202e}`; so are workflow commands, `::` at the start and `##[` anywhere
 * (https://docs.github.com/actions/reference/workflow-commands).
 *
 * @returns The text on one line.
 */
export function printable(text: string): string {
  return text.replace(/^(\s*):(?=:)/, "$1\\x3a").replaceAll("##[", "#\\x23[").replace(HARMFUL, (it) => {
    const code = it.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}
