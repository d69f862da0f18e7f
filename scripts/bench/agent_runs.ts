/**
 * Measures `fluxloop test` against agents that answer at once: how many runs a second, next to a bare loop of `fetch` of the
 * same width, and how much memory for few runs and for many.
 *
 * @module
 */
import { compileExecutable } from "../compile/executable.ts";
import type { Program } from "../sandbox.ts";
import type { Target } from "./report.ts";
import { spread } from "./measure.ts";

const WIDTH = 32;
const FEW = 500;
const MANY = 5000;
const ROUNDS = 5;
/** Processes that are kept for the runs of an agent that is a program. */
const PROCESSES = 4;
const GNU_TIME = "/usr/bin/time";

/** The least that asks a server so often, so many at once: address and number of runs are its arguments. */
const BARE_LOOP = `const [url, count] = Deno.args;
let next = 0;
const start = performance.now();
await Promise.all(Array.from({ length: ${WIDTH} }, async () => {
  while (next < Number(count)) {
    const body = JSON.stringify({ type: "input", input: "say " + next++, context: { persona: null, iteration: 0 } });
    const headers = { "content-type": "application/json" };
    await (await fetch(url, { method: "POST", headers, body })).text();
  }
}));
console.log(performance.now() - start);
`;
/** An agent that is a program, and does as little as one can. */
const AGENT = `let rest = "";
const decoder = new TextDecoder();
const encoder = new TextEncoder();
for await (const chunk of Deno.stdin.readable) {
  const lines = (rest + decoder.decode(chunk, { stream: true })).split("\\n");
  rest = lines.pop();
  for (const line of lines) Deno.stdout.writeSync(encoder.encode(JSON.stringify({ type: "final", output: "ok" }) + "\\n"));
}
`;

/** What was measured. */
export interface AgentRunRows {
  /** Runs a second of the bare loop, of an agent that is a server, and of one that is a program. */
  readonly bare: number;
  readonly http: number;
  readonly process: number;
  /** Peaks of memory in MiB; `null` where this machine has no GNU time. */
  readonly fewMemory: number | null;
  readonly manyMemory: number | null;
}

/**
 * @param program The program, compiled.
 * @param cache A folder for what is made for the measurement.
 * @returns Medians.
 * @throws {Error} When a program fails.
 */
export async function measureAgentRuns(program: Program, cache: string): Promise<AgentRunRows> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-runs-" });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.text();
    return new Response("ok");
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const bare = await compileBareLoop(cache);
    await Deno.writeTextFile(`${folder}/agent.ts`, AGENT);
    await configure(folder, "few", FEW, WIDTH, { http: { url } });
    await configure(folder, "many", MANY, WIDTH, { http: { url } });
    const command = [Deno.execPath(), "run", "-A", "agent.ts"];
    await configure(folder, "process", MANY, PROCESSES, { process: { command, reuse: true } });

    const rates: Record<"bare" | "http" | "process", number[]> = { bare: [], http: [], process: [] };
    const memory: Record<"few" | "many", (number | null)[]> = { few: [], many: [] };
    // In turn, so that whatever else the machine does hits them all alike.
    for (let round = 0; round < ROUNDS; round++) {
      rates.bare.push(MANY / Number((await run(bare, [url, `${MANY}`], folder)).stdout) * 1000);
      memory.few.push((await test(program, folder, "few")).memory);
      const many = await test(program, folder, "many");
      memory.many.push(many.memory);
      rates.http.push(many.perSecond);
      rates.process.push((await test(program, folder, "process")).perSecond);
    }
    const middle = (figures: readonly number[]) => spread(figures).median;
    const memoryOf = (figures: readonly (number | null)[]) =>
      figures.includes(null) ? null : middle(figures as number[]);
    return {
      bare: middle(rates.bare),
      http: middle(rates.http),
      process: middle(rates.process),
      fewMemory: memoryOf(memory.few),
      manyMemory: memoryOf(memory.many),
    };
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns The figures for people. */
export function agentRunLines({ bare, http, process, fewMemory, manyMemory }: AgentRunRows): string {
  const memory = fewMemory === null || manyMemory === null
    ? "not measured"
    : `${fewMemory.toFixed(1)} MiB for ${FEW} runs, ${manyMemory.toFixed(1)} MiB for ${MANY}`;
  return [
    `${MANY} runs of an agent that answers at once:`,
    `bare fetch loop, ${WIDTH} at once    ${bare.toFixed(0).padStart(6)} runs/s`,
    `fluxloop test, http, ${WIDTH} at once ${http.toFixed(0).padStart(5)} runs/s`,
    `fluxloop test, ${PROCESSES} processes      ${process.toFixed(0).padStart(6)} runs/s`,
    `peak memory of fluxloop test, http: ${memory}`,
  ].join("\n");
}

