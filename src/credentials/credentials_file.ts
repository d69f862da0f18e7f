/**
 * The credentials file as the file system has it: what a link leads to, whose it is, and who may read it.
 *
 * @module
 */
import { basename, dirname, isAbsolute, join } from "@std/path";
import { ConfigurationError, FluxloopError, SystemError } from "../errors.ts";
import type { CredentialsLocation } from "./location.ts";
import { foreignError, foreignPart, isForeign, requireTrustedFolder } from "./ownership.ts";

/** How many links may follow upon each other; more are a circle. */
const LINKS = 40;
/** Permission bits of everybody but the owner. */
const OTHERS = 0o077;
const ROOT = 0;

/** A credentials file, found. */
export interface CredentialsFile {
  /** The file itself: `location.file`, or what a link there leads to. */
  readonly path: string;
  /** `null` where there is none yet. */
  readonly info: Deno.FileInfo | null;
}

/**
 * Finds the credentials file. Dotfile managers put a link in its place; the link is followed, and stays one.
 *
 * @throws {ConfigurationError} When links go in circles, or the file is somebody else's: of root alone, who owns the
 * secrets that are mounted into a container, a file is taken.
 */
export function findCredentialsFile(location: CredentialsLocation): CredentialsFile {
  requireTrustedFolder(location);
  let path = location.file;
  for (let links = 0; links < LINKS; links++) {
    const info = lstat(path);
    if (info === null) return { path, info };
    if (!info.isSymlink) {
      if (isForeign(info) && info.uid !== ROOT) throw foreignError(location, path, info);
      return { path, info };
    }
    path = targetOf(location, path);
  }
  throw new ConfigurationError(`${location.shown} is a link that leads back to itself; remove it`);
}

/** @returns What a link leads to, its folder without links: what is above a linked folder is not what seems to be. */
function targetOf({ shown }: CredentialsLocation, link: string): string {
  const target = Deno.readLinkSync(link);
  try {
    if (isAbsolute(target)) return join(Deno.realPathSync(dirname(target)), basename(target));
    // Step by step: the runtime itself takes `..` off a path before it looks at links.
    let folder = Deno.realPathSync(dirname(link));
    for (const step of dirname(target).split(Deno.build.os === "windows" ? /[\\/]/ : "/")) {
      if (step === "..") folder = dirname(folder);
      else if (step !== "" && step !== ".") folder = Deno.realPathSync(join(folder, step));
    }
    return join(folder, basename(target));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ConfigurationError(
      `${shown} is a link to ${target}, whose folder is not there; make it, or remove the link`,
    );
  }
}

/**
 * @param location The credentials.
 * @param info What is in the file's place, and is no file: reading a pipe would wait for a writer.
 * @returns The error to tell.
 */
export function notAFile({ shown }: CredentialsLocation, info: Deno.FileInfo): ConfigurationError {
  const kind = info.isDirectory ? "it is a directory" : "it isn't a regular file";
  return new ConfigurationError(`Can't read ${shown}: ${kind}. Move it away: mv ${shown} ${shown}.old`);
}

/**
 * @throws {ConfigurationError} When the file is not one that this user may replace: that would take it from its owner.
 */
export function requireOwn(location: CredentialsLocation, { path, info }: CredentialsFile): void {
  if (info !== null && isForeign(info)) throw foreignError(location, path, info);
  if (info !== null && !info.isFile) throw notAFile(location, info);
}

/**
 * @param file The file.
 * @returns Its permission bits, where others than its owner may read or write it; else `null`. Windows has none.
 */
export function looseMode({ info }: CredentialsFile): number | null {
  const mode = info?.mode ?? null;
  return mode !== null && (mode & OTHERS) !== 0 ? mode & 0o777 : null;
}

/**
 * @param location Where credentials are saved.
 * @param deed What was being done to it.
 * @param error What was thrown.
 * @param shown The file, as people write it, if it is another one than the credentials file.
 * @returns The error to report: with the path, the reason and what to do.
 */
export function fileFailure(
  location: CredentialsLocation,
  deed: "read" | "written",
  error: unknown,
  shown = location.shown,
): FluxloopError {
  if (error instanceof FluxloopError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const sentence = deed === "read" ? `Can't read ${shown}: ` : `Can't save credentials to ${shown}: `;
  const elsewhere = "Set FLUXLOOP_HOME to a writable directory, or pass the key in FLUXLOOP_API_KEY.";
  const inTheWay = `Move it away: mv ${shown} ${shown}.old`;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new SystemError(`${sentence}the disk is full. Free some space and try again.`, { cause: error });
    case "EROFS":
      return new ConfigurationError(`${sentence}read-only file system. ${elsewhere}`, { cause: error });
    case "EACCES":
    case "EPERM": {
      const foreign = foreignPart(location);
      if (foreign !== null) return foreign;
      const remedy = deed === "read" ? `Run: chmod u+rwX ${dirname(shown)} ${shown}` : elsewhere;
      return new ConfigurationError(`${sentence}permission denied. ${remedy}`, { cause: error });
    }
    case "EISDIR":
      return new ConfigurationError(`${sentence}it is a directory. ${inTheWay}`, { cause: error });
    case "ENOTDIR":
    case "EEXIST":
      return new ConfigurationError(`${sentence}a part of its path isn't a directory. Move away what is there.`, {
        cause: error,
      });
    default:
      return new SystemError(`${sentence}the system refused it${code === "" ? "" : ` (${code})`}.`, { cause: error });
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
