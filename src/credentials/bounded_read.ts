import { decodeText } from "../text/encoding.ts";

/** The size of the largest file that is read, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Reads a text file of at most 1 MiB, following links.
 *
 * @throws {RangeError} When it isn't a regular file (reading a pipe or a device might never end), or is larger.
 * @throws What the system throws.
 */
export function readSmallFile(path: string): string {
  const { isFile, size } = Deno.statSync(path);
  if (!isFile) throw new RangeError("it isn't a regular file");
  if (size > LIMIT) throw new RangeError("it is larger than 1 MiB");
  return decodeText(Deno.readFileSync(path));
}

/** Says why {@linkcode readSmallFile} failed, as a part of a sentence. */
export function readFailure(error: unknown): string {
  if (error instanceof RangeError) return error.message;
  if (error instanceof Deno.errors.NotFound) return "no such file";
  return error instanceof Deno.errors.PermissionDenied ? "permission denied" : "system error";
}

/** Like {@linkcode readSmallFile}, but returns `null` if the file can't be read. */
export function readSmallFileIfPossible(path: string): string | null {
  try {
    return readSmallFile(path);
  } catch {
    return null;
  }
}
