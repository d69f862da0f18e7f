/**
 * Replaces the running executable atomically; if anything fails, the old one is kept.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import { removeIfThere, renameOver, syncFolder } from "../credentials/atomic_file.ts";
import { ConfigurationError, FluxloopError, SystemError } from "../errors.ts";
import { replacedProgramPath } from "../paths.ts";

/** How long to wait for another upgrade's lock, in milliseconds. */
const LOCK_TIMEOUT = 500;

/** Checks that an executable can be replaced. @throws {ConfigurationError} If its folder isn't writable. */
export function requireReplaceable(path: string): void {
  const probe = `${newPathOf(path)}-${Deno.pid}`;
  try {
    Deno.openSync(probe, { write: true, createNew: true, mode: 0o600 }).close();
    Deno.removeSync(probe);
  } catch (error) {
    throw replaceFailure(path, error);
  }
}

/**
 * Replaces an executable.
 *
 * @param path Links resolved.
 * @param check Tries the new executable. If it throws, nothing is replaced.
 * @throws {ConfigurationError} If the folder isn't writable.
 * @throws {SystemError} If the disk is full, or another upgrade is running.
 * @throws What `check` throws.
 */
export async function replaceProgram(
  path: string,
  program: Uint8Array,
  check: (newPath: string) => Promise<void>,
): Promise<void> {
  const lock = await lockProgram(path);
  const newPath = newPathOf(path);
  try {
    // A killed upgrade may have left one.
    removeIfThere(newPath);
    writeProgram(newPath, program, Deno.statSync(path));
    await check(newPath);
    swap(newPath, path);
    syncFolder(dirname(path));
  } catch (error) {
    removeQuietly(newPath);
    throw replaceFailure(path, error);
  } finally {
    lock?.close();
  }
}

/** Returns a path in the same folder and with the same extension, which Windows requires to run the program. */
function newPathOf(path: string): string {
  return `${dirname(path)}/.new-${basename(path)}`;
}

/** Locks the executable itself, so that the lock ends with the process and needs no file of its own. */
async function lockProgram(path: string): Promise<Deno.FsFile | null> {
  // On Windows, nobody could start a locked program.
  if (Deno.build.os === "windows") return null;
  const file = Deno.openSync(path, { read: true });
  const locking = file.lock(true);
  const { promise, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), LOCK_TIMEOUT);
  const isLocked = await Promise.race([locking.then(() => true), promise]);
  clearTimeout(timer);
  if (isLocked && file.statSync().ino === Deno.statSync(path).ino) return file;
  locking.finally(() => file.close()).catch(() => {});
  throw new SystemError(`Another upgrade of ${path} is running or has just finished. Check with: fluxloop --version`);
}

function writeProgram(newPath: string, program: Uint8Array, old: Deno.FileInfo): void {
  const file = Deno.openSync(newPath, { write: true, createNew: true, mode: 0o700 });
  try {
    for (let rest = program; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
    file.syncSync();
  } finally {
    file.close();
  }
  if (Deno.build.os === "windows") return;
  // When root upgrades another user's program, the program keeps its owner.
  if (Deno.uid() === 0 && old.uid !== null) Deno.chownSync(newPath, old.uid, old.gid);
  Deno.chmodSync(newPath, (old.mode ?? 0o755) & 0o777);
}

/** Replaces the program. Windows can only rename a running program; the next start removes the old one. */
function swap(newPath: string, path: string): void {
  if (Deno.build.os !== "windows") return Deno.renameSync(newPath, path);
  const oldPath = replacedProgramPath(path);
  removeQuietly(oldPath);
  renameOver(path, oldPath);
  try {
    renameOver(newPath, path);
  } catch (error) {
    renameOver(oldPath, path);
    throw error;
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It doesn't exist, or the next upgrade removes it.
  }
}

function replaceFailure(path: string, error: unknown): FluxloopError {
  if (error instanceof FluxloopError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unexpected error";
  const reason = REASONS[code] ?? code;
  const Failure = ["EACCES", "EPERM", "EROFS"].includes(code) ? ConfigurationError : SystemError;
  return new Failure(`Can't replace ${path}: ${reason}`, { cause: error });
}

const DENIED = "permission denied. Run it with sudo, or install fluxloop in a folder of your own.";
const FULL = "the disk is full. Free some space and try again.";
const REASONS: Readonly<Record<string, string>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: "read-only file system",
  ENOSPC: FULL,
  EDQUOT: FULL,
};
