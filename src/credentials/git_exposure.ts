/**
 * Whether git would commit the credentials file (seed: "Protecting Your API Key"). Found out by reading the repository's
 * own ignore files, without starting git: no command that handles a key can start a process. Files that git tracks already
 * and a user's global ignore file are not looked at.
 *
 * @module
 */
import ignore from "ignore";
import { basename, dirname, join, relative } from "@std/path";
import { readSmallFileIfPossible } from "./bounded_read.ts";

/** A file that git would commit. */
export interface GitExposure {
  /** The work tree's top folder. */
  readonly workTree: string;
  /** The line for the `.gitignore` there that keeps the file out. */
  readonly line: string;
}

/**
 * @param file Absolute path of a file that exists.
 * @returns Where and how to keep it out of commits; `null`: it is in no work tree, or ignored (gitignore(5)).
 */
export function findGitExposure(file: string): GitExposure | null {
  if (!isTakenByGit(file)) return null;
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
 * @param file Absolute path of a file that exists.
 * @returns Whether it is in a work tree, and not ignored.
 */
export function isTakenByGit(file: string): boolean {
  // Git works on what the file is, not on links that lead to it.
  const real = Deno.realPathSync(file);
  const workTree = workTreeOf(dirname(real));
  if (workTree === null) return false;
  const parts = slashed(relative(workTree, real)).split("/");
  const folders = parts.map((_, index) => join(workTree, ...parts.slice(0, index)));
  const matchers = [
    { depth: 0, matcher: matcherOf(readSmallFileIfPossible(join(workTree, ".git", "info", "exclude"))) },
    // What is deeper has the last word. Git does not follow a link there.
    ...folders.map((folder, depth) => ({ depth, matcher: matcherOf(ignoreFileIn(folder)) })),
  ];
  // A folder that is ignored hides all that is in it, whatever is said about that.
  return !parts.some((_, index) => {
    const verdicts = matchers.filter(({ depth }) => depth <= index).map(({ depth, matcher }) =>
      matcher.test(parts.slice(depth, index + 1).join("/") + (index < parts.length - 1 ? "/" : ""))
    );
    return verdicts.findLast((it) => it.ignored || it.unignored)?.ignored ?? false;
  });
}

/**
 * @param folder Absolute path.
 * @returns The top of the git work tree that it is in, or `null`.
 */
export function workTreeOf(folder: string): string | null {
  for (let at = folder;; at = dirname(at)) {
    const isRepository = readSmallFileIfPossible(join(at, ".git", "HEAD")) !== null;
    // A linked work tree has a file of that name.
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
