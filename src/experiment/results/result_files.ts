/**
 * Writes the files of an experiment, and words what fails.
 *
 * @module
 */
import { dirname } from "@std/path";
import { ConfigurationError, FluxloopError, SystemError } from "../../errors.ts";
import { FileReplacement, replaceFile } from "./file_replacement.ts";

/** How much text is collected before it is written, in characters. */
const BUFFER_SIZE = 64 * 1024;

/**
 * Replaces a small file.
 *
 * @throws {SystemError} When it can't be written; the file is then as it was.
 */
export function replaceText(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Replaces a file by text that is produced piece by piece. A device or a pipe at this path is written to directly.
 *
 * @param path The file; its folder is created if it is missing.
 * @throws {SystemError} When it can't be written; a regular file is then as it was.
 * @throws What `parts` throws.
 */
export async function writeReport(path: string, parts: AsyncIterable<string>): Promise<void> {
  try {
    prepare(path);
    if (isSpecial(path)) {
      await Deno.writeTextFile(path, ReadableStream.from(parts));
      return;
    }
    using replacement = new FileReplacement(path);
    let buffer = "";
    for await (const part of parts) {
      buffer += part;
      if (buffer.length < BUFFER_SIZE) continue;
      replacement.write(buffer);
      buffer = "";
    }
    replacement.write(buffer);
    replacement.commit();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Checks early whether {@linkcode writeReport} can write a file.
 *
 * @throws {SystemError} When it can't; the file is as it was in any case.
 */
export function checkWritable(path: string): void {
  try {
    prepare(path);
    if (!isSpecial(path)) new FileReplacement(path)[Symbol.dispose]();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function prepare(path: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  if (infoOf(path)?.isDirectory) throw Object.assign(new Error("Is a directory"), { code: "EISDIR" });
}

function isSpecial(path: string): boolean {
  const info = infoOf(path);
  return info !== undefined && !info.isFile;
}

function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** @returns The error to throw where `path` can't be written; a failure that already has its own message stays. */
export function unwritable(path: string, cause: unknown): FluxloopError {
  if (cause instanceof FluxloopError) return cause;
  return new SystemError(`Can't write ${path}: ${reasonOf(cause)}`, { cause });
}

/** @returns The error to throw where `path` can't be read; a failure that already has its own message stays. */
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
  EEXIST: "it already exists",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? "system error";
}
