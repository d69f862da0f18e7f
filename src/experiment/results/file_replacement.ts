/**
 * Files that are replaced in one step: a reader sees the old content or the new, and never a part of it.
 *
 * @module
 */

/** How a file is replaced. */
export interface ReplaceOptions {
  /** The new file's permissions, which the umask narrows. Defaults to the system's own. */
  readonly mode?: number;
  /** Whether the content is on the disk before it takes its place. Defaults to false. */
  readonly sync?: boolean;
}

/**
 * The new content of a file, written to a file of a random name beside it until {@linkcode commit} puts it in place. Several
 * writers at once don't meet: the last commit wins. Disposing of it without a commit leaves everything as it was.
 */
export class FileReplacement implements Disposable {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: Deno.FsFile;
  readonly #sync: boolean;
  #isOpen = true;
  #isCommitted = false;

  /**
   * @param path The file; its folder exists.
   * @throws What the system throws.
   */
  constructor(path: string, { mode, sync = false }: ReplaceOptions = {}) {
    this.#path = path;
    this.#temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
    this.#sync = sync;
    // `createNew` follows no link and opens nothing that somebody else has put there.
    this.#file = Deno.openSync(this.#temporary, { write: true, createNew: true, mode });
  }

  /** Adds to the new content. */
  write(text: string): void {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(this.#file.writeSync(rest));
  }

  /** Puts the new content in place. */
  commit(): void {
    if (this.#sync) this.#file.syncSync();
    this.#close();
    Deno.renameSync(this.#temporary, this.#path);
    this.#isCommitted = true;
  }

  [Symbol.dispose](): void {
    this.#close();
    if (this.#isCommitted) return;
    try {
      Deno.removeSync(this.#temporary);
    } catch {
      // The error that prevented the commit says more.
    }
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/**
 * Replaces a file, or creates it.
 *
 * @param path The file; its folder exists.
 * @throws What the system throws; the file is then as it was.
 */
export function replaceFile(path: string, text: string, options?: ReplaceOptions): void {
  using replacement = new FileReplacement(path, options);
  replacement.write(text);
  replacement.commit();
}
