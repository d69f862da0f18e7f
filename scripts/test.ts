/**
 * Compiles the program and runs tests, the end-to-end tests with the executable. The last line is `N passed, N failed` and
 * counts test cases.
 *
 * By default it runs the tests that need only Deno. `--system` runs the `_system_test.ts` files, and `--long` the randomized
 * and stress tests with more iterations; run as root on a Debian-like system, both install the tools that they need. `--all`
 * runs everything that a change must pass: the portable and system tests, and the checks of `deno task check`.
 *
 * Files and folders limit the run to these tests. All other arguments are passed to `deno test`.
 *
 * @module
 */
import { SEPARATOR } from "@std/path";
import { longestFirst, readDurations, saveDurations } from "./test/durations.ts";
import {
  cleanEnvironment,
  compile,
  denoJob,
  ordinaryUserJob,
  requireTools,
  testJob,
  withOrdinaryWorkspace,
} from "./test/jobs.ts";
import { UID_DEPENDENT } from "./test/ordinary_user.ts";
import { type PendingJob, runJobs } from "./test/pool.ts";
import { progressLine, summary } from "./test/report.ts";
import { findTestFiles, groups, isSystemTest, LONG_VARIABLE, type Suite } from "./test/test_files.ts";

const SUITES = { "--system": "system", "--long": "long", "--all": "all" } as const;

/** How long a job may print nothing before it is killed, in milliseconds. A single long test may take minutes. */
const SILENCE: Readonly<Record<Suite, number>> = { portable: 300_000, system: 300_000, all: 300_000, long: 1_800_000 };

try {
  Deno.exit(await main(Deno.args) ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  Deno.exit(1);
}

/** @returns Whether all tests passed. */
async function main(args: readonly string[]): Promise<boolean> {
  const suite = Object.entries(SUITES).find(([option]) => args.includes(option))?.[1] ?? "portable";
  const paths = args.filter(isPath).map((it) => it.replaceAll(SEPARATOR, "/"));
  const options = args.filter((it) => !isPath(it) && !(it in SUITES));
  const files = findTestFiles(suite, paths.length > 0 ? paths : ["tests"]);

  const durations = await readDurations();
  // In parallel: installing the tools mostly waits for the network, compiling needs the processor.
  const tools = suite !== "portable" ? requireTools() : Promise.resolve();
  const compiled = compile();
  const prepared = Promise.all([tools, compiled]);
  const env = cleanEnvironment(suite === "long" ? { [LONG_VARIABLE]: "1" } : {});
  const testJobs = (files: readonly string[], after: Promise<unknown>) =>
    groups(files).map((it) => testJob(it.name, it.files, { options, env, after }));
  const portable = testJobs(files.filter((it) => !isSystemTest(it)), compiled);
  const system = testJobs(files.filter(isSystemTest), prepared);
  const twice = suite === "system" || suite === "all"
    ? UID_DEPENDENT.filter((file) => paths.length === 0 || paths.some((it) => file.startsWith(it)))
    : [];
  const running = withOrdinaryWorkspace(twice.length > 0 ? compiled : null, (workspace) => {
    const ordinary = workspace === null ? [] : [ordinaryUserJob(twice, workspace)];
    const jobs: PendingJob[] = [
      ...(suite === "all" ? checks(tools) : []),
      // Jobs that wait for tools come last, so that no worker is idle.
      ...longestFirst(portable, durations),
      ...longestFirst([...ordinary, ...system], durations),
    ];
    return runJobs(jobs, {
      // One more than the number of processors, because many tests wait for other processes.
      workers: navigator.hardwareConcurrency + 1,
      silence: SILENCE[suite],
      onEnd: (it) => console.log(progressLine(it)),
    });
  });

  // Fails early if the tools or the program are missing.
  const [outcomes] = await Promise.all([running, prepared]);
  await saveDurations(Object.assign({}, ...outcomes.map((it) => it.durations)));
  if (outcomes.every((it) => it.passed + it.failed === 0)) throw new Error("No test ran.");
  console.log(summary(outcomes));
  return outcomes.every((it) => it.failed === 0);
}

/** @returns The checks that a change must pass besides the tests. */
function checks(tools: Promise<unknown>): PendingJob[] {
  return [
    denoJob("deno check", ["check"]),
    denoJob("deno lint", ["lint"]),
    denoJob("deno fmt", ["fmt", "--check"]),
    denoJob("deno task generate --check", ["run", "-A", "scripts/generate_types.ts", "--check"]),
    denoJob("deno task lint:workflows", ["run", "-A", "scripts/lint_workflows.ts"], tools),
  ];
}

function isPath(argument: string): boolean {
  try {
    Deno.statSync(argument);
    return true;
  } catch {
    return false;
  }
}
