/**
 * The lock that keeps two processes from writing the credentials at once. It is the system's own (flock, LockFileEx), so
 * it ends with its process, however that ends; it is on a file beside the credentials, because those are replaced.
 * Where the file system has no such lock (Lustre, some NFS, CIFS and FUSE mounts), a second file that only one process
 * can create takes its place.
 *
 * @module
 */
import { dirname } from "@std/path";
import { ConfigurationError, FluxloopError, InterruptedError, SystemError } from "../errors.ts";

/** How long another holder is waited for, in milliseconds; saving takes a few. */
const PATIENCE = 10_000;
/** How often the holder of a lock file shows that it is alive, and others look, in milliseconds. */
const BEAT = 1_000;
const LOOK = 50;
/** A lock file that hasn't changed for so long while somebody was watching is stale, in milliseconds. */
const STALE = 5_000;
/** What the system answers where there are no locks: ENOSYS (Linux, macOS), ENOLCK (both), EOPNOTSUPP (both). */
const UNSUPPORTED = /\(os error (?:38|78|37|77|95|102)\)/;

/** How to wait for a lock. */
export interface LockOptions {
  /** How long another holder is waited for, in milliseconds. */
  readonly patience?: number;
  /** What the lock is for, as people write its path; the lock's folder where it is left out. */
  readonly shown?: string;
  /** Ends the wait at once. */
  readonly signal?: AbortSignal;
  /** Called if the file system has no locks and a lock file is used instead. */
  readonly onFallback?: (path: string) => void;
}

/**
 * Runs `work` while holding the lock.
 *
 * @param path The lock file; it is created where it is missing, and stays.
 * @param work What must not be done by two processes at once.
 * @returns What `work` returns.
 * @throws {SystemError} When another process holds the lock for too long, naming it, or the system refuses the lock.
 * @throws {InterruptedError} When the signal ends the wait.
 * @throws {ConfigurationError} When the lock file can't be opened, or something else is in its place.
 */
export async function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { patience = PATIENCE, signal, onFallback, shown } = options;
  const file = openLock(path, shown);
  const locking = file.lock(true);
  let isLocked: boolean;
  try {
    isLocked = await isDoneWithin(locking, patience, signal);
  } catch (error) {
    file.close();
    if (signal?.aborted) throw new InterruptedError();
    if (!UNSUPPORTED.test(String(error))) throw lockFailure(path, error);
    onFallback?.(path);
    return await withLockFile(`${path}ed`, work, options);
  }
  if (!isLocked) {
    // The lock may still come, to a process that no longer wants it: it must not keep others out.
    locking.finally(() => file.close()).catch(() => {});
    throw new SystemError(heldMessage(path, patience));
  }
  try {
    noteHolder(file);
    return await work();
  } finally {
    file.close();
  }
}

/** The holder is named for other processes' messages alone, which a full disk must not prevent from working. */
function noteHolder(file: Deno.FsFile): void {
  try {
    file.truncateSync();
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(String(Deno.pid)));
  } catch {
    // They will say "another process".
  }
}

/** Somebody may have put a link there, whose target would be written to. */
function openLock(path: string, shown?: string): Deno.FsFile {
  try {
    const existing = lstat(path);
    if (existing !== null && !existing.isFile) throw inTheWay(path);
    const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
    const [opened, named] = [file.statSync(), lstat(path)];
    if (named !== null && named.isFile && named.ino === opened.ino) return file;
    file.close();
    throw inTheWay(path);
  } catch (error) {
    throw lockFailure(path, error, shown);
  }
}

function lockFailure(path: string, error: unknown, shown = dirname(path)): FluxloopError {
  if (error instanceof FluxloopError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const folder = `Can't save credentials to ${shown}: `;
  const elsewhere = "Set FLUXLOOP_HOME to a writable directory, or pass the key in FLUXLOOP_API_KEY.";
  switch (code) {
    case "EACCES":
    case "EPERM":
      if (lstat(path) === null) {
        return new ConfigurationError(`${folder}permission denied. ${elsewhere}`, { cause: error });
      }
      return new ConfigurationError(
        `Can't use the lock file ${path}: permission denied. Remove it, or make it yours.`,
        {
          cause: error,
        },
      );
    case "EROFS":
      return new ConfigurationError(`${folder}read-only file system. ${elsewhere}`, { cause: error });
    case "ENOSPC":
    case "EDQUOT":
      return new SystemError(`${folder}the disk is full. Free some space and try again.`, { cause: error });
    default: {
      const reason = code === "" ? "the system refused it" : `the system refused it (${code})`;
      return new SystemError(`Can't use the lock file ${path}: ${reason}.`, { cause: error });
    }
  }
}

/**
 * Holds a lock by a file that only one process can create. The holder changes it once a second; one that has not changed
 * for five seconds while this process watched is stale. No clock of another machine is trusted.
 */
async function withLockFile<T>(path: string, work: () => T | Promise<T>, options: LockOptions): Promise<T> {
  const patience = Math.max(options.patience ?? PATIENCE, 2 * STALE);
  const end = performance.now() + patience;
  let seen = { mark: "", since: performance.now() };
  const own = `${Deno.pid} ${crypto.randomUUID()}`;
  while (!tryCreate(path, own)) {
    if (options.signal?.aborted) throw new InterruptedError();
    const mark = markOf(path);
    if (mark !== seen.mark) seen = { mark, since: performance.now() };
    else if (performance.now() - seen.since > STALE) removeIfThere(path);
    if (performance.now() > end) throw new SystemError(heldMessage(path, patience));
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  let beats = 0;
  const beating = setInterval(() => writeMark(path, own, ++beats), BEAT);
  try {
    return await work();
  } finally {
    clearInterval(beating);
    if (markOf(path).startsWith(own)) removeIfThere(path);
  }
}

function tryCreate(path: string, own: string): boolean {
  try {
    Deno.writeTextFileSync(path, own, { createNew: true, mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw lockFailure(path, error);
  }
}

function writeMark(path: string, own: string, beats: number): void {
  try {
    // Another process may have taken it for stale; the work goes on, as it would without a lock.
    if (markOf(path).startsWith(own)) Deno.writeTextFileSync(path, `${own} ${beats}`, { create: false });
  } catch {
    // As above.
  }
}

function markOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw lockFailure(path, error);
  }
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
 * @param path Something that isn't a file of this program's, where one belongs.
 * @returns The error to report.
 */
export function inTheWay(path: string): ConfigurationError {
  return new ConfigurationError(`${path} exists but wasn't created by fluxloop; remove it`);
}

/** @returns Whether the lock came in time. @throws What `locking` throws, or the signal's reason. */
async function isDoneWithin(locking: Promise<void>, patience: number, signal?: AbortSignal): Promise<boolean> {
  const waiting = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => waiting.resolve(false), patience);
  const abort = () => waiting.reject(signal!.reason);
  signal?.addEventListener("abort", abort);
  try {
    return await Promise.race([locking.then(() => true), waiting.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
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
