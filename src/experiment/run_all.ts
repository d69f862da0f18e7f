/**
 * Runs every input, several at a time. Finished runs aren't kept in memory.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InterruptedError } from "../errors.ts";
import {
  type InputList,
  RunError,
  type Runner,
  type RunRequest,
  type RunResult,
  type TestConfiguration,
} from "./model.ts";
import { withTimeLimit } from "./runners/time_limit.ts";

/** What to run. */
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

/** Why a test ended. */
export type Ending = "completed" | "failed_fast" | "interrupted";

/** What runs a plan. */
export interface RunAllOptions {
  readonly runner: Runner;
  readonly progress: Progress;
  /** Gets each run that has finished. */
  readonly keep: (result: RunResult) => void;
}

/** Counts the planned runs. @returns The progress before the first run. */
export function progressOf({ inputs, iterations }: Pick<Plan, "inputs" | "iterations">): Progress {
  return { planned: inputs.length * iterations, passed: 0, failed: 0 };
}

/**
 * Runs a plan to its end, or until the program is told to stop: active runs are then aborted and count as not run.
 *
 * @returns Why it ended. No run is active any more.
 * @throws What `keep` throws, and any error of a runner but `RunError`; all other runs are aborted first.
 */
export async function runAll(context: Context, plan: Plan, options: RunAllOptions): Promise<Ending> {
  return await new Loop(context, plan, options).toEnd();
}

class Loop {
  readonly #context: Context;
  readonly #plan: Plan;
  readonly #options: RunAllOptions;
  readonly #active = new Set<AbortController>();
  #next = 0;
  #ending: Ending = "completed";

  constructor(context: Context, plan: Plan, options: RunAllOptions) {
    this.#context = context;
    this.#plan = plan;
    this.#options = options;
  }

  async toEnd(): Promise<Ending> {
    const { stopped } = this.#context;
    const { progress } = this.#options;
    const onStop = () => this.#endWith("interrupted", new InterruptedError());
    stopped.addEventListener("abort", onStop);
    if (stopped.aborted) onStop();
    try {
      const places = Math.min(this.#plan.parallelRuns, progress.planned);
      const outcomes = await Promise.allSettled(Array.from({ length: places }, () => this.#fillPlace()));
      const failed = outcomes.find((it) => it.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      // When the last run fails, nothing was left to stop.
      const isComplete = progress.passed + progress.failed === progress.planned;
      return this.#ending === "failed_fast" && isComplete ? "completed" : this.#ending;
    } finally {
      stopped.removeEventListener("abort", onStop);
    }
  }

  #endWith(ending: Ending, reason: unknown): void {
    if (this.#ending !== "completed") return;
    this.#ending = ending;
    for (const controller of this.#active) controller.abort(reason);
  }

  /** Does one run after the other. */
  async #fillPlace(): Promise<void> {
    const { progress, keep } = this.#options;
    try {
      for (let isFirst = true; this.#ending === "completed" && this.#next < progress.planned; isFirst = false) {
        const result = await this.#oneRun(this.#next++, isFirst ? 0 : this.#plan.runDelay);
        if (result === null) return;
        const { status } = result.outcome;
        progress[status]++;
        if (status === "failed" && this.#plan.failFast) this.#endWith("failed_fast", new InterruptedError());
        keep(result);
      }
    } catch (error) {
      this.#endWith("interrupted", error);
      throw error;
    }
  }

  /** @returns `null` when the test ended meanwhile. */
  async #oneRun(index: number, delay: number): Promise<RunResult | null> {
    const { inputs, guards: { maxDuration } } = this.#plan;
    const request: RunRequest = {
      runId: `run_${index + 1}`,
      input: inputs.at(index % inputs.length)!,
      iteration: Math.floor(index / inputs.length),
    };
    const controller = new AbortController();
    const { signal } = controller;
    this.#active.add(controller);
    try {
      if (delay > 0) await this.#context.sleep(delay, signal);
      const startedAt = this.#context.now();
      const start = this.#context.monotonic();
      const outcome = maxDuration === null
        ? await this.#outcomeOf(request, signal)
        : await withTimeLimit(maxDuration, signal, () => timedOut(maxDuration), (it) => this.#outcomeOf(request, it));
      return { request, startedAt, duration: this.#context.monotonic() - start, outcome };
    } catch (error) {
      if (this.#ending !== "completed") return null;
      throw error;
    } finally {
      this.#active.delete(controller);
    }
  }

  async #outcomeOf(request: RunRequest, signal: AbortSignal): Promise<RunResult["outcome"]> {
    try {
      const { output } = await this.#options.runner.run(request, signal);
      return { status: "passed", output };
    } catch (error) {
      // An agent that is being stopped may fail in any way.
      if (!(error instanceof RunError) || this.#ending !== "completed") throw error;
      return { status: "failed", failure: error.failure };
    }
  }
}

function timedOut(maxDuration: number): RunError {
  const message = `The run took longer than ${maxDuration / 1000} s (guards.max_duration)`;
  return new RunError({ kind: "timeout", message, stderr: [] });
}
