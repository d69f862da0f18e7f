import { decodeText } from "../text/encoding.ts";

/** The largest of other people's files that is read, in bytes. */
const LIMIT = 1024 * 1024;

/**
 * Reads a file, or what a link leads to.
 *
 * @throws {RangeError} When it isn't a regular file (reading a pipe or a device need not end), or is larger than 1 MiB.
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

/** As {@linkcode readSmallFile}; `null` if it can't be read. */
export function readSmallFileIfPossible(path: string): string | null {
  try {
    return readSmallFile(path);
  } catch {
    return null;
  }
}
