/**
 * Measures what the runners of `fluxloop test` take besides the agent: programs that answer at once, in Node.js, and a
 * server on this machine that does, against a bare `fetch` loop of the same width.
 *
 * `deno run -A scripts/bench/runners.ts` measures these alone.
 *
 * @module
 */
import { realContext } from "../../src/system/real_context.ts";
import type { Runner, RunnerConfiguration } from "../../src/experiment/model.ts";
import { createRunner } from "../../src/experiment/runners/mod.ts";

/** How many runs are measured, after a tenth of them to warm up, and how many there are at once. */
const PROCESS = { runs: 20_000, width: 2 };
const HTTP = { runs: 5_000, width: 32 };
const ROUNDS = 3;

/** What a runner came to. */
export interface RunnerRow {
  readonly name: string;
  /** The best round's. */
  readonly perSecond: number;
}

/** Answers each input with itself. */
const AGENT = `
let rest = "";
process.stdin.on("data", (chunk) => {
  const lines = (rest + chunk).split("\\n");
  rest = lines.pop();
  process.stdout.write(lines.map((it) => JSON.stringify({ type: "final", output: JSON.parse(it).input }) + "\\n").join(""));
});`;

/** A process of its own: what it takes must not count. */
const SERVER = `
const answer = async (request) => Response.json({ output: (await request.json()).input });
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) }, answer);`;

const KEPT: RunnerConfiguration = {
  kind: "process",
  command: ["node", "-e", AGENT],
  cwd: Deno.cwd(),
  env: {},
  readyPattern: null,
  timeout: 30_000,
  killSignal: "SIGTERM",
  killTimeout: 5_000,
  reuse: true,
};
const asking = (url: URL): RunnerConfiguration => ({
  kind: "http",
  method: "POST",
  url,
  headers: {},
  timeout: 30_000,
  retry: { attempts: 0, backoff: 0, statusCodes: [] },
  bodyTemplate: null,
  stream: "none",
  streamOutputPath: "$.output",
  streamEventFilter: null,
});

/** @returns The figures: processes that are kept, the bare loop, and the HTTP runner beside it. */
export async function measureRunners(): Promise<RunnerRow[]> {
  const [process] = await withRunner(KEPT, PROCESS, (run) => best(PROCESS, [run]));
  const server = new Deno.Command(Deno.execPath(), { args: ["eval", SERVER], stdout: "piped", stderr: "null" }).spawn();
  try {
    const output = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const url = new URL(`http://127.0.0.1:${(await output.read()).value?.trim()}/`);
    const bareRun = (input: string) => bareFetch(url, input);
    const [bare, http] = await withRunner(asking(url), HTTP, (run) => best(HTTP, [bareRun, run]));
    await output.cancel();
    return [
      { name: "process, reuse", perSecond: process },
      { name: "bare fetch", perSecond: bare },
      { name: "http", perSecond: http },
    ];
  } finally {
    server.kill();
    await server.status;
  }
}

/** @returns The figures for people, with the targets. */
export function runnerLines([process, bare, http]: readonly RunnerRow[]): string {
  const verdict = (isMet: boolean) => isMet ? "met" : "missed";
  const ratio = http.perSecond / bare.perSecond;
  return [
    `${PROCESS.width} kept processes of Node.js: ${process.perSecond.toFixed(0)} runs/s ` +
    `(at least 3000: ${verdict(process.perSecond >= 3000)})`,
    `HTTP, ${HTTP.width} at once: ${http.perSecond.toFixed(0)} runs/s, ${ratio.toFixed(2)} times a bare fetch loop's ` +
    `${bare.perSecond.toFixed(0)} (at least 0.5: ${verdict(ratio >= 0.5)})`,
  ].join("\n");
}

interface Load {
  readonly runs: number;
  readonly width: number;
}

type Run = (text: string) => Promise<void>;

async function withRunner<T>(runner: RunnerConfiguration, load: Load, work: (run: Run) => Promise<T>): Promise<T> {
  const made: Runner = await createRunner(realContext(), {
    parallelRuns: load.width,
    runner,
    guards: { maxDuration: null, outputCharLimit: null },
  });
  const { signal } = new AbortController();
  try {
    return await work(async (text) => {
      const input = { id: "input", text, persona: null };
      const { output } = await made.run({ runId: text, input, iteration: 0 }, signal);
      if (output !== text) throw new Error(`The agent answered ${output} to ${text}`);
    });
  } finally {
    await made.close();
  }
}

/**
 * Runs them in turn, A B A B, so that whatever else the machine does in the meantime hits them all alike.
 *
 * @returns Runs a second of each, in its best round.
 */
async function best({ runs, width }: Load, subjects: readonly Run[]): Promise<number[]> {
  const round = async (run: Run, count: number) => {
    let left = count;
    const start = performance.now();
    await Promise.all(Array.from({ length: width }, async () => {
      while (left > 0) await run(`input ${left--}`);
    }));
    return count / ((performance.now() - start) / 1000);
  };
  for (const run of subjects) await round(run, runs / 10);
  const most = subjects.map(() => 0);
  for (let it = 0; it < ROUNDS; it++) {
    for (const [index, run] of subjects.entries()) most[index] = Math.max(most[index], await round(run, runs));
  }
  return most;
}

async function bareFetch(url: URL, input: string): Promise<void> {
  const body = JSON.stringify({ type: "input", input, context: { persona: null, iteration: 0 } });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  await response.json();
}

if (import.meta.main) console.log(runnerLines(await measureRunners()));
