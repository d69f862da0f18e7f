/**
 * Whether git would take the credentials file into a commit (seed: "Protecting Your API Key"). Found out by reading
 * git's own files, without starting a process: no command that handles a key can start one.
 *
 * @module
 */
import ignore from "ignore";
import { basename, dirname, isAbsolute, join, relative } from "@std/path";
import type { GitExposure } from "../output/warnings.ts";
import type { Context } from "../context.ts";

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
  // Git works on what the file is, not on links that lead to it.
  const real = Deno.realPathSync(file);
  const workTree = workTreeOf(dirname(real));
  if (workTree === null) return null;
  const patterns = [...excludeFiles(context, workTree), ...ignoreFiles(workTree, dirname(real))];
  if (isIgnored(workTree, real, patterns)) return null;
  const folder = slashed(relative(workTree, dirname(real)));
  // A folder of the program's own is kept out as a whole; of any other folder, the file alone.
  const own = basename(folder) === ".fluxloop";
  return { workTree, line: own ? `/${folder}/` : `/${folder === "" ? "" : `${folder}/`}${basename(real)}*` };
}

function workTreeOf(folder: string): string | null {
  for (let at = folder;; at = dirname(at)) {
    if (read(join(at, ".git", "HEAD")) !== null || /^gitdir: /.test(read(join(at, ".git")) ?? "")) return at;
    if (dirname(at) === at) return null;
  }
}

/** What is deeper, and stands later in this list, has the last word. */
function ignoreFiles(workTree: string, folder: string): Patterns[] {
  const folders = [folder];
  while (folders[0] !== workTree) folders.unshift(dirname(folders[0]));
  return folders.map((at) => patternsOf(at, read(join(at, ".gitignore"))));
}

/** `core.excludesFile`, and the repository's own `info/exclude`, which stands over it. */
function excludeFiles(context: Context, workTree: string): Patterns[] {
  const home = context.env("HOME") ?? "";
  const repository = commonFolder(workTree);
  const configurations = [join(home, ".gitconfig"), join(repository, "config")].map((path) => read(path) ?? "");
  const named = configurations.map((text) => /^\s*excludesfile\s*=\s*"?([^"\r\n]+?)"?\s*$/im.exec(text)?.[1]).findLast((
    it,
  ) => it !== undefined);
  const configured = named?.replace(/^~(?=\/)/, home) ??
    join(context.env("XDG_CONFIG_HOME") || join(home, ".config"), "git", "ignore");
  return [configured, join(repository, "info", "exclude")].map((path) => patternsOf(workTree, read(path)));
}

/** A linked work tree has a file `.git` that leads to its own folder, and that one to the repository's. */
function commonFolder(workTree: string): string {
  const leading = /^gitdir: (.+?)\s*$/.exec(read(join(workTree, ".git")) ?? "")?.[1];
  if (leading === undefined) return join(workTree, ".git");
  const own = isAbsolute(leading) ? leading : join(workTree, leading);
  const common = read(join(own, "commondir"))?.trim();
  return common === undefined ? own : isAbsolute(common) ? common : join(own, common);
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
  return { folder, matcher: ignore({ allowRelativePaths: false }).add(text ?? "") };
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

function read(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
