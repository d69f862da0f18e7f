import type { Context } from "../context.ts";
import { readSmallFileIfPossible } from "../credentials/bounded_read.ts";
import { findGitExposure, workTreeOf } from "../credentials/git_exposure.ts";

/** A `.env` file with the key that git would commit. */
export interface ExposedKey {
  /** Relative to the work tree. */
  readonly path: string;
  readonly line: number;
}

const ENV_FILE = /^(?:\.env(?:\..+)?|.+\.env|\.envrc)$/;
/** Folders with many files, but not the user's. */
const SKIPPED: readonly string[] = [".git", "node_modules", "vendor", "dist", "target", ".venv"];
/** How many folders are searched: this is a courtesy, and must not take long. */
const FOLDERS_AT_MOST = 2_000;

/** Searches the current folder's work tree for the key, until the moment `end` of the context's `monotonic` clock. */
export function findExposedKeys(context: Context, key: string, end: number): ExposedKey[] {
  const tree = workTreeOf(context.cwd());
  if (tree === null) return [];
  const exposed: ExposedKey[] = [];
  const folders = [tree];
  for (let count = 0; folders.length > 0 && count < FOLDERS_AT_MOST && context.monotonic() < end; count++) {
    const folder = folders.shift()!;
    for (const { name, isDirectory, isFile } of entries(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory && !SKIPPED.includes(name)) folders.push(path);
      if (!isFile || !ENV_FILE.test(name)) continue;
      if (context.monotonic() >= end) break;
      const line = lineWith(path, key);
      if (line !== null && findGitExposure(path) !== null) exposed.push({ path: path.slice(tree.length + 1), line });
    }
  }
  return exposed;
}

function entries(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  } catch {
    return []; // What can't be read can't be committed.
  }
}

function lineWith(path: string, key: string): number | null {
  const line = (readSmallFileIfPossible(path) ?? "").split("\n").findIndex((it) => it.includes(key));
  return line === -1 ? null : line + 1;
}
