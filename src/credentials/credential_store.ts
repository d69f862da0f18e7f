/**
 * The saved credentials: reading them, and changing them without losing any (design: "Files").
 *
 * @module
 */
import { join } from "@std/path";
import { ConfigurationError, FluxloopError } from "../errors.ts";
import { replaceFile } from "./atomic_file.ts";
import { CredentialsDocument } from "./credentials_document.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";

/**
 * Reads the credentials.
 *
 * @param location Where they lie; `null` where there is no such place, which then holds none.
 * @returns The file's content; an empty one when there is no file.
 * @throws {ConfigurationError} When the file is there and cannot be read.
 */
export function readCredentials(location: CredentialsLocation | null): CredentialsDocument {
  if (location === null) return CredentialsDocument.empty("");
  try {
    return CredentialsDocument.parse(Deno.readTextFileSync(location.file), location.shown);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return CredentialsDocument.empty(location.shown);
    throw error instanceof FluxloopError ? error : unusable(location, "read", error);
  }
}

/**
 * Changes the credentials under a lock, on what the file holds by then.
 *
 * @param location Where they lie; folder and file are made where they are missing, for their owner alone.
 * @param change Makes the change in the document, synchronously; where it throws, nothing is written.
 * @returns What `change` returns, once the new content is on disk.
 * @throws {ConfigurationError} When the file cannot be read or written; it is as it was.
 * @throws {SystemError} When another process keeps the lock.
 */
export async function updateCredentials<T>(
  location: CredentialsLocation,
  change: (document: CredentialsDocument) => T,
): Promise<T> {
  try {
    Deno.mkdirSync(location.folder, { recursive: true, mode: 0o700 });
    return await withFileLock(join(location.folder, "credentials.lock"), () => {
      const document = readCredentials(location);
      const result = change(document);
      replaceFile(location.file, document.toText());
      return result;
    });
  } catch (error) {
    throw error instanceof FluxloopError ? error : unusable(location, "written", error);
  }
}

function unusable(location: CredentialsLocation, deed: "read" | "written", cause: unknown): ConfigurationError {
  return new ConfigurationError(`${location.shown} cannot be ${deed}: ${reasonOf(cause)}`, { cause });
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied; check who owns it and its folder";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder; move it away";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is not a folder";
  if (error instanceof Deno.errors.InvalidData) return "it is not text";
  const message = error instanceof Error ? error.message : "";
  if (/os error 28\b|no space/i.test(message)) return "the disk is full";
  if (/os error 30\b|read-only/i.test(message)) return "the file system is read-only";
  return "the system refused it";
}
