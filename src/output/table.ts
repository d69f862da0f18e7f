/** The minimum width of a column, in terminal cells. */
const MIN_WIDTH = 6;
const GAP = 2;
const WIDE = new RegExp(
  "[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\u4dbf\\u4e00-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f" +
    "\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}",
  "u",
);

/**
 * Aligns rows in columns.
 *
 * @param width The terminal's width; long cells are shortened to fit. `null` leaves them whole.
 */
export function tableText(rows: readonly (readonly string[])[], width: number | null): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column]))));
  const excess = () => widths.reduce((sum, it) => sum + it, GAP * (widths.length - 1)) - (width ?? Infinity);
  for (let over = excess(); over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= MIN_WIDTH) break;
    widths[widest]--;
  }
  const line = (row: readonly string[]) =>
    row.map((cell, column) => {
      const text = shortened(cell, widths[column]);
      return text + " ".repeat(widths[column] - displayWidth(text));
    }).join(" ".repeat(GAP)).trimEnd();
  return rows.map((row) => `${line(row)}\n`).join("");
}

/** Returns the width of a text in terminal cells: wide characters take two, combining ones none. */
function displayWidth(text: string): number {
  // A shortcut for most texts: looking up characters in large Unicode classes is slow.
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const it of text) width += /\p{M}/u.test(it) ? 0 : WIDE.test(it) ? 2 : 1;
  return width;
}

/** Shortens a text in the middle, because cells tend to differ at their ends. */
function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = [...text];
  let [head, tail] = ["", ""];
  while (characters.length > 0) {
    const isHead = displayWidth(head) <= displayWidth(tail);
    const next = isHead ? characters.shift()! : characters.pop()!;
    if (displayWidth(head + tail + next) > width - 1) break;
    if (isHead) head += next;
    else tail = next + tail;
  }
  return `${head}…${tail}`;
}
