/**
 * Which executable this program is, and who looks after it.
 *
 * @module
 */
import { basename, dirname } from "@std/path";
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";

/** The executable that runs. */
export interface Installation {
  /** Its absolute path, links resolved. */
  readonly path: string;
  /** What it was compiled for, as `deno compile --target` names it. */
  readonly target: string;
}

/** Somebody else who replaces the program, and is to be asked for it. */
export interface Keeper {
  /** As people call it. */
  readonly name: string;
  /** The command that upgrades. */
  readonly command: string;
}

/** Folders that are a package manager's own, by a part of the path with slashes. */
const KEPT_FOLDERS: readonly (readonly [RegExp, Keeper])[] = [
  [/\/Cellar\/|^\/opt\/homebrew\/|^\/home\/linuxbrew\//, { name: "Homebrew", command: "brew upgrade fluxloop" }],
  [/^\/nix\/store\//, { name: "Nix", command: "nix profile upgrade fluxloop" }],
  [/^\/snap\//, { name: "Snap", command: "snap refresh fluxloop" }],
  [/\/scoop\/apps\//i, { name: "Scoop", command: "scoop update fluxloop" }],
  [/\/chocolatey\/lib\//i, { name: "Chocolatey", command: "choco upgrade fluxloop" }],
];

const DPKG = { name: "dpkg", command: "apt-get install --only-upgrade fluxloop" };
const PACMAN = { name: "pacman", command: "pacman -S fluxloop" };
const RPM = { name: "rpm", command: "dnf upgrade fluxloop" };
/** Where rpm keeps its database, and what that is called in each of its forms. */
const RPM_FOLDERS = ["/usr/lib/sysimage/rpm", "/var/lib/rpm"];
const RPM_DATABASES = ["rpmdb.sqlite", "Packages.db", "Packages"];
/** How long rpm may take to look into its database, in milliseconds. */
const RPM_PATIENCE = 20_000;

/**
 * @returns The executable that runs.
 * @throws {ConfigurationError} Where the program runs from its sources, or its file is gone.
 */
export function thisInstallation(): Installation {
  if (!Deno.build.standalone) {
    throw new ConfigurationError("This fluxloop runs from its sources, which git upgrades: git pull");
  }
  try {
    return { path: Deno.realPathSync(Deno.execPath()), target: Deno.build.target };
  } catch (error) {
    throw new ConfigurationError("The file of the running fluxloop is not there any more; install it anew", {
      cause: error,
    });
  }
}

/**
 * @param context The outside world.
 * @param path An executable's absolute path, links resolved.
 * @returns The package manager that it belongs to; `null` where there is none.
 */
export async function keeperOf(context: Context, path: string): Promise<Keeper | null> {
  const folder = folderKeeper(path);
  if (folder !== null) return folder;
  if (context.system.os !== "linux") return null;
  // Where /bin is a link to /usr/bin, packages still name the one or the other.
  const names = [path, ...(path.startsWith("/usr/") ? [path.slice("/usr".length)] : [])];
  if (isListed("/var/lib/dpkg/info", (name) => name.endsWith(".list") ? name : null, names)) return DPKG;
  const relative = names.map((it) => it.slice(1));
  if (isListed("/var/lib/pacman/local", (name) => `${name}/files`, relative)) return PACMAN;
  return await isOfRpm(context, path) ? RPM : null;
}

/** @returns The package manager whose folder an executable is in; `null` where it is in none's. */
export function folderKeeper(path: string): Keeper | null {
  const slashed = path.replaceAll("\\", "/");
  return KEPT_FOLDERS.find(([pattern]) => pattern.test(slashed))?.[1] ?? null;
}

/** @returns Whether a file of a folder, as `fileOf` names it, has a line that is one of `lines`. */
function isListed(folder: string, fileOf: (name: string) => string | null, lines: readonly string[]): boolean {
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      const file = fileOf(name);
      if (file === null) continue;
      const text = `\n${textOf(`${folder}/${file}`)}\n`;
      if (lines.some((it) => text.includes(`\n${it}\n`))) return true;
    }
  } catch {
    // Not a system that has this.
  }
  return false;
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** Its database is no text: rpm itself is asked, where there is one, which makes one where there is none. */
async function isOfRpm(context: Context, path: string): Promise<boolean> {
  const folder = RPM_FOLDERS.find((it) => RPM_DATABASES.some((name) => isFile(`${it}/${name}`)));
  if (folder === undefined) return false;
  try {
    const args = ["--dbpath", folder, "-qf", "--", path];
    const options = { args, input: "", env: WITHOUT_KEYS, signal: AbortSignal.timeout(RPM_PATIENCE) };
    return (await context.runProgram("rpm", options)).code === 0;
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** No program that is started here needs a key. */
export const WITHOUT_KEYS = { FLUXLOOP_API_KEY: "", FLUXLOOP_SYNC_API_KEY: "", FLUXLOOP_API_KEY_FILE: "" };

/** @returns The name, beside the executable, that a new one has until it takes the place. */
export function freshName(path: string): string {
  // Windows runs nothing without its extension.
  return `${dirname(path)}/.new-${basename(path)}`;
}

/** @returns The name that Windows keeps the old one under while it runs. */
export function oldName(path: string): string {
  return `${dirname(path)}/.old-${basename(path)}`;
}
