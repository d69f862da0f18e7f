import { dirname } from "@std/path";
import { InvalidFieldError } from "../../api_client/fields.ts";
import { renameOver } from "../../credentials/atomic_file.ts";
import { ConfigurationError, FluxloopError, SystemError } from "../../errors.ts";

/** How much text is collected before it is written, in characters. */
const BUFFER_SIZE = 64 * 1024;

/**
 * Replaces a file atomically with text that is produced in parts: a reader sees the old or the new content, but never a part
 * of it. A missing folder is created. A device or a pipe at this path is written to directly.
 *
 * @throws {SystemError} When the file can't be written; a regular file is unchanged then.
 */
export async function writeReport(path: string, parts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  try {
    const newPath = prepare(path);
    if (newPath === null) return await Deno.writeTextFile(path, ReadableStream.from(parts));
    try {
      await Deno.writeTextFile(newPath, ReadableStream.from(buffered(parts)), { createNew: true });
      renameOver(newPath, path);
    } catch (error) {
      await Deno.remove(newPath).catch(() => {}); // The first error says more.
      throw error;
    }
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Finds out before the first run whether {@linkcode writeReport} can write a file.
 *
 * @throws {SystemError} When it can't; the file is never changed.
 */
export function checkWritable(path: string): void {
  try {
    const newPath = prepare(path);
    if (newPath === null) return;
    Deno.writeTextFileSync(newPath, "", { createNew: true });
    Deno.removeSync(newPath);
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function* buffered(parts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string, void> {
  let buffer = "";
  for await (const part of parts) {
    buffer += part;
    if (buffer.length < BUFFER_SIZE) continue;
    yield buffer;
    buffer = "";
  }
  yield buffer;
}

/** Returns the path of a temporary file, random because of concurrent writers; `null` for a device or a pipe. */
function prepare(path: string): string | null {
  Deno.mkdirSync(dirname(path), { recursive: true });
  const info = statOrNull(path);
  if (info?.isDirectory) throw Object.assign(new Error("Is a directory"), { code: "EISDIR" });
  return info?.isFile === false ? null : `${path}.${crypto.randomUUID().slice(0, 8)}.new`;
}

/** Returns information about a path, following links; `null` if there is nothing or it isn't accessible. */
export function statOrNull(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}

/** Creates the error for a `path` that can't be written; returns a cause that already has its own message unchanged. */
export function unwritable(path: string, cause: unknown): FluxloopError {
  if (cause instanceof FluxloopError) return cause;
  return new SystemError(`Can't write ${path}: ${reasonOf(cause)}`, { cause });
}

/** Creates the error for a `path` that can't be read; returns a cause that already has its own message unchanged. */
export function unreadable(path: string, cause: unknown): FluxloopError {
  if (cause instanceof FluxloopError) return cause;
  return new ConfigurationError(`Can't read ${path}: ${reasonOf(cause)}`, { cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the disk",
  EDQUOT: "disk quota exceeded",
  EROFS: "read-only file system",
  ENOENT: "no such file",
  ENOTDIR: "part of the path isn't a folder",
  EISDIR: "it is a folder",
  EEXIST: "part of the path isn't a folder", // So says mkdir -p of a file.
  EACCES: "permission denied",
  EPERM: "operation not permitted",
};

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return "invalid JSON";
  if (error instanceof InvalidFieldError) return error.message;
  // The runtime refuses devices such as /dev/stdout, and /proc.
  if (error instanceof Deno.errors.NotCapable) return "it is a device or a system file";
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? "system error";
}
