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
/** The system tests that take longest, as the end of a run reports them: each is a job of its own. */
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
/** How many of the other system tests share a job: the start of a job takes a second of processor time. */
const MOST_TOGETHER = 4;

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

/** A name for some test files that one process runs. */
export interface Group {
  readonly name: string;
  readonly files: readonly string[];
}

/** Groups portable tests by their folder under `tests`, system tests too but into smaller groups. */
export function groups(files: readonly string[]): Group[] {
  const room = (file: string) => file.split("/").slice(0, 2).join("/");
  const nameOf = (file: string) => isSystemTest(file) ? `${room(file)}, system tests` : room(file);
  return [...Map.groupBy(files, (it) => LONGEST.includes(it) ? it : nameOf(it))].flatMap(([name, all]) => {
    const most = isSystemTest(all[0]) ? MOST_TOGETHER : all.length;
    const starts = all.keys().filter((at) => at % most === 0);
    return [...starts].map((at) => ({
      name: all.length <= most ? name : `${name} from ${at + 1}`,
      files: all.slice(at, at + most),
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
