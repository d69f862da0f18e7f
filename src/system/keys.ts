/**
 * Splits terminal input, which arrives in pieces of any size, into keys.
 *
 * @module
 */

/** A control sequence (ECMA-48, 5.4), or a function key as `ESC O` and a letter. */
// deno-lint-ignore no-control-regex -- terminals send it
const SEQUENCE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~])/;
/** An incomplete sequence. */
// deno-lint-ignore no-control-regex -- terminals send it
const UNFINISHED = /^\x1b(?:\[[0-?]*[ -/]*|O)?$/;
const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
/** A longer pause ends a paste. In milliseconds. */
const PASTE_PAUSE = 50;

export const CTRL_C = "\x03";
export const CTRL_D = "\x04";
export const CTRL_U = "\x15";
export const CTRL_W = "\x17";

/** Tells whether a key submits an answer. */
export function isEnter(key: string): boolean {
  return key === "\r" || key === "\n";
}

/** Tells whether a key deletes the character before the cursor. */
export function isBackspace(key: string): boolean {
  return key === "\x7f" || key === "\b";
}

/** Tells whether a key is a visible character. */
export function isPrintable(key: string): boolean {
  return /^\P{Cc}$/u.test(key);
}

/** The position in a bracketed paste: outside, before its first line, in that line, or after it. */
type Paste = "none" | "start" | "line" | "rest";

/** Reads a terminal in raw mode key by key: a character or a control sequence at a time. */
export class KeyReader {
  readonly #read: (buffer: Uint8Array) => Promise<number | null>;
  readonly #decoder = new TextDecoder();
  readonly #buffer = new Uint8Array(4096);
  /** The current read. Reads can't be cancelled, so one that an interruption has abandoned serves the next question. */
  #reading: Promise<boolean> | undefined;
  #text = "";
  #paste: Paste = "none";

  /** @param read Reads bytes, as `Deno.stdin.read` does. */
  constructor(read: (buffer: Uint8Array) => Promise<number | null>) {
    this.#read = read;
  }

  /**
   * Waits for the next key. Of a bracketed paste, only the characters of its first line are returned, without an Enter.
   * Any other input behind an Enter is discarded, so that it doesn't answer the next question or run in the shell.
   *
   * @returns `null` at the end of input.
   */
  async next(): Promise<string | null> {
    for (;;) {
      const key = await this.#take();
      if (key === null || key === CTRL_C) return key;
      if (key === PASTE_START) this.#paste = "start";
      else if (key === PASTE_END) this.#paste = "none";
      else if (this.#paste === "none") {
        if (isEnter(key)) await this.#discard();
        return key;
      } else if (isEnter(key) && this.#paste === "line") this.#paste = "rest";
      else if (isPrintable(key) && this.#paste !== "rest") {
        this.#paste = "line";
        return key;
      }
    }
  }

  async #take(): Promise<string | null> {
    while (this.#text === "" || UNFINISHED.test(this.#text)) if (!await this.#readMore()) return null;
    const [key] = SEQUENCE.exec(this.#text) ?? this.#text;
    this.#text = this.#text.slice(key.length);
    // A lone Escape is ignored; before another key, it counts as part of that key.
    return key === "\x1b" ? await this.#take() : key;
  }

  /** Reads more of the terminal's input. Returns `false` at the end of input. */
  #readMore(): Promise<boolean> {
    return this.#reading ??= this.#read(this.#buffer).then((count) => {
      this.#reading = undefined;
      if (count !== null) this.#text += this.#decoder.decode(this.#buffer.subarray(0, count), { stream: true });
      return count !== null;
    });
  }

  async #discard(): Promise<void> {
    const pause = () => new Promise<false>((resolve) => setTimeout(resolve, PASTE_PAUSE, false));
    do this.#text = ""; while (await Promise.race([this.#readMore(), pause()]));
  }
}
