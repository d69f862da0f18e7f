/**
 * Locks between processes. They use the system's own locks (flock, LockFileEx), which it releases when the process exits.
 * The locked file is a separate one, because saving replaces the credentials file. On file systems without locks (Lustre,
 * some NFS, CIFS and FUSE mounts), exclusively creating a lock file takes their place.
 *
 * @module
 */
import { ConfigurationError, type FluxloopError, InterruptedError, SystemError } from "../errors.ts";
import { foreignFileError, lstatOrNull, removeIfThere } from "./atomic_file.ts";
import { fileFailure } from "./credentials_file.ts";
import type { CredentialsLocation } from "./location.ts";

/** How long to wait for another holder, in milliseconds; saving takes only a few. */
const TIMEOUT = 10_000;
/** How often the holder of a lock file changes it to show that it is alive, in milliseconds. */
const BEAT = 1_000;
/** How often a waiting process looks at a lock file, in milliseconds. */
const POLL = 50;
/** After how many milliseconds without a change a watched lock file counts as stale. */
const STALE = 5_000;
/** How long a process that takes over a stale lock file waits for others that do the same, in milliseconds. */
const SETTLE = 250;
/** ENOSYS (Linux, macOS), ENOLCK (both), EOPNOTSUPP (both). */
const UNSUPPORTED = /\(os error (?:38|78|37|77|95|102)\)/;

/**
 * Runs `work` while holding the lock on `path`, a file that is created if it is missing, and never removed.
 *
 * @param location The credentials that the lock protects.
 * @param timeout How long to wait for another holder, in milliseconds.
 */
export async function withFileLock<T>(
  location: CredentialsLocation,
  path: string,
  work: () => T | Promise<T>,
  timeout = TIMEOUT,
): Promise<T> {
  const { stopped } = location.context;
  const file = openLock(location, path);
  const locking = file.lock(true);
  let isLocked: boolean;
  try {
    isLocked = await isDoneWithin(locking, timeout, stopped);
  } catch (error) {
    file.close();
    if (stopped.aborted) throw new InterruptedError();
    if (!UNSUPPORTED.test(String(error))) throw lockFailure(location, path, error);
    location.context.trace(`no file locks on this file system; using ${path}ed`);
    return await withLockFile(location, `${path}ed`, work, timeout);
  }
  if (!isLocked) {
    // The lock may still be granted to this process, which no longer wants it.
    locking.finally(() => file.close()).catch(() => {});
    throw new SystemError(heldMessage(path, timeout));
  }
  try {
    writeHolder(file);
    return await work();
  } finally {
    file.close();
  }
}

/** Writes the process id, for other processes' messages. Best effort. */
function writeHolder(file: Deno.FsFile): void {
  try {
    file.truncateSync();
    file.writeSync(new TextEncoder().encode(String(Deno.pid)));
  } catch {
    // Their messages say "another process".
  }
}

/** Opens the lock file. A link in its place is rejected: its target would be overwritten. */
function openLock(location: CredentialsLocation, path: string): Deno.FsFile {
  try {
    if (lstatOrNull(path)?.isFile === false) throw foreignFileError(path);
    const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    const [opened, named] = [file.statSync(), lstatOrNull(path)];
    if (named?.isFile && named.ino === opened.ino) return file;
    file.close();
    throw foreignFileError(path);
  } catch (error) {
    throw lockFailure(location, path, error);
  }
}

function lockFailure(location: CredentialsLocation, path: string, error: unknown): FluxloopError {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if ((code === "EACCES" || code === "EPERM") && lstatOrNull(path) !== null) {
    const message = `Can't use the lock file ${path}: permission denied. Remove it, or change its owner to you.`;
    return new ConfigurationError(message, { cause: error });
  }
  return fileFailure(location, "written", error);
}

/**
 * Like {@linkcode withFileLock}, with a file that only one process can create. Its holder changes it every second; a file
 * that hasn't changed while this process watched it for five seconds is stale. Other machines' clocks aren't trusted.
 */
export async function withLockFile<T>(
  location: CredentialsLocation,
  path: string,
  work: () => T | Promise<T>,
  timeout = TIMEOUT,
): Promise<T> {
  const own = `${Deno.pid} ${crypto.randomUUID()}`;
  await takeLockFile(location, path, own, Math.max(timeout, 2 * STALE));
  let beats = 0;
  const beating = setInterval(() => {
    // Another process may have taken over the lock; the work continues, as it would without one.
    if (textOf(path).startsWith(own)) write(path, `${own} ${++beats}`);
  }, BEAT);
  try {
    return await work();
  } finally {
    clearInterval(beating);
    if (textOf(path).startsWith(own)) removeIfThere(path);
  }
}

async function takeLockFile(location: CredentialsLocation, path: string, own: string, timeout: number): Promise<void> {
  const end = performance.now() + timeout;
  let seen = { text: "", since: performance.now() };
  for (;;) {
    try {
      return Deno.writeTextFileSync(path, own, { createNew: true, mode: 0o600 });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw lockFailure(location, path, error);
    }
    if (location.context.stopped.aborted) throw new InterruptedError();
    const text = textOf(path);
    if (text !== seen.text) seen = { text, since: performance.now() };
    else if (performance.now() - seen.since > STALE) {
      // If several processes find it stale, the last one to write gets the lock.
      write(path, own);
      await delay(SETTLE);
      if (textOf(path) === own) return;
    }
    if (performance.now() > end) throw new SystemError(heldMessage(path, timeout));
    await delay(POLL);
  }
}

/** Overwrites an existing lock file. Best effort. */
function write(path: string, text: string): void {
  try {
    Deno.writeTextFileSync(path, text, { create: false });
  } catch {
    // Others will find it stale.
  }
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return ""; // On Windows, other processes can't read a locked file.
  }
}

function delay(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}

/** Waits for a lock. @returns Whether it was granted in time. @throws What `locking` throws, or the signal's reason. */
async function isDoneWithin(locking: Promise<void>, timeout: number, signal: AbortSignal): Promise<boolean> {
  const waiting = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => waiting.resolve(false), timeout);
  const abort = () => waiting.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([locking.then(() => true), waiting.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function heldMessage(path: string, timeout: number): string {
  const pid = Number.parseInt(textOf(path), 10);
  const holder = Number.isNaN(pid) ? "another process" : `process ${pid}`;
  return `The credentials are locked: ${holder} has held the lock for ${timeout / 1000} seconds. ` +
    "Wait for it to finish, then try again.";
}
