/**
 * The lines of a program's outputs, in bounded memory.
 *
 * @module
 */

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines of UTF-8 text. */
export class LineSplitter {
  readonly #limit: number;
  readonly #decoder = new TextDecoder();
  /** The line that has not ended yet. */
  #parts: Uint8Array[] = [];
  #size = 0;

  /** @param limit The most bytes of one line. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * @param chunk What comes next.
   * @param take Is given each line that ends in it, without its end (`\n` or `\r\n`).
   * @returns Whether all is well; `false` when a line is longer than the limit, after which the rest is of no use.
   */
  feed(chunk: Uint8Array, take: (line: string) => void): boolean {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#size + end - start > this.#limit) return false;
      const line = this.#completed(chunk.subarray(start, end));
      take(line.endsWith("\r") ? line.slice(0, -1) : line);
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return this.#size <= this.#limit;
  }

  /** @param take Is given what stands behind the last line end, where there is something. */
  end(take: (line: string) => void): void {
    if (this.#size > 0 && this.#size <= this.#limit) take(this.#completed(new Uint8Array()));
  }

  #keep(part: Uint8Array): void {
    this.#size += part.length;
    // What is too long is not needed any more.
    if (this.#size <= this.#limit) this.#parts.push(part);
    else this.#parts = [];
  }

  #completed(last: Uint8Array): string {
    if (this.#size === 0) return this.#decoder.decode(last);
    const whole = new Uint8Array(this.#size + last.length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    whole.set(last, at);
    this.#parts = [];
    this.#size = 0;
    return this.#decoder.decode(whole);
  }
}

/** How much is kept of what a program says on standard error: lines, and characters of each. */
const LAST_LINES = 20;
const LINE_LENGTH = 1000;

/** The last lines of a stream of text, however long it is. */
export class LastLines {
  readonly #decoder = new TextDecoder();
  #lines: string[] = [];
  #open = "";

  /** @param chunk What comes next. */
  add(chunk: Uint8Array): void {
    const lines = (this.#open + this.#decoder.decode(chunk, { stream: true })).split(/\r?\n/).map(shortened);
    this.#open = lines.pop()!;
    this.#lines.push(...lines.slice(-LAST_LINES));
    this.#lines.splice(0, this.#lines.length - LAST_LINES);
  }

  /** @returns The last lines that hold something, 20 at most, of 1,000 characters at most; the oldest first. */
  get lines(): readonly string[] {
    return [...this.#lines, this.#open].filter((it) => it.trim() !== "").slice(-LAST_LINES);
  }

  /** Forgets what there was. */
  clear(): void {
    this.#lines = [];
    this.#open = "";
  }
}

function shortened(line: string): string {
  return line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH - 1)}…` : line;
}
