/**
 * The lock that keeps two processes from writing the credentials at once. It is the system's own (flock, LockFileEx) and
 * so goes with its process, however that ends; it lies on a file beside the credentials, because those are replaced.
 *
 * @module
 */
import { SystemError } from "../errors.ts";

/** How long a live holder is waited for, in milliseconds; saving takes a few. */
const PATIENCE = 10_000;

/**
 * Runs `work` while holding the lock.
 *
 * @param path The lock file; it is made where it is missing, and stays.
 * @param work What must not be done by two processes at once.
 * @returns What `work` returns.
 * @throws {SystemError} When another process holds the lock for longer than 10 s, naming it.
 */
export async function withFileLock<T>(path: string, work: () => T): Promise<T> {
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  try {
    await lockWithin(file, path);
    file.truncateSync();
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(String(Deno.pid)));
    return work();
  } finally {
    file.close();
  }
}

async function lockWithin(file: Deno.FsFile, path: string): Promise<void> {
  const patience = Promise.withResolvers<never>();
  const timer = setTimeout(() => patience.reject(new SystemError(heldMessage(path))), PATIENCE);
  try {
    await Promise.race([file.lock(true), patience.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function heldMessage(path: string): string {
  const holder = Number.parseInt(Deno.readTextFileSync(path), 10);
  const who = Number.isNaN(holder) ? "another process" : `process ${holder}`;
  return `The credentials are being written by ${who}, which has not finished for ${PATIENCE / 1000} seconds`;
}
