/**
 * The lock that keeps two processes from writing the credentials at once. It is the system's own (flock, LockFileEx) and
 * so goes with its process, however that ends; it lies on a file beside the credentials, because those are replaced.
 *
 * @module
 */
import { ConfigurationError, SystemError } from "../errors.ts";

/** How long a live holder is waited for, in milliseconds; saving takes a few. */
const PATIENCE = 10_000;

/**
 * Runs `work` while holding the lock.
 *
 * @param path The lock file; it is made where it is missing, and stays.
 * @param work What must not be done by two processes at once.
 * @param patience How long another holder is waited for, in milliseconds.
 * @returns What `work` returns.
 * @throws {SystemError} When another process holds the lock for longer, naming it.
 * @throws {ConfigurationError} When something else than a file is in the lock's place.
 */
export async function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  const file = openLock(path);
  const locking = file.lock(true);
  if (!await isDoneWithin(locking, patience)) {
    // The lock may still come, to a process that does not want it any more: it must not keep it from others.
    locking.finally(() => file.close()).catch(() => {});
    throw new SystemError(heldMessage(path, patience));
  }
  try {
    file.truncateSync();
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(String(Deno.pid)));
    return await work();
  } finally {
    file.close();
  }
}

/** Somebody may have put a link there, whose target would be written to. */
function openLock(path: string): Deno.FsFile {
  const there = lstat(path);
  if (there !== null && !there.isFile) throw inTheWay(path);
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  const [opened, named] = [file.statSync(), lstat(path)];
  if (named !== null && named.isFile && named.ino === opened.ino) return file;
  file.close();
  throw inTheWay(path);
}

function lstat(path: string): Deno.FileInfo | null {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/**
 * @param path Something that stands where a file of the program's own belongs.
 * @returns The error to tell.
 */
export function inTheWay(path: string): ConfigurationError {
  return new ConfigurationError(`${path} is in the way, and no file of this program's; remove it`);
}

async function isDoneWithin(locking: Promise<void>, patience: number): Promise<boolean> {
  const waiting = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => waiting.resolve(false), patience);
  try {
    return await Promise.race([locking.then(() => true), waiting.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function heldMessage(path: string, patience: number): string {
  return `The credentials are being written by ${holderOf(path)}, which has not finished for ${
    patience / 1000
  } seconds`;
}

function holderOf(path: string): string {
  try {
    const holder = Number.parseInt(Deno.readTextFileSync(path), 10);
    return Number.isNaN(holder) ? "another process" : `process ${holder}`;
  } catch {
    // Windows lets nobody else read a file that is locked.
    return "another process";
  }
}
