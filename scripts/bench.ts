/**
 * Measures what the program takes to start, against the least that any program compiled in the same way takes, and
 * against a peer; what it takes on a disk; what the embedded platform answers to many clients at once; and how many runs
 * of an agent a second `fluxloop test` makes, against a bare loop. Ratios of one run can be compared between machines;
 * milliseconds cannot. It asserts nothing.
 *
 * `--json <file>` writes the figures too.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { agentRunLines, type AgentRunRows, agentRunTargets, measureAgentRuns } from "./bench/agent_runs.ts";
import { compare, type Row, table, type Target, targetLines } from "./bench/report.ts";
import { measure, type Subject } from "./bench/measure.ts";
import { loadLines, type LoadRow, measureLoad } from "./bench/platform_load.ts";
import { measureSizes, sizeLines, type SizeRow } from "./bench/size.ts";
import { compileExecutable } from "./compile/executable.ts";
import { BENCH_TOOLS, installCommand, installMissing } from "./debian_tools.ts";
import { openSandbox, type Program, type Sandbox } from "./sandbox.ts";

const ROUNDS = { warmUp: 3, time: 30, memory: 10 };
/** As many as nobody has. */
const PROFILES = 1000;
const CACHE = ".cache";
const EXE = Deno.build.os === "windows" ? ".exe" : "";
const FLUXLOOP: Program = [`${Deno.cwd()}/dist/fluxloop${EXE}`];

try {
  const { values } = parseArgs({ args: Deno.args, options: { json: { type: "string" } } });
  await bench(values.json);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function bench(jsonFile: string | undefined): Promise<void> {
  const missing = await installMissing(BENCH_TOOLS);
  if (missing.length > 0) {
    console.error(
      `Not everything can be measured without ${missing.map((it) => it.command).join(" and ")}: ` +
        `\`${installCommand(missing)}\` on Debian.`,
    );
  }
  const hello = await compileBoth();
  const sandbox = await openSandbox(FLUXLOOP);
  try {
    await logIn(sandbox);
    const hasPeer = !missing.some((it) => it.command === "gh");
    const { env } = sandbox;
    const many = { ...env, FLUXLOOP_HOME: await saveManyProfiles(sandbox) };
    const subjects: Subject[] = [
      { name: "hello world", program: hello, env },
      { name: "fluxloop --version", program: [...FLUXLOOP, "--version"], env },
      { name: "fluxloop auth status", program: [...FLUXLOOP, "auth", "status"], env },
      { name: `auth status, ${PROFILES} profiles`, program: [...FLUXLOOP, "auth", "status"], env: many },
      { name: `auth list, ${PROFILES} profiles`, program: [...FLUXLOOP, "auth", "list"], env: many },
      { name: `a profile's name, ${PROFILES}`, program: [...FLUXLOOP, "__complete", "--profile", ":"], env: many },
      ...(hasPeer ? [{ name: "gh --version", program: ["gh", "--version"], env } as const] : []),
    ];
    const rows = compare(subjects.map((it) => it.name), await measure(subjects, ROUNDS));
    const targets = targetsOf(rows);
    console.log(`${table(rows)}\n\n${targetLines(targets)}`);
    const sizes = await measureSizes([
      { name: "hello world", path: hello[0] },
      { name: "fluxloop", path: FLUXLOOP[0] },
    ]);
    console.log(`\n${sizeLines(sizes)}`);
    const loadRows = await measureLoad(sandbox);
    console.log(`\n${loadLines(loadRows)}`);
    const agentRuns = await measureAgentRuns(FLUXLOOP, CACHE);
    const runTargets = agentRunTargets(agentRuns);
    console.log(`\n${agentRunLines(agentRuns)}\n\n${targetLines(runTargets)}`);
    const figures = { sizes, load: loadRows, agent_runs: agentRuns };
    if (jsonFile !== undefined) await writeJson(jsonFile, rows, [...targets, ...runTargets], figures);
  } finally {
    await sandbox.close();
  }
}

/**
 * Compiles the program, and the least one that prints something, on the same base.
 *
 * @returns The latter.
 */
async function compileBoth(): Promise<Program> {
  const compiling = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "scripts/compile.ts"] }).spawn();
  if (!(await compiling.status).success) throw new Error("There is nothing to measure.");

  const folder = await Deno.makeTempDir({ dir: CACHE, prefix: "hello-" });
  try {
    await Deno.writeTextFile(`${folder}/hello.js`, 'console.log("hello world");\n');
    const output = `${CACHE}/hello${EXE}`;
    const base = await compileExecutable({ folder, script: "hello.js", output, target: Deno.build.target });
    const { deno } = JSON.parse(await Deno.readTextFile("dist/base.json"));
    if (base.deno !== deno) throw new Error("The network came or went between two compilations: please run it again.");
    return [`${Deno.cwd()}/${output}`];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function logIn({ env, apiKey }: Sandbox): Promise<void> {
  const [command] = FLUXLOOP;
  const login = new Deno.Command(command, {
    args: ["auth", "login", "--api-key-stdin"],
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "null",
  }).spawn();
  const writer = login.stdin.getWriter();
  await writer.write(new TextEncoder().encode(apiKey));
  await writer.close();
  if (!(await login.status).success) throw new Error("`fluxloop auth login` failed.");
}

/**
 * Repeats the sandbox's one profile under other names, as the program itself would write them.
 *
 * @returns The folder with the credentials.
 */
async function saveManyProfiles({ env }: Sandbox): Promise<string> {
  const [heading, name, ...fields] = (await Deno.readTextFile(`${env.FLUXLOOP_HOME}/credentials`)).split("\n");
  const others = Array.from({ length: PROFILES - 1 }, (_, index) => [`  profile-${index}:`, ...fields.slice(0, -1)]);
  const folder = `${env.HOME}/many`;
  await Deno.mkdir(folder, { mode: 0o700 });
  const text = [heading, ...others.flat(), name, ...fields].join("\n");
  await Deno.writeTextFile(`${folder}/credentials`, text, { mode: 0o600 });
  return folder;
}

function targetsOf(rows: readonly Row[]): Target[] {
  const [, version, status, many, , names] = rows;
  const longer = many.time.median - status.time.median;
  const completing = names.time.median / version.time.median;
  return [
    { name: "--version: time, times hello world", most: 1.15, measured: version.timeRatio, unit: "x" },
    { name: "auth status: time, more than hello world", most: 25, measured: status.difference, unit: "ms" },
    { name: `auth status: time, ${PROFILES} profiles more than one`, most: 30, measured: longer, unit: "ms" },
    {
      name: `a profile's name: time, ${PROFILES} profiles, times --version`,
      most: 1.5,
      measured: completing,
      unit: "x",
    },
    { name: "auth status: peak memory, times hello world", most: 1.4, measured: status.memoryRatio, unit: "x" },
  ];
}

async function writeJson(
  file: string,
  rows: readonly Row[],
  targets: readonly Target[],
  figures: {
    readonly sizes: readonly SizeRow[];
    readonly load: readonly LoadRow[];
    readonly agent_runs: AgentRunRows;
  },
): Promise<void> {
  const base = JSON.parse(await Deno.readTextFile("dist/base.json"));
  await Deno.writeTextFile(file, `${JSON.stringify({ base, rounds: ROUNDS, rows, targets, ...figures }, null, 2)}\n`);
}
