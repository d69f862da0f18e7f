/**
 * Runs jobs, each a process of its own, a few at a time.
 *
 * One process per test file costs no more than one process for all: `deno test` starts a new isolate for each file anyway.
 * In return no test sees the environment, the listeners or the leftovers of another file.
 *
 * @module
 */
import { type CaseCount, CaseCounter } from "./case_counter.ts";

/** A process to run. */
export interface Job {
  /** What the report calls it; its duration is remembered under this name. */
  readonly name: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly cwd?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it runs `deno test`; any other process counts as one case. */
  readonly isTest: boolean;
}

/** A job whose details are known once something else is done. */
export interface PendingJob {
  readonly name: string;
  /** @throws {Error} When the job can't run at all; this ends the whole run. */
  prepare(): Promise<Job>;
}

/** How a job ended. */
export interface Outcome extends CaseCount {
  readonly name: string;
  readonly milliseconds: number;
  /** Standard output and standard error in the order they arrived. */
  readonly output: string;
}

/**
 * Starts the jobs in their order, each as soon as a worker is free.
 *
 * @param jobs The longest first, so that no worker is left with a long one at the end.
 * @param workers How many run at the same time.
 * @param onEnd Called as each job ends.
 * @throws {Error} When a job can't be prepared.
 */
export async function runJobs(
  jobs: readonly PendingJob[],
  workers: number,
  onEnd: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const queue = [...jobs];
  const outcomes: Outcome[] = [];
  const stopping = new AbortController();
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcome = await runJob(await next.prepare(), stopping.signal);
      outcomes.push(outcome);
      onEnd(outcome);
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, worker));
  } finally {
    stopping.abort();
  }
  return outcomes;
}

async function runJob(
  { name, command: [program, ...args], cwd, env, isTest }: Job,
  signal: AbortSignal,
): Promise<Outcome> {
  const start = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env,
    signal,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const counter = new CaseCounter();
  let output = "";
  const [{ success }] = await Promise.all([
    child.status,
    read(child.stdout, (text) => {
      output += text;
      counter.read(text);
    }),
    read(child.stderr, (text) => output += text),
  ]);
  const milliseconds = Math.round(performance.now() - start);
  const count = isTest ? counter.result(success) : { passed: success ? 1 : 0, failed: success ? 0 : 1 };
  return { name, milliseconds, output, ...count };
}

async function read(stream: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const chunk of stream) onText(decoder.decode(chunk, { stream: true }));
}
