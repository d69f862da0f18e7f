/**
 * Finds and groups the test files of each suite.
 *
 * @module
 */

/** A selection of test files. */
export type Suite = "portable" | "system" | "long" | "all";

const TEST = "_test.ts";
/** The suffix of tests that need Debian packages, a browser, a second user or root. */
const SYSTEM_TEST = "_system_test.ts";
/** Set by `deno task test:long`, which runs the files that mention it. They run more iterations then. */
export const LONG_VARIABLE = "FLUXLOOP_TEST_LONG";
/** The slowest system tests according to the report of a run. Each runs as a separate job. */
export const LONGEST: readonly string[] = [
  "tests/api_client/proxy_programs_system_test.ts",
  "tests/cli/completions_system_test.ts",
  "tests/credentials/keychain_system_test.ts",
  "tests/credentials/store/failing_calls_system_test.ts",
  "tests/credentials/store/killed_system_test.ts",
  "tests/credentials/store/refused_files_system_test.ts",
  "tests/embedded_platform/pages_system_test.ts",
  "tests/experiment/results/result_page_system_test.ts",
  "tests/experiment/runners/python_system_test.ts",
  "tests/install/install_system_test.ts",
  "tests/release/upgrade_program_system_test.ts",
  "tests/system/keys_system_test.ts",
];
/** The maximum number of other system tests in a job. Fewer jobs save processor time, because each start takes a second. */
const GROUP_SIZE = 4;

/**
 * Finds the files of a suite.
 *
 * @param paths Folders to search, and files, which are always included.
 */
export function findTestFiles(suite: Suite, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    Deno.statSync(path).isFile ? [path] : filesUnder(path.replace(/[/\\]$/, "")).filter((it) => belongsTo(it, suite))
  );
}

/** @returns Whether a file is a system test. */
export function isSystemTest(path: string): boolean {
  return path.endsWith(SYSTEM_TEST);
}

/** Test files that run in one process. */
export interface Group {
  readonly name: string;
  readonly files: readonly string[];
}

/** Groups tests by their folder in `tests`, system tests in smaller groups. */
export function groups(files: readonly string[]): Group[] {
  const folderOf = (file: string) => file.split("/").slice(0, 2).join("/");
  const nameOf = (file: string) => isSystemTest(file) ? `${folderOf(file)}, system tests` : folderOf(file);
  return [...Map.groupBy(files, (it) => LONGEST.includes(it) ? it : nameOf(it))].flatMap(([name, all]) => {
    const size = isSystemTest(all[0]) ? GROUP_SIZE : all.length;
    const starts = all.keys().filter((at) => at % size === 0);
    return [...starts].map((at) => ({
      name: all.length <= size ? name : `${name} from ${at + 1}`,
      files: all.slice(at, at + size),
    }));
  });
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
