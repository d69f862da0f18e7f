/** Splits a stream of bytes into lines of UTF-8 text. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #open = "";

  /** The incomplete last line. */
  get open(): string {
    return this.#open;
  }

  /** Adds a chunk. @returns The lines that it completes, without their line ends (`\n` or `\r\n`). */
  feed(chunk: Uint8Array): string[] {
    const lines = this.#decoder.decode(chunk, { stream: true }).split("\n");
    lines[0] = this.#open + lines[0];
    this.#open = lines.pop()!;
    return lines.map((it) => it.endsWith("\r") ? it.slice(0, -1) : it);
  }
}

const LAST_LINES = 20;
const LINE_LENGTH = 1000;

/** Keeps the last 20 lines of a stream of bytes, 1,000 characters of each. */
export class LastLines {
  readonly #decoder = new TextDecoder();
  #lines: string[] = [];
  #open = "";

  add(chunk: Uint8Array): void {
    const lines = (this.#open + this.#decoder.decode(chunk, { stream: true })).split(/\r?\n/).map(shortened);
    this.#open = lines.pop()!;
    this.#lines.push(...lines.slice(-LAST_LINES));
    this.#lines.splice(0, this.#lines.length - LAST_LINES);
  }

  /** The last lines that aren't blank, the oldest first. */
  get lines(): readonly string[] {
    return [...this.#lines, this.#open].filter((it) => it.trim() !== "").slice(-LAST_LINES);
  }

  clear(): void {
    this.#lines = [];
    this.#open = "";
  }
}

function shortened(line: string): string {
  return line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line;
}
