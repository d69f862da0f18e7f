/**
 * Runs jobs in parallel, each in its own process.
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

/** A job that has to be prepared before it can run. */
export interface PendingJob {
  /** Its name in the report. */
  readonly name: string;
  /** The test files that it runs; a job without files counts as one test. */
  readonly files: readonly string[];
  /** @throws {Error} If the job can't run, which aborts the whole run. */
  prepare(): Promise<Job>;
}

/** A job's outcome. */
export interface Outcome extends CaseCount {
  readonly name: string;
  readonly milliseconds: number;
  /** The duration of each test file. */
  readonly durations: Durations;
  /** Standard output and standard error in the order they arrived. */
  readonly output: string;
}

/** Options for running jobs. */
export interface PoolOptions {
  /** The maximum number of concurrent jobs. */
  readonly workers: number;
  /** How long a job may print nothing before it is killed, in milliseconds. */
  readonly silence: number;
  /** Called when a job ends. */
  readonly onEnd: (outcome: Outcome) => void;
}

/**
 * Starts the jobs in order, each as soon as a worker is free.
 *
 * @param jobs The jobs, longest first, so that no long job starts at the end.
 * @throws {Error} If a job can't be prepared.
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
    // Child processes may keep the streams open.
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
