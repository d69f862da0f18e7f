/**
 * Renders a terminal screen as SVG that follows the reader's light or dark colour scheme.
 *
 * @module
 */

/** Text in one style. */
interface Run {
  readonly text: string;
  /** Its offset from the left, in cells. */
  readonly column: number;
  readonly cells: number;
  readonly classes: string;
}

/** The size of a cell, in SVG units. */
const CELL = { width: 8.4, height: 20 };
const MARGIN = 16;
const TITLE_BAR = 32;
/** SGR codes (ECMA-48, 8.3.117) that the program uses, and their CSS classes. */
const CLASSES: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "faint",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "34": "blue",
  "35": "magenta",
  "36": "cyan",
  "90": "faint",
};
/** Codes that reset one attribute. The program sets no background. */
const DEFAULT_COLOUR = "39";
const DEFAULT_WEIGHT = "22";
const DEFAULT_BACKGROUND = "49";
/** Characters that are two cells wide in a terminal. */
const WIDE = /\p{Emoji_Presentation}/u;

const STYLE = `
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
  .window { fill: #ffffff; stroke: #d1d9e0 } .bar { fill: #f6f8fa }
  .bold { font-weight: 600 } .faint { fill: #59636e } .red { fill: #cf222e } .green { fill: #1a7f37 }
  .yellow { fill: #9a6700 } .blue { fill: #0969da } .magenta { fill: #8250df } .cyan { fill: #1b7c83 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .window { fill: #0d1117; stroke: #3d444d } .bar { fill: #151b23 }
    .faint { fill: #9198a1 } .red { fill: #ff7b72 } .green { fill: #3fb950 }
    .yellow { fill: #d29922 } .blue { fill: #58a6ff } .magenta { fill: #bc8cff } .cyan { fill: #39c5cf }
  }`;

/**
 * @param screen Lines of text with SGR sequences, such as the output of `tmux capture-pane -e`.
 * @param title The picture's alternative text.
 * @returns An SVG document.
 */
export function svgOf(screen: string, title: string): string {
  const lines = linesOf(screen);
  const columns = Math.max(...lines.flat().map((it) => it.column + it.cells));
  const width = Math.ceil(columns * CELL.width) + 2 * MARGIN;
  const height = TITLE_BAR + lines.length * CELL.height + MARGIN;
  const dots = ["red", "yellow", "green"].map((colour, index) =>
    `<circle class="${colour}" cx="${MARGIN + 4 + index * 18}" cy="${TITLE_BAR / 2}" r="5"/>`
  );
  const texts = lines.flatMap((runs, row) =>
    runs.filter((it) => it.text.trim() !== "").map((it) => textOf(it, TITLE_BAR + (row + 1) * CELL.height - 4))
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${STYLE}
</style>
<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<path class="bar" d="M1 ${TITLE_BAR - 4}V9a8 8 0 0 1 8-8h${width - 18}a8 8 0 0 1 8 8v${TITLE_BAR - 13}z"/>
${dots.join("\n")}
${texts.join("\n")}
</svg>
`;
}

/** Stretches the text to a fixed width, because fonts differ in their character width. */
function textOf({ text, column, cells, classes }: Run, y: number): string {
  const x = tenths(MARGIN + column * CELL.width);
  const attribute = classes === "" ? "" : ` class="${classes}"`;
  const length = `textLength="${tenths(cells * CELL.width)}" lengthAdjust="spacingAndGlyphs"`;
  return `<text x="${x}" y="${y}"${attribute} ${length}>${escaped(text)}</text>`;
}

function linesOf(screen: string): Run[][] {
  let codes: string[] = [];
  return screen.split("\n").map((line) => {
    const runs: Run[] = [];
    let column = 0;
    // deno-lint-ignore no-control-regex -- a colour starts with an escape character
    for (const part of line.split(/(\x1b\[[\d;]*m|\p{Emoji_Presentation})/u)) {
      // deno-lint-ignore no-control-regex -- see above
      const [, sequence] = /^\x1b\[([\d;]*)m$/.exec(part) ?? [];
      if (sequence !== undefined) {
        codes = sequence.split(";").reduce(applied, codes);
        continue;
      }
      const cells = WIDE.test(part) ? 2 : [...part].length;
      if (part !== "") runs.push({ text: part, column, cells, classes: codes.map((it) => CLASSES[it]).join(" ") });
      column += cells;
    }
    return runs;
  });
}

function applied(codes: string[], code: string): string[] {
  if (code === "" || code === "0") return [];
  if (code === DEFAULT_COLOUR) return codes.filter((it) => !isColour(it));
  if (code === DEFAULT_WEIGHT) return codes.filter(isColour);
  if (code === DEFAULT_BACKGROUND) return codes;
  if (!(code in CLASSES)) throw new Error(`SGR ${code} has no class in scripts/record/svg.ts.`);
  return [...codes.filter((it) => isColour(it) !== isColour(code)), code];
}

function isColour(code: string): boolean {
  return code.length === 2;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
