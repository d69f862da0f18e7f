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
import { homeFolder } from "../paths.ts";

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
  const home = homeFolder(context);
  for (let at = currentFolder(context); at !== null; at = dirname(at) === at ? null : dirname(at)) {
    if (isSame(at, home)) return null;
    const folder = join(at, ".fluxloop");
    const name = isSame(folder, own) ? null : pinIn(join(folder, FILE));
    if (name !== null) return { profile: name, file: join(folder, FILE) };
  }
  return null;
}

/** Whether two paths lead to one folder: the home folder's own path may be a link. */
function isSame(path: string, other: string | undefined): boolean {
  if (other === undefined) return false;
  if (path === other) return true;
  try {
    return Deno.realPathSync(path) === Deno.realPathSync(other);
  } catch {
    return false;
  }
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
    // In a folder that others can write to, anybody can leave one: as with git, only one's own counts.
    if (isForeign(Deno.lstatSync(dirname(path))) || isForeign(Deno.lstatSync(path))) return null;
    const info = Deno.statSync(path);
    if (!info.isFile || isForeign(info)) return null;
    text = readSmallFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    if (error instanceof RangeError) throw new ConfigurationError(`${path} can't be read: ${error.message}`);
    throw new ConfigurationError(`Can't read ${path}: the system refused it`, { cause: error });
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

function isForeign(info: Deno.FileInfo): boolean {
  const self = Deno.uid();
  return self !== null && info.uid !== null && info.uid !== self && info.uid !== 0;
}
