/**
 * The credentials file: reading it, and changing it without losing anything (design: "Files").
 *
 * @module
 */
import { createFolder, isStaleBeside, removeStaleBeside, replaceFile, tryReplacing } from "./atomic_file.ts";
import { type CredentialsFile, fileFailure, findCredentialsFile, findOwnFile, notAFile } from "./credentials_file.ts";
import { CredentialsDocument } from "./credentials_document.ts";
import { decodeCredentials, SIZE_LIMIT, unreadable } from "./credentials_text.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";
import { fileNamePart } from "./profile_name.ts";

/** How long a reader waits for a writer before it ignores that one's new file, in milliseconds. */
const READER_TIMEOUT = 100;
/** The most that a profile takes in the file, in bytes: two tokens, and the rest. */
const PROFILE_SIZE = 24 * 1024;

/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;

/** A credentials file that others than its owner can read or write. */
export interface InsecureFile {
  /** The file, as people write it. */
  readonly shown: string;
  /** Its permission bits; `null` on Windows, which has none. */
  readonly mode: number | null;
}

/** Reads the credentials file; returns an empty document if there is none, or no place for one. */
export async function readCredentials(location: CredentialsLocation | null): Promise<CredentialsDocument> {
  if (location === null) return new CredentialsDocument("", "");
  try {
    const file = findCredentialsFile(location);
    if (isStaleBeside(file.path)) {
      // Best effort: the next writer removes it, or reports what is in the way.
      const remove = () => removeStaleBeside(file.path);
      await withFileLock(location, `${file.path}.lock`, remove, READER_TIMEOUT).catch(() => {});
    }
    return documentIn(file, location);
  } catch (error) {
    throw fileFailure(location, "read", error);
  }
}

/**
 * Finds out whether others than its owner can read or write the credentials file. On Windows a file inherits the access
 * list of its folder, which lets nobody else in below the user's profile; outside it, that is unknown.
 */
export function findInsecureFile(location: CredentialsLocation | null): InsecureFile | null {
  if (location === null) return null;
  try {
    const { info } = findCredentialsFile(location);
    const { shown, context } = location;
    if (info === null) return null;
    if (context.system.os === "windows") return shown.startsWith("~/") ? null : { shown, mode: null };
    const mode = info.mode! & 0o777;
    return (mode & OTHERS) === 0 ? null : { shown, mode };
  } catch (error) {
    throw fileFailure(location, "read", error);
  }
}

/**
 * Changes the credentials under a lock. Folder and file are for their owner alone afterwards.
 *
 * @param change Makes the change, on what the file has by then. Nothing is written when it throws.
 * @returns What `change` returns, once the new content is on disk.
 * @throws {ConfigurationError | SystemError} When the file can't be read or written; it is unchanged then.
 */
export async function updateCredentials<T>(
  location: CredentialsLocation,
  change: (document: CredentialsDocument) => T,
): Promise<T> {
  // Only a writer needs it, and it is larger than all else.
  const { editCredentials } = await import("./edit_credentials.ts");
  return await withWritableFile(location, (file, document) => {
    const result = change(document);
    if (document.isChanged) replaceFile(file.path, document.toText(editCredentials));
    return result;
  });
}

/** Makes sure that credentials can be saved, before something is spent that would be lost. */
export async function requireWritable(location: CredentialsLocation): Promise<void> {
  await withWritableFile(location, ({ path, info }) => tryReplacing(path, (info?.size ?? 0) + PROFILE_SIZE));
}

async function withWritableFile<T>(
  location: CredentialsLocation,
  work: (file: CredentialsFile, document: CredentialsDocument) => T,
): Promise<T> {
  try {
    createFolder(location.folder);
    // Two folders may have links to one file: the lock is the file's, not the folder's.
    return await withFileLock(location, `${findOwnFile(location).path}.lock`, () => {
      const file = findOwnFile(location);
      const document = documentIn(file, location);
      document.requireKnownVersion();
      return work(file, document);
    });
  } catch (error) {
    throw fileFailure(location, "written", error);
  }
}

/**
 * Runs `work` under a lock for what takes longer than a write, such as a request.
 *
 * @param profile Whose secret is exchanged; `null` for a rotation, as profiles may share the key that it replaces.
 * @param timeout How long to wait for another process, in milliseconds.
 */
export function withRequestLock<T>(
  location: CredentialsLocation,
  profile: string | null,
  timeout: number,
  work: () => Promise<T>,
): Promise<T> {
  // No profile's name becomes `_rotation`.
  const name = profile === null ? "_rotation" : fileNamePart(profile);
  return withFileLock(location, `${location.file}.${name}.lock`, work, timeout);
}

function documentIn({ path, info }: CredentialsFile, { shown }: CredentialsLocation): CredentialsDocument {
  // A link to /dev/null is the usual way to keep a file empty.
  if (info === null || path === "/dev/null") return new CredentialsDocument("", shown);
  if (!info.isFile) throw notAFile(shown, info);
  if (info.size > SIZE_LIMIT) throw unreadable(shown, `is larger than ${SIZE_LIMIT / 1024 / 1024} MiB`);
  return new CredentialsDocument(decodeCredentials(Deno.readFileSync(path), shown), shown);
}
