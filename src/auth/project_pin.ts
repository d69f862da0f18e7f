/**
 * The profile that a project pins, in `.fluxloop/config.yaml` in its folder or one above. It is text that came with
 * somebody's repository: it can choose among the user's own profiles, and nothing else.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import type { Context } from "../context.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { readSmallFile } from "../credentials/bounded_read.ts";
import { checkProfileName } from "../credentials/profile_name.ts";
import { ConfigurationError } from "../errors.ts";

/** A project's pinned profile. */
export interface Pin {
  readonly profile: string;
  /** The file that pins it. */
  readonly file: string;
}

const FILE = "config.yaml";
/** The one line that is looked for: a name, quoted or not, and a comment behind it. */
const PIN = /^profile:[ \t]+(?:"([^"]*)"|'([^']*)'|([^\s#"']+))[ \t]*(?:#.*)?$/;
/** What says `profile`, in this way or another. */
const MENTION = /^(["']?)profile\1[ \t]*:/;

/**
 * Looks from the current folder upwards, to the home folder and not into it: there the program's own folder is.
 *
 * @param context Tells the current folder and the home folder.
 * @returns The pinned profile; `null`: no project pins one.
 * @throws {UsageError} When what is pinned is no profile's name.
 * @throws {ConfigurationError} When the file cannot be read, or says `profile` twice or in no way that is understood.
 */
export function findPin(context: Context): Pin | null {
  const own = credentialsLocation(context)?.folder;
  const home = context.env(context.system.os === "windows" ? "USERPROFILE" : "HOME");
  for (let at = currentFolder(context); at !== null && at !== home; at = dirname(at) === at ? null : dirname(at)) {
    const folder = join(at, ".fluxloop");
    const name = folder === own ? null : pinIn(join(folder, FILE));
    if (name !== null) return { profile: name, file: join(folder, FILE) };
  }
  return null;
}

/** A folder that was removed is in no project. */
function currentFolder(context: Context): string | null {
  try {
    return context.cwd();
  } catch {
    return null;
  }
}

function pinIn(path: string): string | null {
  let text: string;
  try {
    const info = Deno.statSync(path);
    // In a folder that others may write to, anybody could leave one: as git has it, only one's own counts.
    if (!info.isFile || isForeign(info)) return null;
    text = readSmallFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof RangeError) throw new ConfigurationError(`${path} can't be read: ${error.message}`);
    // Nor may somebody else's folder stand in everybody's way that nobody else may look into.
    if (isInForeignFolder(path)) return null;
    throw new ConfigurationError(`${path} cannot be read: the system refused it`, { cause: error });
  }
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const pins = lines.filter((it) => MENTION.test(it));
  if (pins.length === 0 && !isElsewhere(lines)) return null;
  const [, double, single, bare] = pins.length === 1 ? PIN.exec(pins[0]) ?? [] : [];
  const name = double ?? single ?? bare;
  if (name === undefined) {
    throw new ConfigurationError(`${path} pins no profile that can be read; it takes one line such as "profile: dev"`);
  }
  return checkProfileName(name, path);
}

/** Whether the settings do not begin at their lines' start, where they are looked for, and name a profile. */
function isElsewhere(lines: readonly string[]): boolean {
  const first = lines.find((it) => !/^(?:[ \t]*(?:#|$)|---|%)/.test(it));
  return first !== undefined && /^[ \t{]/.test(first) && lines.some((it) => /\bprofile\b["']?[ \t]*:/.test(it));
}

function isInForeignFolder(path: string): boolean {
  try {
    return isForeign(Deno.statSync(dirname(path)));
  } catch {
    return false;
  }
}

function isForeign(info: Deno.FileInfo): boolean {
  const self = Deno.uid();
  return self !== null && info.uid !== null && info.uid !== self && info.uid !== 0;
}
