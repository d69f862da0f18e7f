/**
 * Large text files, written as their text is made.
 *
 * @module
 */

import { basename, dirname } from "@std/path";

/** How much is gathered before it is written, in characters. */
const GATHERED = 64 * 1024;

/**
 * Writes a file from the parts of its text; whoever reads it sees the old file or the whole new one. What is there and no
 * regular file, such as a pipe, is written to as it is.
 *
 * @param path The file; its folder exists.
 * @param parts Its text.
 * @throws What the system throws, or `parts`; then nothing half-written stays.
 */
export async function writeStreamed(path: string, parts: AsyncIterable<string>): Promise<void> {
  if (isSpecial(path)) return await fill(path, parts);
  const fresh = `${path}.new`;
  try {
    await fill(fresh, parts);
    await Deno.rename(fresh, path);
  } catch (error) {
    await Deno.remove(fresh).catch(() => {});
    throw error;
  }
}

/**
 * Begins to write a file as {@linkcode writeStreamed} does, and leaves everything as it was.
 *
 * @param path The file; its folder exists.
 * @throws What the system throws where it would not be written.
 */
export async function tryToWrite(path: string): Promise<void> {
  if (isSpecial(path)) return;
  if (isFolder(path)) throw Object.assign(new Error("Is a directory"), { code: "EISDIR" });
  // Of a name of its own: another test may be writing the same file now.
  await Deno.remove(await Deno.makeTempFile({ dir: dirname(path), prefix: `${basename(path)}.` }));
}

async function fill(path: string, parts: AsyncIterable<string>): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  const write = async (text: string) => {
    let rest = encoder.encode(text);
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
  };
  let gathered: string[] = [];
  let size = 0;
  for await (const part of parts) {
    gathered.push(part);
    size += part.length;
    if (size < GATHERED) continue;
    await write(gathered.join(""));
    gathered = [];
    size = 0;
  }
  await write(gathered.join(""));
}

function isSpecial(path: string): boolean {
  try {
    const info = Deno.statSync(path);
    return !info.isFile && !info.isDirectory;
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
