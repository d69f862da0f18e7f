/**
 * Who owns the credentials. What belongs to somebody else is neither trusted nor taken over, and the message names what
 * really is in the way: the folder, the file or its lock.
 *
 * @module
 */
import { ConfigurationError } from "../errors.ts";
import type { CredentialsLocation } from "./location.ts";

const ROOT = 0;

/** @returns Whether a file belongs to another user. Windows has no user numbers. */
export function isForeign(info: Deno.FileInfo): boolean {
  const self = Deno.uid();
  return self !== null && info.uid !== null && info.uid !== self;
}

/**
 * A folder that another user has created beforehand is theirs: they could replace what is in it.
 *
 * @throws {ConfigurationError} When the folder belongs to a user who is neither this one nor root.
 */
export function requireTrustedFolder(location: CredentialsLocation): void {
  const info = infoOf(location.folder);
  if (info !== null && isForeign(info) && info.uid !== ROOT) throw foreignError(location, location.folder, info);
}

/**
 * @returns The error for the first of folder, file and lock that belongs to somebody else; `null` where none does.
 */
export function foreignPart(location: CredentialsLocation): ConfigurationError | null {
  for (const path of [location.folder, location.file, `${location.file}.lock`]) {
    const info = infoOf(path);
    if (info !== null && isForeign(info)) return foreignError(location, path, info);
  }
  return null;
}

/**
 * @param path The folder, a file in it, or where a link in it leads.
 * @param info Whose it is.
 * @returns The error to report, with what the user can do.
 */
export function foreignError(
  { folder, shown }: CredentialsLocation,
  path: string,
  info: Deno.FileInfo,
): ConfigurationError {
  const shownFolder = shown.slice(0, -"/credentials".length);
  // A link may lead to a file elsewhere.
  const name = path.startsWith(folder) ? shownFolder + path.slice(folder.length) : path;
  const self = Deno.uid();
  // Root in a container sees the host user's files: to take them over would lock their owner out.
  const remedy = self === ROOT
    ? "Pass the key in FLUXLOOP_API_KEY, or set FLUXLOOP_HOME to a folder of your own."
    : `Take it over with \`sudo chown -R ${self} ${shownFolder}\`, or pass the key in FLUXLOOP_API_KEY.`;
  return new ConfigurationError(`${name} belongs to user ${info.uid}, and you are user ${self}. ${remedy}`);
}

function infoOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
