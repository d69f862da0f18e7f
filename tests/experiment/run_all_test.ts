import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { InterruptedError } from "../../src/errors.ts";
import { RunError, type Runner, type RunRequest, type RunResult } from "../../src/experiment/model.ts";
import { initialProgress, type Plan, runAll } from "../../src/experiment/run_all.ts";
import { parseDuration } from "../../src/text/duration.ts";
import { removeTestHomes, world } from "../support/world.ts";

type Agent = (request: RunRequest, signal: AbortSignal) => Promise<string>;

const failure = (message: string) => new RunError("agent_error", message, ["said last"]);
const runner = (run: Agent): Runner => ({ run, close: () => Promise.resolve() });
const echo: Agent = ({ input }) => Promise.resolve(input.text);
/** An agent that hangs until it is aborted. */
const hanging: Agent = (_, signal) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

function planOf(count: number, overrides: Partial<Plan> = {}): Plan {
  return {
    inputs: Array.from({ length: count }, (_, index) => ({ id: `i${index}`, text: `t${index}`, persona: null })),
    iterations: 1,
    parallelRuns: 1,
    runDelay: 0,
    guards: { maxDuration: null, outputCharLimit: null },
    failFast: false,
    ...overrides,
  };
}

/** Runs a plan. @returns What the tests check. */
async function perform(plan: Plan, agent: Agent, { context } = world(), keep = (_: RunResult): void => {}) {
  const results: RunResult[] = [];
  const progress = initialProgress(plan);
  const ending = await runAll(context, plan, runner(agent), progress, (result) => {
    results.push(result);
    keep(result);
  });
  return { ending, progress, results, ids: results.map((it) => it.request.runId) };
}

