import type { Context } from "../context.ts";
import { InterruptedError } from "../errors.ts";
import {
  type Ending,
  type InputList,
  RunError,
  type Runner,
  type RunRequest,
  type RunResult,
  type TestConfiguration,
} from "./model.ts";
import { tooLong } from "./runners/protocol.ts";
import { withTimeLimit } from "./runners/time_limit.ts";

/** The runs of a test. */
export interface Plan extends Pick<TestConfiguration, "iterations" | "parallelRuns" | "runDelay" | "guards"> {
  readonly inputs: InputList;
  /** Whether to stop at the first failed run. */
  readonly failFast: boolean;
}

/** The progress of a test, updated after each run. */
export interface Progress {
  readonly planned: number;
  passed: number;
  failed: number;
}

/** Returns the progress before the first run. */
export function initialProgress({ inputs, iterations }: Pick<Plan, "inputs" | "iterations">): Progress {
  return { planned: inputs.length * iterations, passed: 0, failed: 0 };
}

/**
 * Runs every input, several at a time, until all are done or the program is told to stop: active runs are then aborted and
 * count as not run. Finished runs aren't kept in memory.
 *
 * @param keep Called with each finished run.
 * @returns Why the test ended; by then, no run is active.
 * @throws What `keep` throws, and any error of a runner but `RunError`; all other runs are aborted first.
 */
export async function runAll(
  context: Context,
  { inputs, parallelRuns, runDelay, guards: { maxDuration, outputCharLimit }, failFast }: Plan,
  runner: Runner,
  progress: Progress,
  keep: (result: RunResult) => void,
): Promise<Ending> {
  const active = new Set<AbortController>();
  let ending = "completed" as Ending;
  let next = 0;

  const endWith = (why: Ending, reason: unknown) => {
    if (ending !== "completed") return;
    ending = why;
    for (const controller of active) controller.abort(reason);
  };
  const timedOut = () =>
    new RunError("timeout", `The run took longer than ${maxDuration! / 1000} s (guards.max_duration)`);
  const outcomeOf = async (request: RunRequest, signal: AbortSignal): Promise<RunResult["outcome"]> => {
    try {
      const output = await withTimeLimit(maxDuration, signal, timedOut, (signal) => runner.run(request, signal));
      if (outputCharLimit !== null && output.length > outputCharLimit) throw tooLong(outputCharLimit);
      return { status: "passed", output };
    } catch (error) {
      // An agent that is being stopped may fail in any way.
      if (!(error instanceof RunError) || ending !== "completed") throw error;
      const { kind, message, stderr } = error;
      return { status: "failed", failure: { kind, message, stderr } };
    }
  };
  /** Does one run. Returns `null` if the test ended meanwhile. */
  const oneRun = async (index: number, delay: number): Promise<RunResult | null> => {
    const request: RunRequest = {
      runId: `run_${index + 1}`,
      input: inputs.at(index % inputs.length)!,
      iteration: Math.floor(index / inputs.length),
    };
    const controller = new AbortController();
    const { signal } = controller;
    active.add(controller);
    try {
      if (delay > 0) await context.sleep(delay, signal);
      const startedAt = context.now();
      const start = context.monotonic();
      const outcome = await outcomeOf(request, signal);
      return { request, startedAt, duration: context.monotonic() - start, outcome };
    } catch (error) {
      if (ending !== "completed") return null;
      throw error;
    } finally {
      active.delete(controller);
    }
  };
  /** Starts one run after the other. */
  const worker = async () => {
    try {
      for (let delay = 0; ending === "completed" && next < progress.planned; delay = runDelay) {
        const result = await oneRun(next++, delay);
        if (result === null) return;
        const { status } = result.outcome;
        progress[status]++;
        if (status === "failed" && failFast) endWith("failed_fast", new InterruptedError());
        keep(result);
      }
    } catch (error) {
      endWith("interrupted", error);
      throw error;
    }
  };

  const onStop = () => endWith("interrupted", new InterruptedError());
  context.stopped.addEventListener("abort", onStop);
  if (context.stopped.aborted) onStop();
  try {
    const workers = Math.min(parallelRuns, progress.planned);
    const outcomes = await Promise.allSettled(Array.from({ length: workers }, worker));
    const failed = outcomes.find((it) => it.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    // If the last run fails, there is nothing left to stop.
    const isComplete = progress.passed + progress.failed === progress.planned;
    return ending === "failed_fast" && isComplete ? "completed" : ending;
  } finally {
    context.stopped.removeEventListener("abort", onStop);
  }
}
