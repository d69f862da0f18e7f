/**
 * Runs jobs, each a process of its own, a few at a time.
 *
 * @module
 */
import type { Durations } from "./durations.ts";
import { type CaseCount, TestOutput } from "./test_output.ts";

/** A process to run. */
export interface Job {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly cwd?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** A job whose details are known once something else is done. */
export interface PendingJob {
  /** What the report calls it. */
  readonly name: string;
  /** The test files that it runs; a job without any counts as one case. */
  readonly files: readonly string[];
  /** @throws {Error} When the job can't run at all; this ends the whole run. */
  prepare(): Promise<Job>;
}

/** How a job ended. */
export interface Outcome extends CaseCount {
  readonly name: string;
  readonly milliseconds: number;
  /** By test file. */
  readonly durations: Durations;
  /** Standard output and standard error in the order they arrived. */
  readonly output: string;
}

/** How jobs are run. */
export interface PoolOptions {
  /** How many run at the same time. */
  readonly workers: number;
  /** How long a job may print nothing before it is killed, in milliseconds. */
  readonly silence: number;
  /** Called as each job ends. */
  readonly onEnd: (outcome: Outcome) => void;
}

/**
 * Starts the jobs in their order, each as soon as a worker is free.
 *
 * @param jobs The longest first, so that no worker is left with a long one at the end.
 * @throws {Error} When a job can't be prepared.
 */
export async function runJobs(
  jobs: readonly PendingJob[],
  { workers, silence, onEnd }: PoolOptions,
): Promise<Outcome[]> {
  const queue = [...jobs];
  const outcomes: Outcome[] = [];
  const stopping = new AbortController();
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const outcome = await runJob(next, await next.prepare(), silence, stopping.signal);
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
  { name, files }: PendingJob,
  { command: [program, ...args], cwd, env }: Job,
  silence: number,
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
  const silent = new AbortController();
  const kill = () => {
    child.kill("SIGKILL");
    // Programs that it started may keep the streams open.
    silent.abort();
  };
  let timer = setTimeout(kill, silence);
  const tests = new TestOutput();
  let output = "";
  const collect = (stream: ReadableStream<Uint8Array>, onText?: (text: string) => void) =>
    stream.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write(text) {
          clearTimeout(timer);
          timer = setTimeout(kill, silence);
          output += text;
          onText?.(text);
        },
      }),
      { signal: silent.signal },
    ).catch((error) => {
      if (!silent.signal.aborted) throw error;
    });
  const [{ success }] = await Promise.all([
    child.status,
    collect(child.stdout, (text) => tests.read(text)),
    collect(child.stderr),
  ]);
  clearTimeout(timer);
  if (silent.signal.aborted) output += `\nKilled: it printed nothing for ${silence / 1000} seconds.\n`;
  const milliseconds = performance.now() - start;
  const count = files.length > 0 ? tests.count(success) : { passed: success ? 1 : 0, failed: success ? 0 : 1 };
  return { name, milliseconds, durations: tests.durations(), output, ...count };
}
