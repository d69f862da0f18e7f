/**
 * Reading files that are not the program's own: somebody else may have put anything there.
 *
 * @module
 */

/** The largest file that is read, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Reads a small file.
 *
 * @param path The file, or a link to one.
 * @returns Its text.
 * @throws {RangeError} When it is no regular file (reading a pipe or a device need not end), or is larger than 1 MiB.
 * @throws What the system throws.
 */
export function readSmallFile(path: string): string {
  const { isFile, size } = Deno.statSync(path);
  if (!isFile) throw new RangeError("it is not a regular file");
  if (size > LIMIT) throw new RangeError("it is larger than 1 MiB");
  return Deno.readTextFileSync(path);
}

/** As {@linkcode readSmallFile}; `null` where it can't be read. */
export function readSmallFileIfPossible(path: string): string | null {
  try {
    return readSmallFile(path);
  } catch {
    return null;
  }
}