describe("running a test", () => {
  afterEach(removeTestHomes);

  it("runs all inputs once per iteration", async () => {
    const { ending, progress, results } = await perform(planOf(2, { iterations: 3 }), echo);
    assertEquals([ending, progress], ["completed", { planned: 6, passed: 6, failed: 0 }]);
    assertEquals(
      results.map(({ request: { runId, input, iteration } }) => `${runId} ${input.id} ${iteration}`),
      ["run_1 i0 0", "run_2 i1 0", "run_3 i0 1", "run_4 i1 1", "run_5 i0 2", "run_6 i1 2"],
    );
    assertEquals(results[3].outcome, { status: "passed", output: "t1" });
  });

  for (const [parallelRuns, most] of [[1, 1], [3, 3], [8, 8], [50, 20]] as const) {
    it(`runs up to ${most} of 20 at once with parallel_runs: ${parallelRuns}`, async () => {
      let now = 0;
      let peak = 0;
      await perform(planOf(20, { parallelRuns }), async () => {
        peak = Math.max(peak, ++now);
        await new Promise((resolve) => setTimeout(resolve));
        now--;
        return "";
      });
      assertEquals(peak, most);
    });
  }

  it("waits before each run except the first ones", async () => {
    const here = world();
    await perform(planOf(6, { parallelRuns: 2, runDelay: 250 }), echo, here);
    assertEquals(here.pauses, [250, 250, 250, 250]);
  });

  it("continues after a failed run", async () => {
    const agent: Agent = (request) => request.runId === "run_2" ? Promise.reject(failure("no")) : echo(request, never);
    const { ending, progress, results } = await perform(planOf(3), agent);
    assertEquals([ending, progress], ["completed", { planned: 3, passed: 2, failed: 1 }]);
    const expected = { kind: "agent_error", message: "no", stderr: ["said last"] } as const;
    assertEquals(results[1].outcome, { status: "failed", failure: expected });
  });

  it("fails a run whose output is longer than the guard's limit", async () => {
    const guards = { maxDuration: null, outputCharLimit: 2 };
    const agent: Agent = ({ runId }) => Promise.resolve("x".repeat(Number(runId.at(-1))));
    const { results } = await perform(planOf(3, { guards }), agent);
    const message = "The agent's output is longer than 2 characters";
    assertEquals(results.map((it) => it.outcome), [
      { status: "passed", output: "x" },
      { status: "passed", output: "xx" },
      { status: "failed", failure: { kind: "flooded", message, stderr: [] } },
    ]);
  });

  it("aborts only the run that takes longer than max_duration", async () => {
    const guards = { maxDuration: 5, outputCharLimit: null };
    const agent: Agent = (request, signal) =>
      request.runId === "run_1" ? hanging(request, signal) : echo(request, never);
    const { progress, results } = await perform(planOf(3, { guards }), agent);
    assertEquals(progress, { planned: 3, passed: 2, failed: 1 });
    assertEquals(results[0].outcome, {
      status: "failed",
      failure: { kind: "timeout", message: "The run took longer than 0.005 s (guards.max_duration)", stderr: [] },
    });
  });

  it("accepts a max_duration longer than a timer can wait", async () => {
    const guards = { maxDuration: parseDuration("999999h"), outputCharLimit: null };
    const slow: Agent = (_, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        setTimeout(() => resolve("at last"), 20);
      });
    const { results } = await perform(planOf(1, { guards }), slow);
    assertEquals(results[0].outcome, { status: "passed", output: "at last" });
  });

  it("aborts active runs at the first failure with fail-fast", async () => {
    const agent: Agent = (request, signal) =>
      request.runId === "run_2" ? Promise.reject(failure("no")) : hanging(request, signal);
    const { ending, progress, ids } = await perform(planOf(9, { parallelRuns: 3, failFast: true }), agent);
    assertEquals([ending, progress, ids], ["failed_fast", { planned: 9, passed: 0, failed: 1 }, ["run_2"]]);
  });

  it("completes when only the last run fails with fail-fast", async () => {
    const agent: Agent = (request) => request.runId === "run_3" ? Promise.reject(failure("no")) : echo(request, never);
    const { ending, progress } = await perform(planOf(3, { failFast: true }), agent);
    assertEquals([ending, progress], ["completed", { planned: 3, passed: 2, failed: 1 }]);
  });

  it("keeps finished runs and aborts active ones when interrupted", async () => {
    const here = world();
    const reasons: unknown[] = [];
    const agent: Agent = async (request, signal) => {
      if (request.runId === "run_1") return "done";
      if (request.runId === "run_3") here.stop();
      return await hanging(request, signal).catch((error) => {
        reasons.push(error);
        throw error;
      });
    };
    const plan = planOf(9, { parallelRuns: 2 });
    const { ending, ids } = await perform(plan, (request, signal) => {
      const running = agent(request, signal);
      if (request.runId === "run_3") return Promise.reject(new InterruptedError());
      return running;
    }, here);
    assertEquals([ending, ids], ["interrupted", ["run_1"]]);
    assert(reasons.every((it) => it instanceof InterruptedError), String(reasons));
  });

  it("runs nothing when already interrupted", async () => {
    const here = world();
    here.stop();
    const { ending, ids } = await perform(planOf(3), echo, here);
    assertEquals([ending, ids], ["interrupted", []]);
  });

  it("ignores failures of agents that are being stopped", async () => {
    const here = world();
    const { ending, ids } = await perform(planOf(3), () => {
      here.stop();
      return Promise.reject(failure("was killed by SIGTERM"));
    }, here);
    assertEquals([ending, ids], ["interrupted", []]);
  });

  it("aborts everything when a result can't be saved", async () => {
    const full = new Error("the disk is full");
    let ended = 0;
    const agent: Agent = (request, signal) =>
      request.runId === "run_1" ? echo(request, signal) : hanging(request, signal).finally(() => ended++);
    const error = await assertRejects(() =>
      perform(planOf(9, { parallelRuns: 4 }), agent, world(), () => {
        throw full;
      })
    );
    assertEquals(error, full);
    assert(ended >= 3);
  });

  it("aborts everything when a runner has a bug", async () => {
    const defect = new TypeError("a defect");
    const error = await assertRejects(() => perform(planOf(9, { parallelRuns: 4 }), () => Promise.reject(defect)));
    assertEquals(error, defect);
  });

  it("removes its listeners", async () => {
    const { context } = world();
    let listeners = 0;
    const stopped = new Proxy(context.stopped, {
      get(target, name) {
        if (name === "addEventListener") listeners++;
        if (name === "removeEventListener") listeners--;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await runAll({ ...context, stopped }, planOf(50), runner(echo), initialProgress(planOf(50)), () => {});
    assertEquals(listeners, 0);
  });
});

const never = new AbortController().signal;