/** @returns The targets, and what was measured. */
export function agentRunTargets({ bare, http, process, fewMemory, manyMemory }: AgentRunRows): Target[] {
  const growth = fewMemory === null || manyMemory === null ? null : manyMemory / fewMemory;
  return [
    { name: "test, http: runs, times a bare loop's", most: 0.5, isLeast: true, measured: http / bare, unit: "x" },
    { name: `test, http: peak memory, ${MANY} runs, times ${FEW}`, most: 1.3, measured: growth, unit: "x" },
    { name: "test, process with reuse", most: 3000, isLeast: true, measured: process, unit: "runs/s" },
  ];
}

async function configure(
  folder: string,
  name: string,
  runs: number,
  parallelRuns: number,
  runner: Record<string, unknown>,
): Promise<void> {
  const inputs = Array.from({ length: runs }, (_, index) => JSON.stringify(`say ${index}`));
  await Deno.writeTextFile(`${folder}/${name}.jsonl`, inputs.join("\n"));
  const fields = { name, parallel_runs: parallelRuns, inputs_file: `${name}.jsonl`, runner };
  await Deno.writeTextFile(`${folder}/${name}.yaml`, JSON.stringify(fields));
}

interface Tested {
  readonly perSecond: number;
  readonly memory: number | null;
}

async function test(program: Program, folder: string, name: string): Promise<Tested> {
  const args = ["test", "--config", `${name}.yaml`, "--skip-upload", "--json"];
  const { stdout, memory } = await run(program, args, folder);
  const { experiment: { planned, started_at, ended_at } } = JSON.parse(stdout);
  return { perSecond: planned / (Date.parse(ended_at) - Date.parse(started_at)) * 1000, memory };
}

async function run([command, ...before]: Program, args: readonly string[], cwd: string) {
  const isTimed = Deno.build.os === "linux" && await Deno.stat(GNU_TIME).then((it) => it.isFile, () => false);
  const words = [...(isTimed ? [GNU_TIME, "-f", "%M"] : []), command, ...before, ...args];
  const output = await new Deno.Command(words[0], { args: words.slice(1), cwd, stdin: "null" }).output();
  const said = new TextDecoder().decode(output.stderr);
  if (!output.success) throw new Error(`${command} ended with exit code ${output.code}: ${said.trim()}`);
  const memory = isTimed ? Number(said.trim().split("\n").at(-1)) / 1024 : null;
  return { stdout: new TextDecoder().decode(output.stdout), memory };
}

async function compileBareLoop(cache: string): Promise<Program> {
  const work = await Deno.makeTempDir({ dir: cache, prefix: "bare-" });
  try {
    await Deno.writeTextFile(`${work}/bare.js`, BARE_LOOP);
    const output = `${cache}/bare${Deno.build.os === "windows" ? ".exe" : ""}`;
    await compileExecutable({ folder: work, script: "bare.js", output, target: Deno.build.target });
    return [`${Deno.cwd()}/${output}`];
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}
