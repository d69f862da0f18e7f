/**
 * Finds out whether git would commit a file with a key (hosted documentation: "Protecting Your API Key"). The repository's
 * own ignore files are read without starting git: a command that handles a key can't start processes. Files that git
 * already tracks, and the user's global ignore file, aren't considered.
 *
 * @module
 */
import ignore from "ignore";
import { basename, dirname, join, relative } from "@std/path";
import { readSmallFileIfPossible } from "./bounded_read.ts";

/** A file that git would commit, and how to prevent that. */
export interface GitExposure {
  readonly workTree: string;
  /** The line for the work tree's `.gitignore` that keeps the file out. */
  readonly line: string;
}

/** Finds out how to keep a file out of commits; `null` if it is ignored (gitignore(5)) or outside a work tree. */
export function findGitExposure(file: string): GitExposure | null {
  // Git doesn't follow links.
  const real = Deno.realPathSync(file);
  const workTree = workTreeOf(dirname(real));
  if (workTree === null || isIgnored(real, workTree)) return null;
  const folder = slashed(relative(workTree, dirname(real)));
  const escaped = (path: string) => path.replace(/[\\[\]*?]/g, "\\$&");
  const above = folder === "" ? "" : `${escaped(folder)}/`;
  // The program's own folder is ignored as a whole; in any other folder, the file alone.
  const isOwn = basename(folder) === ".fluxloop";
  return { workTree, line: isOwn ? `/${above}` : `/${above}${escaped(basename(real))}*` };
}

function isIgnored(file: string, workTree: string): boolean {
  const parts = slashed(relative(workTree, file)).split("/");
  const folders = parts.map((_, index) => join(workTree, ...parts.slice(0, index)));
  const matchers = [
    { depth: 0, matcher: matcherOf(readSmallFileIfPossible(join(workTree, ".git", "info", "exclude"))) },
    // Deeper files override those above.
    ...folders.map((folder, depth) => ({ depth, matcher: matcherOf(ignoreFileIn(folder)) })),
  ];
  // A pattern can't include a file again whose folder is ignored.
  return parts.some((_, index) => {
    const verdicts = matchers.filter(({ depth }) => depth <= index).map(({ depth, matcher }) =>
      matcher.test(parts.slice(depth, index + 1).join("/") + (index < parts.length - 1 ? "/" : ""))
    );
    return verdicts.findLast((it) => it.ignored || it.unignored)?.ignored ?? false;
  });
}

/** Finds the top folder of the git work tree that a folder is in. */
export function workTreeOf(folder: string): string | null {
  for (let at = folder;; at = dirname(at)) {
    const isRepository = readSmallFileIfPossible(join(at, ".git", "HEAD")) !== null;
    // In a linked work tree, `.git` is a file.
    if (isRepository || readSmallFileIfPossible(join(at, ".git"))?.startsWith("gitdir: ")) return at;
    if (dirname(at) === at) return null;
  }
}

function ignoreFileIn(folder: string): string | null {
  const path = join(folder, ".gitignore");
  try {
    return Deno.lstatSync(path).isFile ? readSmallFileIfPossible(path) : null;
  } catch {
    return null;
  }
}

function matcherOf(text: string | null) {
  return ignore({ ignorecase: Deno.build.os !== "linux" }).add(text ?? "");
}

function slashed(path: string): string {
  return Deno.build.os === "windows" ? path.replaceAll("\\", "/") : path;
}
