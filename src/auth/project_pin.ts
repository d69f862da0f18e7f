/**
 * Finds the profile that a project pins, in `.fluxloop/config.yaml` in the current folder or one above. The file may come
 * with somebody else's repository: it can select one of the user's own profiles, and nothing else.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { parse } from "@std/yaml";
import type { Context } from "../context.ts";
import { readFailure, readSmallFile } from "../credentials/bounded_read.ts";
import { isForeign } from "../credentials/credentials_file.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { checkProfileName } from "../credentials/profile_name.ts";
import { ConfigurationError } from "../errors.ts";
import { homeFolder } from "../paths.ts";
import { isObject } from "../text/json.ts";
import type { SelectedProfile } from "./select_profile.ts";

/** Searches for a pin from the current folder up to, but not in, the home folder, which has the program's own folder. */
export function findPin(context: Context): SelectedProfile | null {
  const own = credentialsLocation(context)?.folder;
  const home = homeFolder(context);
  const isWindows = context.system.os === "windows";
  for (let at = currentFolder(context); at !== null; at = dirname(at) === at ? null : dirname(at)) {
    // On Windows, any user can create folders in a drive's root, and a file's owner can't be checked.
    if (isSame(at, home) || isWindows && dirname(at) === at) return null;
    const file = join(at, ".fluxloop", "config.yaml");
    const name = pinIn(file, own);
    if (name !== null) return { name, chosenBy: file };
  }
  return null;
}

/** Tells whether two paths lead to the same folder: the home folder's path may contain a link. */
function isSame(path: string, other: string | undefined): boolean {
  if (other === undefined) return false;
  if (path === other) return true;
  try {
    return Deno.realPathSync(path) === Deno.realPathSync(other);
  } catch {
    return false;
  }
}

function currentFolder(context: Context): string | null {
  try {
    return context.cwd();
  } catch {
    return null; // It was removed.
  }
}

function pinIn(path: string, own: string | undefined): string | null {
  let text: string;
  try {
    // Anybody can put a file into a shared folder, so only the user's own and root's are used, as in git. The folder is
    // checked before the file, and the file before its target: another user's may be unreadable, or a link to itself.
    const isOwn = (it: Deno.FileInfo) => !isForeign(it) || it.uid === 0;
    if (!isOwn(Deno.lstatSync(dirname(path))) || !isOwn(Deno.lstatSync(path))) return null;
    if (isSame(dirname(path), own)) return null;
    const target = Deno.statSync(path);
    if (!isOwn(target) || !target.isFile) return null;
    text = readSmallFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    // A folder that isn't the user's and that they can't read, such as the current one after `sudo`, has no pin for them.
    if (error instanceof Deno.errors.PermissionDenied && !isMine(dirname(path))) return null;
    throw new ConfigurationError(`Can't read ${path}: ${readFailure(error)}`, { cause: error });
  }
  // Other fields of the file are ignored, valid or not.
  if (!text.includes("profile")) return null;
  const profile = profileIn(text);
  if (profile === undefined) return null;
  if (typeof profile === "string") return checkProfileName(profile, path);
  throw new ConfigurationError(`${path} has no valid profile. Write a line such as "profile: dev".`);
}

function isMine(folder: string): boolean {
  try {
    return !isForeign(Deno.lstatSync(folder));
  } catch {
    return false;
  }
}

/** Returns the value of `profile`; `undefined` if there are only comments or other fields; `null` for any other text. */
function profileIn(text: string): unknown {
  try {
    const settings = parse(text, { schema: "core" });
    if (settings === null) return undefined;
    return isObject(settings) ? settings.profile : null;
  } catch {
    return null;
  }
}
