/**
 * Reads the credentials file, and changes it without losing anything.
 *
 * @module
 */
import { checkReplaceable, createFolder, hasStaleFile, removeStaleFile, replaceFile } from "./atomic_file.ts";
import { type CredentialsFile, fileFailure, findCredentialsFile, findOwnFile, notAFile } from "./credentials_file.ts";
import { CredentialsDocument } from "./credentials_document.ts";
import { decodeCredentials, SIZE_LIMIT, unreadable } from "./credentials_text.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";
import { fileNamePart } from "./profile_name.ts";

/** How long a reader waits for the lock to remove a stale file, in milliseconds. */
const READER_TIMEOUT = 100;
/** The largest size of a profile in the file, in bytes: two tokens and the other fields. */
const PROFILE_SIZE = 24 * 1024;

/** The permission bits of group and others. */
const OTHERS = 0o077;

/** A credentials file that users other than its owner can read or write. */
export interface InsecureFile {
  /** The file's path, for messages. */
  readonly shown: string;
  /** Its permission bits; `null` on Windows, which has none. */
  readonly mode: number | null;
}

/** Reads the credentials file; returns an empty document if the file or its location doesn't exist. */
export async function readCredentials(location: CredentialsLocation | null): Promise<CredentialsDocument> {
  if (location === null) return new CredentialsDocument("", "");
  try {
    const file = findCredentialsFile(location);
    if (hasStaleFile(file.path)) {
      // Best effort: the next writer removes it, or reports why it can't.
      const remove = () => removeStaleFile(file.path);
      await withFileLock(location, `${file.path}.lock`, remove, READER_TIMEOUT).catch(() => {});
    }
    return documentIn(file, location);
  } catch (error) {
    throw fileFailure(location, "read", error);
  }
}

/**
 * Finds out whether other users can read or write the credentials file. On Windows, a file inherits the access list of its
 * folder. In the user's home folder it gives nobody else access; elsewhere it is unknown, and the file counts as insecure.
 */
export function findInsecureFile(location: CredentialsLocation | null): InsecureFile | null {
  if (location === null) return null;
  try {
    const file = findCredentialsFile(location);
    const { shown, context } = location;
    if (file.info !== null && context.system.os === "windows") {
      return shown.startsWith("~/") ? null : { shown, mode: null };
    }
    const mode = insecureMode(location, file);
    return mode === null ? null : { shown, mode };
  } catch (error) {
    throw fileFailure(location, "read", error);
  }
}

/** Returns the permission bits of a file that others can access, or `null`. */
function insecureMode({ context }: CredentialsLocation, { info }: CredentialsFile): number | null {
  if (info === null || context.system.os === "windows") return null;
  const mode = info.mode! & 0o777;
  return (mode & OTHERS) === 0 ? null : mode;
}

/**
 * Changes the credentials under a lock. Afterwards, the file is accessible only to its owner; so is a new folder.
 *
 * @param change Changes the file's current content. Nothing is written when it throws.
 * @returns What `change` returns, once the new content is on disk.
 * @throws {ConfigurationError | SystemError} When the file can't be read or written; it is unchanged then.
 */
export async function updateCredentials<T>(
  location: CredentialsLocation,
  change: (document: CredentialsDocument) => T,
): Promise<T> {
  // Loaded only for writing: it is the largest module.
  const { editCredentials } = await import("./edit_credentials.ts");
  return await withWritableFile(location, (file, document) => {
    const result = change(document);
    // Replacing an insecure file corrects its permissions.
    if (document.isChanged || insecureMode(location, file) !== null) {
      replaceFile(file.path, document.toText(editCredentials));
    }
    return result;
  });
}

/** Checks that credentials can be saved, before a key or tokens are issued that would otherwise be lost. */
export async function requireWritable(location: CredentialsLocation): Promise<void> {
  await withWritableFile(location, ({ path, info }) => checkReplaceable(path, (info?.size ?? 0) + PROFILE_SIZE));
}

async function withWritableFile<T>(
  location: CredentialsLocation,
  work: (file: CredentialsFile, document: CredentialsDocument) => T,
): Promise<T> {
  try {
    createFolder(location.folder);
    // Several folders may have links to the same file, so the lock belongs to the file.
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
 * Runs `work` under a lock for work that takes longer than a write, such as a request.
 *
 * @param profile The profile whose tokens are exchanged; `null` for a rotation, as profiles may share the replaced key.
 * @param timeout How long to wait for another process, in milliseconds.
 */
export function withRequestLock<T>(
  location: CredentialsLocation,
  profile: string | null,
  timeout: number,
  work: () => Promise<T>,
): Promise<T> {
  // No profile's name starts with `-`; `Rotation` becomes `_rotation`.
  const name = profile === null ? "-rotation" : fileNamePart(profile);
  return withFileLock(location, `${location.file}.${name}.lock`, work, timeout);
}

function documentIn({ path, info }: CredentialsFile, { shown }: CredentialsLocation): CredentialsDocument {
  // A link to /dev/null is the usual way to keep a file empty.
  if (info === null || path === "/dev/null") return new CredentialsDocument("", shown);
  if (!info.isFile) throw notAFile(shown, info);
  if (info.size > SIZE_LIMIT) throw unreadable(shown, `is larger than ${SIZE_LIMIT / 1024 / 1024} MiB`);
  return new CredentialsDocument(decodeCredentials(Deno.readFileSync(path), shown), shown);
}
