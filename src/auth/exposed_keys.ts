import type { Context } from "../context.ts";
import { readSmallFileIfPossible } from "../credentials/bounded_read.ts";
import { findGitExposure, workTreeOf } from "../credentials/git_exposure.ts";

/** A line with the key in a `.env` file that git would commit. */
export interface ExposedKey {
  /** Relative to the work tree. */
  readonly path: string;
  readonly line: number;
}

const ENV_FILE = /^(?:\.env(?:\..+)?|.+\.env|\.envrc)$/;
/** Folders with many files that the user didn't write. */
const SKIPPED: readonly string[] = [".git", "node_modules", "vendor", "dist", "target", ".venv"];
/** The maximum number of folders that are searched: this step must not take long. */
const FOLDER_LIMIT = 2_000;

/** Searches the current folder's work tree for the key, until the moment `end` of the context's `monotonic` clock. */
export function findExposedKeys(context: Context, key: string, end: number): ExposedKey[] {
  const tree = workTreeOf(context.cwd());
  if (tree === null) return [];
  const exposed: ExposedKey[] = [];
  const folders = [tree];
  for (let count = 0; folders.length > 0 && count < FOLDER_LIMIT && context.monotonic() < end; count++) {
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
    return []; // Git can't read it either.
  }
}

function lineWith(path: string, key: string): number | null {
  const line = (readSmallFileIfPossible(path) ?? "").split("\n").findIndex((it) => it.includes(key));
  return line === -1 ? null : line + 1;
}
