/**
 * Lines of text in a stream of bytes.
 *
 * @module
 */

/** Cuts a stream of bytes into lines of UTF-8 text. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  #open = "";

  /** What follows the last line end. */
  get open(): string {
    return this.#open;
  }

  /** @returns The lines that end in `chunk`, without their ends (`\n` or `\r\n`). */
  feed(chunk: Uint8Array): string[] {
    const lines = this.#decoder.decode(chunk, { stream: true }).split("\n");
    lines[0] = this.#open + lines[0];
    this.#open = lines.pop()!;
    return lines.map((it) => it.endsWith("\r") ? it.slice(0, -1) : it);
  }
}
