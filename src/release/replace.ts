/**
 * A new executable in the place of the running one: whoever starts it meets the old one or the new, whole, and the old one
 * stays wherever anything fails.
 *
 * @module
 */
import { dirname } from "@std/path";
import { ConfigurationError, FluxloopError, SystemError } from "../errors.ts";
import { syncFolder } from "../credentials/atomic_file.ts";
import { freshName, oldName } from "./installation.ts";

/** How long another upgrade's lock is waited for, in milliseconds. */
const PATIENCE = 500;

/**
 * Sees to it that an executable can be replaced, before anything is downloaded for it.
 *
 * @param path The executable, links resolved.
 * @throws {ConfigurationError} When its folder cannot be written to.
 */
export function requireReplaceable(path: string): void {
  const probe = `${freshName(path)}-${Deno.pid}`;
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
 * @param path The executable, links resolved.
 * @param program The new one's bytes.
 * @param check Tries the new one under the path it is given; where it throws, nothing is replaced.
 * @throws {ConfigurationError} When the folder cannot be written to.
 * @throws {SystemError} When the disk is full, or another upgrade is at work.
 * @throws What `check` throws.
 */
export async function replaceProgram(
  path: string,
  program: Uint8Array,
  check: (fresh: string) => Promise<void>,
): Promise<void> {
  const lock = await locked(path);
  const fresh = freshName(path);
  try {
    // What an upgrade left behind that was killed.
    removeIfThere(fresh);
    removeIfThere(oldName(path), true);
    writeProgram(fresh, program, Deno.statSync(path));
    await check(fresh);
    swap(fresh, path);
    syncFolder(dirname(path));
  } catch (error) {
    removeIfThere(fresh, true);
    throw replaceFailure(path, error);
  } finally {
    lock?.close();
  }
}

/** The lock is on the executable itself, so that it goes with the process and leaves nothing behind. */
async function locked(path: string): Promise<Deno.FsFile | null> {
  // Windows would keep others from starting it.
  if (Deno.build.os === "windows") return null;
  const file = Deno.openSync(path, { read: true });
  const waiting = Promise.withResolvers<false>();
  const timer = setTimeout(() => waiting.resolve(false), PATIENCE);
  const locking = file.lock(true);
  const isLocked = await Promise.race([locking.then(() => true), waiting.promise]);
  clearTimeout(timer);
  if (isLocked && file.statSync().ino === Deno.statSync(path).ino) return file;
  locking.finally(() => file.close()).catch(() => {});
  throw new SystemError(`Another upgrade of ${path} is running or has just finished. Check with: fluxloop --version`);
}

function writeProgram(fresh: string, program: Uint8Array, old: Deno.FileInfo): void {
  const file = Deno.openSync(fresh, { write: true, createNew: true, mode: 0o700 });
  try {
    for (let rest = program; rest.length > 0;) rest = rest.subarray(file.writeSync(rest));
    file.syncSync();
  } finally {
    file.close();
  }
  if (Deno.build.os === "windows") return;
  // Root upgrades what may be somebody else's, and leaves it theirs.
  if (Deno.uid() === 0 && old.uid !== null) Deno.chownSync(fresh, old.uid, old.gid);
  Deno.chmodSync(fresh, (old.mode ?? 0o755) & 0o777);
}

/** Windows replaces no file that runs, but lets it be renamed. */
function swap(fresh: string, path: string): void {
  if (Deno.build.os !== "windows") return Deno.renameSync(fresh, path);
  const old = oldName(path);
  Deno.renameSync(path, old);
  try {
    Deno.renameSync(fresh, path);
  } catch (error) {
    Deno.renameSync(old, path);
    throw error;
  }
}

function removeIfThere(path: string, isQuiet = false): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!isQuiet && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function replaceFailure(path: string, error: unknown): FluxloopError {
  if (error instanceof FluxloopError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const sentence = `Can't replace ${path}: `;
  switch (code) {
    case "EACCES":
    case "EPERM":
      return new ConfigurationError(
        `${sentence}permission denied. Run it with sudo, or install fluxloop in a folder of your own.`,
        { cause: error },
      );
    case "EROFS":
      return new ConfigurationError(`${sentence}read-only file system`, { cause: error });
    case "ENOSPC":
    case "EDQUOT":
      return new SystemError(`${sentence}the disk is full. Free some space and try again.`, { cause: error });
    default:
      return new SystemError(`${sentence}${code === "" ? "unexpected error" : code}`, { cause: error });
  }
}
