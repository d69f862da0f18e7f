/**
 * The saved credentials: reading them, and changing them without losing any (design: "Files").
 *
 * @module
 */
import { clearLeftover, makeFolder, replaceFile, tryReplacing } from "./atomic_file.ts";
import { CredentialsDocument } from "./credentials_document.ts";
import {
  type CredentialsFile,
  fileFailure,
  findCredentialsFile,
  looseMode,
  notAFile,
  requireOwn,
} from "./credentials_file.ts";
import { decodeCredentials, loadYaml, SIZE_LIMIT, unreadable } from "./credentials_text.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";
import { fileNamePart } from "./profile_name.ts";

/** A credentials file that others than its owner may read or write. */
export interface LooseFile {
  /** The file, as people write it. */
  readonly shown: string;
  /** Its permission bits. */
  readonly mode: number;
}

/**
 * Reads the credentials.
 *
 * @param location Where they lie; `null` where there is no such place, which then holds none.
 * @returns The file's content; an empty one when there is no file.
 * @throws {ConfigurationError} When the file is there and cannot be read.
 */
export async function readCredentials(location: CredentialsLocation | null): Promise<CredentialsDocument> {
  if (location === null) return CredentialsDocument.empty("");
  try {
    const file = findCredentialsFile(location);
    await clearLeftover(file.path, lockOf(file.path));
    const text = textOf(file, location);
    if (text !== null) await loadYaml();
    return interpret(text, location);
  } catch (error) {
    throw fileFailure(location, "read", error);
  }
}

/**
 * @param location Where the credentials lie, or `null`.
 * @returns The file, where others than its owner may read or write it; else `null`. Windows has no such bits: there the
 * user's own folder keeps others out.
 */
export function looseFile(location: CredentialsLocation | null): LooseFile | null {
  if (location === null) return null;
  try {
    const mode = looseMode(findCredentialsFile(location));
    return mode === null ? null : { shown: location.shown, mode };
  } catch (error) {
    throw fileFailure(location, "read", error);
  }
}

/**
 * Changes the credentials under a lock, on what the file holds by then.
 *
 * @param location Where they lie; folder and file are made where they are missing, for their owner alone. A file that
 * others could read is theirs no longer afterwards.
 * @param change Makes the change in the document, synchronously; where it throws, nothing is written.
 * @returns What `change` returns, once the new content is on disk.
 * @throws {ConfigurationError} When the file cannot be read or written; it is as it was.
 * @throws {SystemError} When the disk is full, or another process keeps the lock.
 */
export async function updateCredentials<T>(
  location: CredentialsLocation,
  change: (document: CredentialsDocument) => T,
): Promise<T> {
  // Needed here alone, and larger than all else. Under the lock there is nothing to wait for.
  const { editCredentials } = await import("./edit_credentials.ts");
  await loadYaml();
  return await withWritable(location, (file, text) => {
    const document = interpret(text, location);
    document.requireKnownVersion();
    const result = change(document);
    if (document.isChanged) replaceFile(file.path, document.toText(editCredentials));
    return result;
  });
}

/** What a profile takes in the file at most, in bytes: two tokens, and the rest. */
const ROOM = 24 * 1024;

/**
 * Sees to it that credentials can be saved, before something is spent that could not be kept.
 *
 * @param location Where they lie; the folder is made where it is missing.
 * @throws As {@linkcode updateCredentials}.
 */
export async function requireWritable(location: CredentialsLocation): Promise<void> {
  await loadYaml();
  await withWritable(location, (file, text) => {
    interpret(text, location).requireKnownVersion();
    tryReplacing(file.path, (file.info?.size ?? 0) + ROOM);
  });
}

/** Runs `work` under the lock of a file that is this user's own. */
async function withWritable<T>(
  location: CredentialsLocation,
  work: (file: CredentialsFile, text: string | null) => T,
): Promise<T> {
  try {
    makeFolder(location.folder);
    // Two folders may hold links to one file: the lock is the file's, not the folder's.
    const there = findCredentialsFile(location);
    requireOwn(location, there);
    return await withFileLock(lockOf(there.path), () => {
      const file = findCredentialsFile(location);
      requireOwn(location, file);
      return work(file, textOf(file, location));
    }, {
      shown: location.shown,
      signal: location.context.stopped,
      onFallback: (path) => location.context.trace(`no file locks on this file system; using ${path}ed`),
    });
  } catch (error) {
    throw fileFailure(location, "written", error);
  }
}

/** @returns The lock of what concerns one profile alone and takes longer than a write, such as a request. */
export function profileLock(location: CredentialsLocation, profile: string): string {
  return `${location.file}.${fileNamePart(profile)}.lock`;
}

/**
 * @returns The lock of a rotation, one for all profiles: two of them may have the same key, and one rotation replaces it in
 * both. No profile's name begins like its own.
 */
export function rotationLock(location: CredentialsLocation): string {
  return `${location.file}._rotation.lock`;
}

/** @returns The file's text; `null` where there is no file, or one that shall hold nothing. */
function textOf({ path, info }: CredentialsFile, location: CredentialsLocation): string | null {
  const { shown } = location;
  // A link to it is the usual way to say that a file shall hold nothing.
  if (info === null || path === "/dev/null") return null;
  if (!info.isFile) throw notAFile(location, info);
  if (info.size > SIZE_LIMIT) throw unreadable(shown, `is larger than ${SIZE_LIMIT / 1024 / 1024} MiB`);
  return decodeCredentials(Deno.readFileSync(path), shown);
}

function interpret(text: string | null, { shown }: CredentialsLocation): CredentialsDocument {
  return text === null ? CredentialsDocument.empty(shown) : CredentialsDocument.parse(text, shown);
}

function lockOf(path: string): string {
  return `${path}.lock`;
}
