/**
 * Finds the credentials file, through links, and checks its owner. Another user's file is neither trusted nor replaced.
 *
 * @module
 */
import { dirname, resolve } from "@std/path";
import { ConfigurationError, FluxloopError, SystemError } from "../errors.ts";
import { lstatOrNull } from "./atomic_file.ts";
import type { CredentialsLocation } from "./location.ts";

const ROOT = 0;

/** The credentials file in the file system. */
export interface CredentialsFile {
  /** The file itself: `location.file`, or the target of a link there. */
  readonly path: string;
  /** `null` if the file doesn't exist yet. */
  readonly info: Deno.FileInfo | null;
}

/**
 * Finds the credentials file. Dotfile managers replace it with a link, which is followed and kept.
 *
 * @throws {ConfigurationError} When links are circular, or the folder or file belongs to another user. Root is accepted: it
 * owns the secrets that are mounted into a container.
 */
export function findCredentialsFile(location: CredentialsLocation): CredentialsFile {
  const folder = statOf(location.folder);
  // A folder's owner can replace the files in it.
  if (folder !== null && isForeign(folder) && folder.uid !== ROOT) {
    throw foreignError(location, location.folder, folder);
  }
  const path = lstatOrNull(location.file)?.isSymlink ? targetOf(location) : location.file;
  const info = lstatOrNull(path);
  if (info !== null && isForeign(info) && info.uid !== ROOT) throw foreignError(location, path, info);
  return { path, info };
}

/** Returns the link's final target, which may not exist yet. */
function targetOf({ file, shown }: CredentialsLocation): string {
  try {
    return Deno.realPathSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ELOOP") {
      throw new ConfigurationError(`${shown} is a link to itself. Remove it.`);
    }
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // The target doesn't exist yet, unless another process has just created it.
  let path = file;
  while (lstatOrNull(path)?.isSymlink) path = resolve(Deno.realPathSync(dirname(path)), Deno.readLinkSync(path));
  if (lstatOrNull(dirname(path)) !== null) return path;
  throw new ConfigurationError(
    `${shown} is a link to ${path}, whose folder doesn't exist; create it, or remove the link`,
  );
}

/** Creates the error for something that isn't a file: reading a pipe would wait for a writer. */
export function notAFile(shown: string, info: Deno.FileInfo): ConfigurationError {
  const kind = info.isDirectory ? "it is a folder" : "it isn't a regular file";
  return new ConfigurationError(`Can't read ${shown}: ${kind}. Move it to ${shown}.old.`);
}

/** Like {@linkcode findCredentialsFile}, for a writer, which must not replace root's file or anything but a regular file. */
export function findOwnFile(location: CredentialsLocation): CredentialsFile {
  const { path, info } = findCredentialsFile(location);
  if (info !== null && isForeign(info)) throw foreignError(location, path, info);
  if (info !== null && !info.isFile) throw notAFile(location.shown, info);
  return { path, info };
}

/** Tells whether a file belongs to another user; always `false` on Windows, which has no user numbers. */
export function isForeign(info: Deno.FileInfo): boolean {
  const self = Deno.uid();
  return self !== null && info.uid !== null && info.uid !== self;
}

function foreignError({ folder, shown }: CredentialsLocation, path: string, info: Deno.FileInfo): ConfigurationError {
  const shownFolder = dirname(shown);
  // A link's target may be in another folder.
  const name = path.startsWith(folder) ? shownFolder + path.slice(folder.length) : path;
  const self = Deno.uid();
  // Root in a container sees the host user's files: taking them over would lock their owner out.
  const remedy = self === ROOT
    ? "Pass the key in FLUXLOOP_API_KEY, or set FLUXLOOP_HOME to a folder of your own."
    : `Take ownership of it: sudo chown -R ${self} ${shownFolder}. Or pass the key in FLUXLOOP_API_KEY.`;
  return new ConfigurationError(`${name} is owned by user ${info.uid}, and you are user ${self}. ${remedy}`);
}

/** Converts an error about the file `shown` to one that names the reason and what to do. */
export function fileFailure(
  location: CredentialsLocation,
  action: "read" | "written",
  error: unknown,
  shown = location.shown,
): FluxloopError {
  if (error instanceof FluxloopError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const sentence = action === "read" ? `Can't read ${shown}: ` : `Can't save credentials to ${shown}: `;
  const elsewhere = "Set FLUXLOOP_HOME to a writable folder, or pass the key in FLUXLOOP_API_KEY.";
  const configuration = (reason: string) => new ConfigurationError(sentence + reason, { cause: error });
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new SystemError(`${sentence}the disk is full. Free some space and try again.`, { cause: error });
    case "EROFS":
      return configuration(`read-only file system. ${elsewhere}`);
    case "EACCES":
    case "EPERM":
      for (const path of [location.folder, location.file, `${location.file}.lock`]) {
        const info = statOf(path);
        if (info !== null && isForeign(info)) return foreignError(location, path, info);
      }
      if (action === "written") return configuration(`permission denied. ${elsewhere}`);
      return configuration(
        location.context.system.os === "windows"
          ? `permission denied. Run: icacls "${location.folder}" /reset /t`
          : `permission denied. Run: chmod u+rwX ${dirname(shown)} ${shown}`,
      );
    case "EISDIR":
      return configuration(`it is a folder. Move it to ${shown}.old.`);
    case "ENOTDIR":
    case "EEXIST":
    case "ENOENT": // On Windows, for a path below a file.
      return configuration("part of its path is a file or a broken link, not a folder. Move or rename it.");
    default:
      return new SystemError(`${sentence}system error${code === "" ? "" : ` (${code})`}.`, { cause: error });
  }
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
