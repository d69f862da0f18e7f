/**
 * The test files, and which task runs each.
 *
 * @module
 */

/** Which files a task runs. */
export type Suite = "portable" | "system" | "long" | "all";

const TEST = "_test.ts";
/** Needs Debian's packages, a browser, a second user or root. */
const SYSTEM_TEST = "_system_test.ts";
/** A file that mentions it has larger numbers for `deno task test:long`. */
export const LONG_VARIABLE = "FLUXLOOP_TEST_LONG";

/**
 * Finds the files of a suite.
 *
 * @param paths Files, which are taken as they are, and folders.
 */
export function findTestFiles(suite: Suite, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    Deno.statSync(path).isFile ? [path] : filesUnder(path.replace(/[/\\]$/, "")).filter((it) => belongsTo(it, suite))
  );
}

/** @returns Whether a file is a test that only a prepared machine can run. */
export function isSystemTest(path: string): boolean {
  return path.endsWith(SYSTEM_TEST);
}

/** @returns The files by their folder under `tests`. */
export function byRoom(files: readonly string[]): Map<string, string[]> {
  return Map.groupBy(files, (it) => it.split("/").slice(0, 2).join("/"));
}

function belongsTo(path: string, suite: Suite): boolean {
  if (!path.endsWith(TEST)) return false;
  if (suite === "long") return Deno.readTextFileSync(path).includes(LONG_VARIABLE);
  return suite === "all" || isSystemTest(path) === (suite === "system");
}

function filesUnder(folder: string): string[] {
  return Deno.readDirSync(folder).toArray().toSorted((a, b) => a.name < b.name ? -1 : 1).flatMap((it) => {
    const path = `${folder}/${it.name}`;
    return it.isDirectory ? filesUnder(path) : [path];
  });
}
