/**
 * Keys that lie about in `.env` files, where git would take them into a commit (design: "fluxloop auth doctor").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readSmallFileIfPossible } from "../credentials/bounded_read.ts";
import { isTakenByGit, workTreeOf } from "../credentials/git_exposure.ts";

/** A file with the key in it that git would take into a commit. */
export interface ExposedKey {
  /** Relative to the work tree. */
  readonly path: string;
  /** From 1 on. */
  readonly line: number;
}

const ENV_FILE = /^(?:\.env(?:\..+)?|.+\.env|\.envrc)$/;
/** Folders with other people's files, in which there are many and none of this kind. */
const FOREIGN: readonly string[] = [".git", "node_modules", "vendor", "dist", "target", ".venv"];
/** How many folders are looked into: this is a courtesy, and not to be waited for. */
const FOLDERS_AT_MOST = 2_000;

/**
 * Looks through the work tree that the current folder is in.
 *
 * @param context Tells the current folder.
 * @param key The whole key.
 * @param end When to stop looking, in the milliseconds of the context's `monotonic`.
 * @returns The files that hold it and that git would take.
 */
export function findExposedKeys(context: Context, key: string, end: number): ExposedKey[] {
  const tree = workTreeOf(context.cwd());
  if (tree === null) return [];
  const exposed: ExposedKey[] = [];
  const folders = [tree];
  for (let count = 0; folders.length > 0 && count < FOLDERS_AT_MOST && context.monotonic() < end; count++) {
    const folder = folders.shift()!;
    for (const { name, isDirectory, isFile } of entries(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory && !FOREIGN.includes(name)) folders.push(path);
      if (!isFile || !ENV_FILE.test(name)) continue;
      if (context.monotonic() >= end) break;
      const line = lineWith(path, key);
      if (line !== null && isTakenByGit(path)) exposed.push({ path: path.slice(tree.length + 1), line });
    }
  }
  return exposed;
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch {
    return []; // What cannot be read cannot be committed either.
  }
}

function lineWith(path: string, key: string): number | null {
  const line = (readSmallFileIfPossible(path) ?? "").split("\n").findIndex((it) => it.includes(key));
  return line === -1 ? null : line + 1;
}
