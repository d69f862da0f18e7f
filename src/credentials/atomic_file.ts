/**
 * Replaces files that hold secrets: a reader sees the old content or the new content, never a part, and the new content
 * is on disk before the program reports that it was saved.
 *
 * What a failure of each step means, in the order of the steps:
 *
 * | step                                        | failure means                                                   |
 * | ------------------------------------------- | --------------------------------------------------------------- |
 * | create the folder, sync its parent          | not created: error, nothing changed; not synced: ignored        |
 * | find the file: follow links, check owners   | error, nothing changed                                          |
 * | store the secret in the keychain            | error, the file is unchanged and still refers to the old entry  |
 * | open and take the lock                      | error, nothing changed; without file locks, a lock file is used |
 * | write the holder's process id into the lock | ignored: only another process's message would name it           |
 * | read the file, change it                    | error, nothing changed                                          |
 * | remove a stale `.new` file                  | error, nothing changed                                          |
 * | create, write, sync and close `.new`        | error, the file is unchanged and `.new` is removed              |
 * | remove `.new` after such an error           | ignored: the next reader or writer removes it                   |
 * | rename `.new` over the file                 | error, the file is unchanged and `.new` is removed              |
 * | sync the folder                             | ignored: the change has happened, a power cut could undo it     |
 * | erase the old keychain entry                | warning: the new secret is in use, and the old entry is stale   |
 * | release the lock                            | ignored: the system releases it when the process exits          |
 *
 * A process that is killed between two steps leaves the same state as a failure of the later one.
 *
 * @module
 */
import { dirname } from "@std/path";
import { ConfigurationError } from "../errors.ts";

/** How long to retry while another program has a file open, and the pause between two attempts, in milliseconds. */
const IN_USE_TIMEOUT = 2_000;
const IN_USE_PAUSE = 20;
const IN_USE = [Deno.errors.PermissionDenied, Deno.errors.Busy, Deno.errors.AlreadyExists];

/**
 * Replaces or creates a file that only its owner can read. Call it under the lock of the file's writers: the new content
 * is written beside the file under one fixed name.
 *
 * @throws What the system throws; the file is unchanged then.
 */
export function replaceFile(path: string, text: string): void {
  withNewFile(path, text, (newPath) => renameOver(newPath, path));
  syncFolder(dirname(path));
}

/** Renames a file, replacing an existing one. */
export function renameOver(newPath: string, path: string): void {
  retryInUse(() => Deno.renameSync(newPath, path));
}

/**
 * Retries an action for two seconds on Windows, where it fails while another program, such as a virus scanner or another
 * fluxloop, has the file open. A removed file also keeps its name until then.
 */
function retryInUse<T>(action: () => T): T {
  for (const end = performance.now() + IN_USE_TIMEOUT;;) {
    try {
      return action();
    } catch (error) {
      const isInUse = IN_USE.some((it) => error instanceof it);
      if (Deno.build.os !== "windows" || !isInUse || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, IN_USE_PAUSE);
    }
  }
}

/**
 * Checks whether {@linkcode replaceFile} would succeed, by writing and removing a new file of `size` bytes. Call it under
 * the same lock.
 *
 * @throws {ConfigurationError} When the file is a mount point.
 * @throws What the system throws when the file can't be replaced.
 */
export function checkReplaceable(path: string, size: number): void {
  if (isMountPoint(path)) {
    throw new ConfigurationError(
      `${path} is mounted as a single file, so it can't be replaced safely. Mount its folder instead, ` +
        "or pass the key in FLUXLOOP_API_KEY.",
    );
  }
  withNewFile(path, "\n".repeat(size), removeIfThere);
}

/**
 * Tells whether a file is mounted by itself (`docker run -v …/credentials:…`), so that it can be written to but not
 * replaced. The kernel refuses to create a hard link to it in its own folder (link(2), EXDEV).
 */
function isMountPoint(path: string): boolean {
  const newPath = newPathOf(path);
  removeStaleFile(path);
  try {
    Deno.linkSync(path, newPath);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EXDEV";
  }
  removeIfThere(newPath);
  return false;
}

/** Writes a file beside `path` and passes it to `use`. Removes it when either fails. */
function withNewFile(path: string, text: string, use: (newPath: string) => void): void {
  const newPath = newPathOf(path);
  const file = retryInUse(() => {
    // A killed process may have left a file with other permissions, or somebody may have created a link.
    removeStaleFile(path);
    return Deno.openSync(newPath, { write: true, createNew: true, mode: 0o600 });
  });
  try {
    try {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(file.writeSync(rest));
      file.syncSync();
    } finally {
      file.close();
    }
    use(newPath);
  } catch (error) {
    try {
      removeIfThere(newPath);
    } catch {
      // The next reader or writer removes it.
    }
    throw error;
  }
}

/** Tells whether a killed writer has left a half-written file beside `path`. */
export function hasStaleFile(path: string): boolean {
  return lstatOrNull(newPathOf(path)) !== null;
}

/** Removes a killed writer's file, which holds keys, from beside `path`. Call it under the lock of the file's writers. */
export function removeStaleFile(path: string): void {
  const newPath = newPathOf(path);
  if (lstatOrNull(newPath)?.isDirectory) throw foreignFileError(newPath);
  removeIfThere(newPath);
}

function newPathOf(path: string): string {
  return `${path}.new`;
}

/** Creates a folder and its missing parents, readable only by their owner, and syncs them to disk. */
export function createFolder(path: string): void {
  if (lstatOrNull(path) !== null) return;
  createFolder(dirname(path));
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  syncFolder(dirname(path));
}

/**
 * Makes a rename survive a power cut. Best effort: the change has already happened, so it must not be reported as failed.
 * Windows doesn't need this and can't open folders.
 */
export function syncFolder(path: string): void {
  if (Deno.build.os === "windows") return;
  try {
    using folder = Deno.openSync(path, { read: true });
    folder.syncSync();
  } catch {
    // Only a power cut in the next few seconds could undo the change.
  }
}

/** Removes a file if it exists. */
export function removeIfThere(path: string): void {
  try {
    retryInUse(() => Deno.removeSync(path));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Returns information about a path, without following links; `null` if nothing is there. */
export function lstatOrNull(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Creates the error for a foreign file, folder or link at the path of one of the program's own files. */
export function foreignFileError(path: string): ConfigurationError {
  return new ConfigurationError(`${path} exists but wasn't created by fluxloop. Remove it.`);
}
