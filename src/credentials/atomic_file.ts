/**
 * Writing a file that holds secrets: a reader sees the old content or the new content, never a part, and the new content
 * is on disk before anything reports that it was saved.
 *
 * What a failure of each step means, in the order of the steps:
 *
 * | step                                        | failure means                                                   |
 * | ------------------------------------------- | --------------------------------------------------------------- |
 * | create the folder, sync its parent          | not created: error, nothing changed; not synced: ignored        |
 * | find the file: follow links, check owners   | error, nothing changed                                          |
 * | open and take the lock                      | error, nothing changed; without file locks, a lock file is used |
 * | write the holder's process id into the lock | ignored: only another process's message would name it           |
 * | read the file, change it                    | error, nothing changed                                          |
 * | store the secret in the keychain            | error, the file is unchanged and still refers to the old entry  |
 * | remove a stale `.new` file                  | error, nothing changed                                          |
 * | create, write, sync and close `.new`        | error, the file is unchanged and `.new` is removed              |
 * | remove `.new` after such an error           | ignored: the next reader or writer removes it                   |
 * | rename `.new` over the file                 | error, the file is unchanged and `.new` is removed              |
 * | sync the folder                             | ignored: the change has happened, a power cut could undo it     |
 * | erase the old keychain entry                | warning: the new secret is in use, and the old entry is stale   |
 * | release the lock                            | ignored: the system releases it when the process exits          |
 *
 * A process that is killed between two steps leaves what a failure of the later one leaves.
 *
 * @module
 */
import { dirname } from "@std/path";
import { ConfigurationError } from "../errors.ts";
import { inTheWay, withFileLock } from "./file_lock.ts";

/** How long a reader waits for a writer that is at work before it leaves that one's file alone, in milliseconds. */
const READER_PATIENCE = 100;

/**
 * Replaces a file, or makes it, readable by its owner alone from the first byte on. Call it under a lock: the new
 * content is written to one fixed name beside the file.
 *
 * @param path The file; its folder exists.
 * @param text Its new content.
 * @throws What the system throws; then the file is as it was, and no half-written one stays.
 */
export function replaceFile(path: string, text: string): void {
  const fresh = freshName(path);
  withFresh(fresh, text, () => Deno.renameSync(fresh, path));
  syncFolder(dirname(path));
}

/**
 * Does all that {@linkcode replaceFile} does, but for the replacing. Call it under the same lock.
 *
 * @param path The file; its folder exists.
 * @param size How large the new content may be, in bytes.
 * @throws {ConfigurationError} When the file is a mount point.
 * @throws What the system throws where the file cannot be replaced.
 */
export function tryReplacing(path: string, size: number): void {
  const fresh = freshName(path);
  if (isMountPoint(path, fresh)) {
    throw new ConfigurationError(
      `${path} is mounted by itself, so it can't be replaced safely. Mount its folder instead, ` +
        "or pass the key in FLUXLOOP_API_KEY.",
    );
  }
  withFresh(fresh, "\n".repeat(size), () => Deno.removeSync(fresh));
}

/**
 * A file that is mounted by itself (`docker run -v …/credentials:…`) can be written to, but not replaced. The kernel
 * tells by refusing a second name for it in its own folder (link(2), EXDEV).
 *
 * @param spare A name in the same folder, which is free afterwards.
 */
function isMountPoint(path: string, spare: string): boolean {
  try {
    clear(spare);
    Deno.linkSync(path, spare);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EXDEV";
  }
  removeIfThere(spare);
  return false;
}

/** Writes a file whole, and uses it; where either fails, none stays. */
function withFresh(fresh: string, text: string, use: () => void): void {
  try {
    // What a killed process left there may have other permissions or be a link.
    clear(fresh);
    const file = Deno.openSync(fresh, { write: true, createNew: true, mode: 0o600 });
    try {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(file.writeSync(rest));
      file.syncSync();
    } finally {
      file.close();
    }
    use();
  } catch (error) {
    // The next reader or writer removes what stays.
    if (!(error instanceof ConfigurationError)) ignoreFailure(() => removeIfThere(fresh));
    throw error;
  }
}

/**
 * Removes what a writer left behind that was killed before it was done: it holds keys, and is of no use.
 *
 * @param path The file that was to be replaced.
 * @param lock The lock of its writers: a living one is left alone.
 */
export async function clearLeftover(path: string, lock: string): Promise<void> {
  const fresh = freshName(path);
  if (!isThere(fresh)) return;
  try {
    await withFileLock(lock, () => removeIfThere(fresh), { patience: READER_PATIENCE });
  } catch {
    // A reader's business is to read: the next writer clears up, or says what is in the way.
  }
}

/**
 * Removes a file, and what a writer left beside it that was killed before it was done; there need be neither.
 *
 * @param path The file. Call it under the lock of its writers.
 */
export function removeFile(path: string): void {
  removeIfThere(freshName(path));
  removeIfThere(path);
}

function freshName(path: string): string {
  return `${path}.new`;
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes a folder for its owner alone, and those above it, where they are missing; their names are on disk afterwards.
 *
 * @param path The folder.
 */
export function makeFolder(path: string): void {
  if (isThere(path)) return;
  makeFolder(dirname(path));
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  syncFolder(dirname(path));
}

/**
 * Makes a rename survive a power cut. Best effort: the change has already happened, so a failure here must not be
 * reported as one. Windows neither needs this nor opens folders.
 */
export function syncFolder(path: string): void {
  if (Deno.build.os === "windows") return;
  try {
    const folder = Deno.openSync(path, { read: true });
    try {
      folder.syncSync();
    } finally {
      folder.close();
    }
  } catch {
    // Only a power cut in the next seconds could still undo the change.
  }
}

function clear(path: string): void {
  try {
    removeIfThere(path);
  } catch (error) {
    if (isThere(path) && Deno.lstatSync(path).isDirectory) throw inTheWay(path);
    throw error;
  }
}

function ignoreFailure(work: () => void): void {
  try {
    work();
  } catch {
    // See the table above.
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
