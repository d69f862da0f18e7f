/**
 * Whether git would take the credentials file into a commit (seed: "Protecting Your API Key"). Found out by reading
 * git's own files, without starting a process: no command that handles a key can start one.
 *
 * @module
 */
import ignore from "ignore";
import { basename, dirname, isAbsolute, join, relative } from "@std/path";
import type { Context } from "../context.ts";

/** A file that git would take. */
export interface GitExposure {
  /** The work tree's top folder. */
  readonly workTree: string;
  /** The line for the `.gitignore` there that keeps the file out. */
  readonly line: string;
}

/** Patterns, and the folder that they are relative to. */
interface Patterns {
  readonly folder: string;
  readonly matcher: ReturnType<typeof ignore>;
}

/**
 * @param context Its environment tells where git's own configuration is.
 * @param file Absolute path of a file that is there.
 * @returns Where and how to keep it out of commits; `null` where it is in no work tree, or ignored (gitignore(5)).
 */
export function findGitExposure(context: Context, file: string): GitExposure | null {
  if (!isTakenByGit(context, file)) return null;
  const real = Deno.realPathSync(file);
  const workTree = workTreeOf(dirname(real))!;
  const folder = slashed(relative(workTree, dirname(real)));
  // A folder of the program's own is kept out as a whole; of any other folder, the file alone.
  const own = basename(folder) === ".fluxloop";
  const escaped = (path: string) => path.replace(/[\\[\]*?]/g, "\\$&");
  const above = folder === "" ? "" : `${escaped(folder)}/`;
  return { workTree, line: own ? `/${above}` : `/${above}${escaped(basename(real))}*` };
}

/**
 * @param context Its environment tells where git's own configuration is.
 * @param file Absolute path of a file that is there.
 * @returns Whether it is in a work tree, and not ignored (gitignore(5)).
 */
export function isTakenByGit(context: Context, file: string): boolean {
  // Git works on what the file is, not on links that lead to it.
  const real = Deno.realPathSync(file);
  const workTree = workTreeOf(dirname(real));
  if (workTree === null) return false;
  // What is tracked already is taken whatever is ignored.
  const path = slashed(relative(workTree, real));
  if (read(join(ownFolder(workTree), "index"), "latin1")?.includes(`${latin1(path)}\0`)) return true;
  return !isIgnored(workTree, real, [...excludeFiles(context, workTree), ...ignoreFiles(workTree, dirname(real))]);
}

/**
 * @param folder Absolute path.
 * @returns The top of the git work tree that it is in, or `null`.
 */
export function workTreeOf(folder: string): string | null {
  for (let at = folder;; at = dirname(at)) {
    if (read(join(at, ".git", "HEAD")) !== null || /^gitdir: /.test(read(join(at, ".git")) ?? "")) return at;
    if (dirname(at) === at) return null;
  }
}

/** What is deeper, and stands later in this list, has the last word. */
function ignoreFiles(workTree: string, folder: string): Patterns[] {
  const folders = [folder];
  while (folders[0] !== workTree) folders.unshift(dirname(folders[0]));
  // Git does not follow a link there.
  return folders.map((at) => patternsOf(at, isFile(join(at, ".gitignore")) ? read(join(at, ".gitignore")) : null));
}

/** `core.excludesFile`, and the repository's own `info/exclude`, which stands over it. */
function excludeFiles(context: Context, workTree: string): Patterns[] {
  const home = context.env("HOME") ?? "";
  const repository = commonFolder(workTree);
  const settings = join(context.env("XDG_CONFIG_HOME") || join(home, ".config"), "git");
  const configurations = [join(settings, "config"), join(home, ".gitconfig"), join(repository, "config")]
    .map((path) => coreSection(read(path) ?? ""));
  const named = configurations.map((text) => /^\s*excludesfile\s*=\s*"?([^"\r\n]+?)"?\s*$/im.exec(text)?.[1]).findLast((
    it,
  ) => it !== undefined);
  const configured = named?.replace(/^~(?=\/)/, home) ??
    join(settings, "ignore");
  return [configured, join(repository, "info", "exclude")].map((path) => patternsOf(workTree, read(path)));
}

/** A linked work tree has a file `.git` that leads to its own folder, and that one to the repository's. */
function commonFolder(workTree: string): string {
  const own = ownFolder(workTree);
  const common = read(join(own, "commondir"))?.trim();
  return common === undefined ? own : isAbsolute(common) ? common : join(own, common);
}

/** @returns The work tree's own folder in git's keeping: `.git`, or what a file of that name leads to. */
function ownFolder(workTree: string): string {
  const leading = /^gitdir: (.+?)\s*$/.exec(read(join(workTree, ".git")) ?? "")?.[1];
  if (leading === undefined) return join(workTree, ".git");
  return isAbsolute(leading) ? leading : join(workTree, leading);
}

/** @returns The lines below `[core]` in a git configuration. */
function coreSection(text: string): string {
  const sections = text.split(/^\s*(?=\[)/m);
  return sections.filter((it) => /^\[core\]/i.test(it)).join("\n");
}

/** A folder that is ignored hides all that is in it, whatever is said of that. */
function isIgnored(workTree: string, file: string, patterns: readonly Patterns[]): boolean {
  const parts = slashed(relative(workTree, file)).split("/");
  return parts.some((_, index) => {
    const path = join(workTree, ...parts.slice(0, index + 1));
    const isFolder = index < parts.length - 1;
    const verdicts = patterns.map(({ folder, matcher }) => {
      const inside = slashed(relative(folder, path));
      return inside === "" || inside.split("/")[0] === ".."
        ? { ignored: false, unignored: false }
        : matcher.test(isFolder ? `${inside}/` : inside);
    });
    return verdicts.findLast((it) => it.ignored || it.unignored)?.ignored ?? false;
  });
}

function patternsOf(folder: string, text: string | null): Patterns {
  return {
    folder,
    matcher: ignore({ allowRelativePaths: false, ignorecase: Deno.build.os !== "linux" }).add(text ?? ""),
  };
}

function slashed(path: string): string {
  return Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
}

/** @returns A text's UTF-8 bytes, a character each. */
function latin1(text: string): string {
  return new TextDecoder("latin1").decode(new TextEncoder().encode(text));
}

function isFile(path: string): boolean {
  try {
    return Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

function read(path: string, encoding = "utf-8"): string | null {
  try {
    return new TextDecoder(encoding).decode(Deno.readFileSync(path));
  } catch {
    return null;
  }
}
