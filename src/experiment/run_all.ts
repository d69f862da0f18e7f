/**
 * The loop of a test: every input as often as it is to be run, so many at once, each run's end handed on as it comes. What
 * has ended is not kept: a test of a hundred thousand runs takes no more memory than one of a hundred.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InterruptedError } from "../errors.ts";
import {
  type Guards,
  RunError,
  type RunFailure,
  type Runner,
  type RunRequest,
  type RunResult,
  type TestInput,
} from "./model.ts";
import { withTimeLimit } from "./runners/time_limit.ts";

/** What is to be run. */
export interface Plan {
  readonly inputs: readonly TestInput[];
  /** How often each of them is run, 1 or more. */
  readonly iterations: number;
  /** How many runs there are at once, 1 or more. */
  readonly parallelRuns: number;
  /** Milliseconds before each run but the first one of a place. */
  readonly runDelay: number;
  readonly guards: Guards;
  /** Whether the first run that fails ends it all. */
  readonly failFast: boolean;
}

/** How far a test is; it changes while the test goes on. */
export interface Progress {
  readonly planned: number;
  passed: number;
  failed: number;
}

/** Why a test was over. */
export type Ending = "completed" | "failed_fast" | "interrupted";

/** Where runs go, and where those go that have ended. */
export interface RunAllOptions {
  readonly runner: Runner;
  /** Counts along. */
  readonly progress: Progress;
  /** Is given each run that has ended; what is not kept yet is not more than two runs a place. */
  readonly keep: (result: RunResult) => Promise<void>;
}

/** @returns Nothing done yet of a plan. */
export function progressOf({ inputs, iterations }: Pick<Plan, "inputs" | "iterations">): Progress {
  return { planned: inputs.length * iterations, passed: 0, failed: 0 };
}

/**
 * Runs a plan to its end, or until the program is told to stop. Runs that are broken off then count as not run.
 *
 * @param context The outside world.
 * @param plan What is run.
 * @param options Where runs go.
 * @returns Why it was over. No run is under way any more.
 * @throws What `keep` throws, and what a runner throws that is no failure of its run; the others are broken off first.
 */
export async function runAll(context: Context, plan: Plan, options: RunAllOptions): Promise<Ending> {
  return await new Loop(context, plan, options).toEnd();
}

class Loop {
  readonly #context: Context;
  readonly #plan: Plan;
  readonly #options: RunAllOptions;
  readonly #underWay = new Set<AbortController>();
  #next = 0;
  /** Set when it is over before its time; what is under way is ended with it. */
  #end: { readonly ending: Ending; readonly reason: unknown } | null = null;

  constructor(context: Context, plan: Plan, options: RunAllOptions) {
    this.#context = context;
    this.#plan = plan;
    this.#options = options;
  }

  async toEnd(): Promise<Ending> {
    const { stopped } = this.#context;
    const onStop = () => this.#endWith("interrupted", new InterruptedError());
    stopped.addEventListener("abort", onStop);
    if (stopped.aborted) onStop();
    try {
      const places = Math.min(this.#plan.parallelRuns, this.#options.progress.planned);
      const outcomes = await Promise.allSettled(Array.from({ length: places }, () => this.#fillPlace()));
      const failed = outcomes.find((it) => it.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      // A failure of the last run has ended nothing before its time.
      if (this.#end?.ending === "failed_fast" && this.#isAllDone()) return "completed";
      return this.#end?.ending ?? "completed";
    } finally {
      stopped.removeEventListener("abort", onStop);
    }
  }

  #isAllDone(): boolean {
    const { planned, passed, failed } = this.#options.progress;
    return passed + failed === planned;
  }

  #endWith(ending: Ending, reason: unknown): void {
    if (this.#end !== null) return;
    this.#end = { ending, reason };
    for (const controller of this.#underWay) controller.abort(reason);
  }

  /** One place of those that run at once: one run after the other, until there is none left. */
  async #fillPlace(): Promise<void> {
    const { planned } = this.#options.progress;
    // The next run need not wait until the last one is on the disk, but the one after it does.
    let kept: Promise<void> | undefined;
    try {
      for (let isFirst = true; this.#end === null && this.#next < planned; isFirst = false) {
        const result = await this.#oneRun(this.#next++, isFirst ? 0 : this.#plan.runDelay);
        if (result === null) break;
        await kept;
        kept = this.#keep(result);
        kept.catch((error) => this.#endWith("interrupted", error));
      }
      await kept;
    } catch (error) {
      this.#endWith("interrupted", error);
      throw error;
    }
  }

  async #keep(result: RunResult): Promise<void> {
    const { progress, keep } = this.#options;
    const { status } = result.outcome;
    progress[status]++;
    if (status === "failed" && this.#plan.failFast) this.#endWith("failed_fast", new InterruptedError());
    await keep(result);
  }

  /** @returns What became of a run; `null` where all is over. */
  async #oneRun(number: number, delay: number): Promise<RunResult | null> {
    const { inputs, guards: { maxDuration } } = this.#plan;
    const request: RunRequest = {
      runId: `run_${number + 1}`,
      input: inputs[number % inputs.length],
      iteration: Math.floor(number / inputs.length),
    };
    const controller = new AbortController();
    const { signal } = controller;
    this.#underWay.add(controller);
    try {
      if (delay > 0) await this.#context.sleep(delay, signal);
      if (maxDuration === null) return await this.#resultOf(request, signal);
      const work = (signal: AbortSignal) => this.#resultOf(request, signal);
      return await withTimeLimit(maxDuration, signal, () => timedOut(maxDuration), work);
    } catch (error) {
      if (this.#end !== null) return null;
      throw error;
    } finally {
      this.#underWay.delete(controller);
    }
  }

  async #resultOf(request: RunRequest, signal: AbortSignal): Promise<RunResult> {
    const startedAt = this.#context.now();
    const start = this.#context.monotonic();
    const outcome = await this.#outcomeOf(request, signal);
    return { request, startedAt, duration: this.#context.monotonic() - start, outcome };
  }

  async #outcomeOf(request: RunRequest, signal: AbortSignal): Promise<RunResult["outcome"]> {
    const { outputCharLimit } = this.#plan.guards;
    try {
      const { output } = await this.#options.runner.run(request, signal);
      if (outputCharLimit === null || output.length <= outputCharLimit) return { status: "passed", output };
      const message = `The agent's output is longer than ${outputCharLimit.toLocaleString("en")} characters`;
      return { status: "failed", failure: { kind: "flooded", message, stderr: [] } };
    } catch (error) {
      // What an agent does that is being ended says nothing about it.
      if (!(error instanceof RunError) || this.#end !== null) throw error;
      return { status: "failed", failure: error.failure };
    }
  }
}

function timedOut(maxDuration: number): RunError {
  const failure: RunFailure = {
    kind: "timeout",
    message: `The run took longer than ${maxDuration / 1000} s (guards.max_duration)`,
    stderr: [],
  };
  return new RunError(failure);
}
