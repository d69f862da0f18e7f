/**
 * Lines on their way to the end of a file.
 *
 * @module
 */

/**
 * Writes whole lines. Those that come while a write is under way go together with the next one, so that thousands a second
 * cost few writes, and none waits for others to come.
 */
export class LineWriter {
  readonly #file: Deno.FsFile;
  /** What is in the file, in bytes: whole lines alone. */
  #size = 0;
  #waiting: string[] = [];
  /** The write that will take what is waiting. */
  #next: Promise<void> | undefined;
  /** The last write of all, done or not. */
  #last: Promise<void> = Promise.resolve();

  /**
   * @param path A file that is not there yet.
   * @throws What the system throws.
   */
  constructor(path: string) {
    this.#file = Deno.openSync(path, { write: true, createNew: true });
  }

  /**
   * @param line A line, with its end.
   * @returns Once the system has it: from then on it outlives this process, however that ends.
   * @throws What the system throws; the file then ends with the last whole line.
   */
  append(line: string): Promise<void> {
    this.#waiting.push(line);
    // A write that failed was told to those whose lines it held.
    return this.#next ??= this.#last = this.#last.catch(() => {}).then(() => this.#flush());
  }

  /**
   * Puts all on the disk and lets go of the file.
   *
   * @throws What the system throws.
   */
  async close(): Promise<void> {
    try {
      await this.#last;
      await this.#file.syncData();
    } finally {
      this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const bytes = new TextEncoder().encode(this.#waiting.join(""));
    this.#waiting = [];
    this.#next = undefined;
    try {
      let rest = bytes;
      while (rest.length > 0) rest = rest.subarray(await this.#file.write(rest));
      this.#size += bytes.length;
    } catch (error) {
      // Half a line would spoil the one that is written after it.
      await this.#file.truncate(this.#size);
      await this.#file.seek(this.#size, Deno.SeekMode.Start);
      throw error;
    }
  }
}
