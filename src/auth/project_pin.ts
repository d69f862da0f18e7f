/**
 * The profile that a project pins, in `.fluxloop/config.yaml` in its folder or one above. The file may come with somebody
 * else's repository: it can choose among the user's own profiles, and nothing else.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Context } from "../context.ts";
import { readSmallFile } from "../credentials/bounded_read.ts";
import { isForeign } from "../credentials/credentials_file.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { checkProfileName } from "../credentials/profile_name.ts";
import { ConfigurationError } from "../errors.ts";
import { homeFolder } from "../paths.ts";

/** A project's pinned profile. */
export interface Pin {
  readonly profile: string;
  /** The file that pins it. */
  readonly file: string;
}

/** The one line that is accepted: a name, quoted or not, and a comment. */
const PIN = /^profile:[ \t]+(?:"([^"]*)"|'([^']*)'|([^\s#"']+))[ \t]*(?:#.*)?$/;
/** A line with `profile`, however it is written. */
const MENTION = /^(["']?)profile\1[ \t]*:/;

/**
 * Looks from the current folder upwards to the home folder, where the program's own folder is.
 *
 * @returns The pinned profile; `null`: no project pins one.
 * @throws {UsageError} When the pin isn't a profile name.
 * @throws {ConfigurationError} When the file can't be read, or has `profile` twice or in a way that isn't understood.
 */
export function findPin(context: Context): Pin | null {
  const own = credentialsLocation(context)?.folder;
  const home = homeFolder(context);
  const isWindows = context.system.os === "windows";
  for (let at = currentFolder(context); at !== null; at = dirname(at) === at ? null : dirname(at)) {
    // Any user of a Windows machine can create folders at a drive's root, and files there don't tell whose they are.
    if (isSame(at, home) || isWindows && dirname(at) === at) return null;
    const folder = join(at, ".fluxloop");
    const file = join(folder, "config.yaml");
    const profile = isSame(folder, own) ? null : pinIn(file);
    if (profile !== null) return { profile, file };
  }
  return null;
}

/** @returns Whether two paths lead to one folder: the home folder's own path may be a link. */
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

function pinIn(path: string): string | null {
  let text: string;
  try {
    // Anybody can put a file into a folder that all can write to: like git, only the user's own and root's are used.
    const isOwn = [Deno.lstatSync(dirname(path)), Deno.lstatSync(path), Deno.statSync(path)]
      .every((it) => !isForeign(it) || it.uid === 0);
    if (!isOwn || !Deno.statSync(path).isFile) return null;
    text = readSmallFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof RangeError) throw new ConfigurationError(`${path} can't be read: ${error.message}`);
    throw new ConfigurationError(`Can't read ${path}: the system refused it`, { cause: error });
  }
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const pins = lines.filter((it) => MENTION.test(it));
  if (pins.length === 0 && !isIndented(lines)) return null;
  const [, double, single, bare] = pins.length === 1 ? PIN.exec(pins[0]) ?? [] : [];
  const name = double ?? single ?? bare;
  if (name === undefined) {
    throw new ConfigurationError(`${path} pins no profile that can be read; it takes one line such as "profile: dev"`);
  }
  return checkProfileName(name, path);
}

/** @returns Whether the settings are indented or in braces, and so not at the start of lines, and have a profile. */
function isIndented(lines: readonly string[]): boolean {
  const first = lines.find((it) => !/^(?:[ \t]*(?:#|$)|---|%)/.test(it));
  return first !== undefined && /^[ \t{]/.test(first) && lines.some((it) => /\bprofile\b["']?[ \t]*:/.test(it));
}
