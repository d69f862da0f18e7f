/**
 * A file's lines, one at a time, however large the file is.
 *
 * @module
 */

/** How much is read at once, in bytes. */
const CHUNK = 64 * 1024;
const LINE_END = 0x0a;

/** A whole line without its end, and where the next one begins, in bytes. */
export interface FileLine {
  readonly text: string;
  readonly end: number;
}

/**
 * @param path The file.
 * @param from Where to begin, in bytes.
 * @returns Its lines; what comes after the last line end is left out.
 * @throws What the system throws.
 */
export async function* fileLines(path: string, from = 0): AsyncGenerator<FileLine, void> {
  using file = await Deno.open(path, { read: true });
  if (from > 0) await file.seek(from, Deno.SeekMode.Start);
  const decoder = new TextDecoder();
  let end = from;
  // A line that goes on in the next chunk; its pieces are put together once.
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const buffer = new Uint8Array(CHUNK);
    const count = await file.read(buffer);
    if (count === null) return;
    let rest = buffer.subarray(0, count);
    for (let at = rest.indexOf(LINE_END); at >= 0; at = rest.indexOf(LINE_END)) {
      const line = joined([...pieces, rest.subarray(0, at)]);
      pieces = [];
      rest = rest.subarray(at + 1);
      end += line.length + 1;
      yield { text: decoder.decode(line), end };
    }
    if (rest.length > 0) pieces.push(rest);
  }
}

function joined(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(pieces.reduce((sum, it) => sum + it.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
