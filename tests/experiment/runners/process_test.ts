import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { ProcessRunner, RunFailure } from "../../../src/experiment/model.ts";
import { leaveWorlds } from "../../support/world.ts";
import { AGENT, answerTo, failureOf, leaveRunners, requestOf, runnerOf } from "./agents.ts";

const KEPT: ProcessRunner = { ...AGENT, reuse: true };

describe("an agent that is a program", () => {
  afterEach(async () => {
    await leaveRunners();
    leaveWorlds();
  });

  const answers: [string, string, string][] = [
    ["its final output", "hello", "Echo: hello"],
    [
      "text of every script, and control characters",
      "héllo 漢字 🎈\n\u0000\u001b[31m",
      "Echo: héllo 漢字 🎈\n\u0000\u001b[31m",
    ],
    ["the deltas where the final message has no output", "!deltas", "one two"],
    ["JSON where the output is no text", "!object", '{"answer":42}'],
    ["the final output after empty lines and messages of other types", "!unknown", "done"],
    ["an output of a megabyte", "!output 1000000", "x".repeat(1_000_000)],
    ["its last words where it crashes behind them", "!answer-and-crash", "last words"],
    ["its last words where no line end stands behind them", "!answer-without-line-end", "last words"],
    ["its first answer where it gives two", "!answer-twice", "a"],
    ["an empty input's", "", "Echo: "],
  ];
  for (const [what, input, output] of answers) {
    it(`answers with ${what}`, async () => assertEquals(await answerTo(await runnerOf(AGENT), input), output));
  }

  it("is told the persona's name and the iteration", async () => {
    const runner = await runnerOf(AGENT);
    const { output } = await runner.run(requestOf("!message", "expert", 2), new AbortController().signal);
    assertEquals(JSON.parse(output), {
      type: "input",
      input: "!message",
      context: { persona: "expert", iteration: 2 },
    });
  });

  it("starts in the folder of the configuration", async () => {
    const cwd = Deno.realPathSync(Deno.makeTempDirSync());
    assertEquals(await answerTo(await runnerOf({ ...AGENT, cwd }), "!cwd"), cwd);
    Deno.removeSync(cwd);
  });

  it("has the variables of the configuration", async () => {
    const runner = await runnerOf({ ...AGENT, env: { AGENT_MODE: "quick" } });
    assertEquals(await answerTo(runner, "!env AGENT_MODE"), "quick");
  });

  for (const name of ["FLUXLOOP_API_KEY", "FLUXLOOP_SYNC_API_KEY", "FLUXLOOP_API_KEY_FILE"]) {
    it(`does not see this program's ${name}, which is there as before afterwards`, async () => {
      Deno.env.set(name, "flux_dev_ofTheParent");
      try {
        assertEquals(await answerTo(await runnerOf(AGENT), `!env ${name}`), "(not set)");
        assertEquals(Deno.env.get(name), "flux_dev_ofTheParent");
      } finally {
        Deno.env.delete(name);
      }
    });
  }

  it("gets a key that the configuration passes", async () => {
    const runner = await runnerOf({ ...AGENT, env: { FLUXLOOP_API_KEY: "flux_dev_forTheAgent" } });
    assertEquals(await answerTo(runner, "!env FLUXLOOP_API_KEY"), "flux_dev_forTheAgent");
  });

  it("is asked once its ready line has come, whatever stands before it", async () => {
    const command = [...AGENT.command, "--ready"] as [string, ...string[]];
    assertEquals(
      await answerTo(await runnerOf({ ...AGENT, command, readyPattern: /^READY \d$/ }), "hello"),
      "Echo: hello",
    );
  });

  it("is still asked after a line that ready_pattern would take hours for", async () => {
    const script = `console.log("Listening on ".repeat(500_000)); console.log("READY 1");
      process.stdin.once("data", () => console.log('{"type":"final","output":"ok"}'));`;
    const runner = {
      ...AGENT,
      command: ["node", "-e", script],
      readyPattern: /Listening on .*port (\d+)|READY/,
    } as const;
    assertEquals(await answerTo(await runnerOf(runner), "hello"), "ok");
  });

  const failures: [string, string, RunFailure["kind"], string][] = [
    ["reports an error", "!error no quota", "agent_error", "The agent reports an error: no quota"],
    ["sends an error message", "!error-type slow down", "agent_error", "The agent reports an error: slow down"],
    ["ends", "!crash 3", "crashed", "The agent ended with exit code 3 before it answered"],
    [
      "closes its output",
      "!close-output",
      "crashed",
      "The agent closed its standard output before it answered",
    ],
    ["ends in the middle of a line", "!half-a-line", "crashed", "The agent ended with exit code 0 before it answered"],
    ["writes no JSON", "!garbage Hello <b>", "garbage", 'The agent wrote a line that isn\'t JSON: "Hello <b>"'],
    [
      "writes control characters",
      "!garbage \u001b[31m",
      "garbage",
      'The agent wrote a line that isn\'t JSON: "\\\\x1b[31m"',
    ],
    [
      "writes no object",
      "!garbage [1]",
      "garbage",
      'The agent wrote a line that isn\'t a JSON object with a "type": "[1]"',
    ],
    ["sends an output that is nested too deeply", "!deep", "garbage", 'The agent\'s "output" is nested too deeply'],
    ["writes a line without end", "!long 9000000", "flooded", "The agent wrote a line of more than 8 MiB"],
    ["writes without end", "!flood", "flooded", "The agent wrote more than 64 MiB on one input"],
  ];
  for (const [what, input, kind, message] of failures) {
    for (const configuration of [AGENT, KEPT]) {
      it(`fails its own run alone when it ${what}${configuration.reuse ? ", its process being kept" : ""}`, async () => {
        const runner = await runnerOf(configuration);
        const [failure, other] = await Promise.all([
          failureOf(runner, input),
          answerTo(runner, "a"),
        ]);
        const after = await answerTo(runner, "b");
        assertEquals({ kind: failure.kind, message: failure.message }, { kind, message });
        assertEquals([other, after], ["Echo: a", "Echo: b"]);
      });
    }
  }

  it("leaves its last 20 lines of standard error in the failure", async () => {
    const { stderr } = await failureOf(await runnerOf(AGENT), "!crash 1");
    assertEquals(stderr, Array.from({ length: 20 }, (_, index) => `line ${index + 11}`));
  });

  it("fails when it does not answer in time", async () => {
    const failure = await failureOf(await runnerOf({ ...AGENT, timeout: 1500 }), "!hang");
    assertEquals(failure, { kind: "timeout", message: "The agent did not answer within 1.5 s", stderr: [] });
  });

  it("fails when its ready line does not come in time", async () => {
    const { kind, message } = await failureOf(await runnerOf({ ...AGENT, timeout: 500, readyPattern: /^READY$/ }), "a");
    const expected = "The agent was not ready within 0.5 s: no line matched ready_pattern";
    assertEquals({ kind, message }, { kind: "timeout", message: expected });
  });

  it("may not answer with more than the guard's characters", async () => {
    const runner = await runnerOf(AGENT, { outputCharLimit: 1000 });
    const { kind, message } = await failureOf(runner, "!output 1001");
    assertEquals([kind, message], ["flooded", "The agent's output is longer than 1,000 characters"]);
    assertEquals((await answerTo(runner, "!output 1000")).length, 1000);
  });

  const unstartable: [string, Partial<ProcessRunner>, RegExp][] = [
    ["there is no such program", { command: ["no-such-agent"] }, /there is no program "no-such-agent"$/],
    ["there is no such folder", { cwd: "/no/such/folder" }, /there is no folder \/no\/such\/folder$/],
  ];
  for (const [what, differing, message] of unstartable) {
    it(`fails as not started when ${what}`, async () => {
      const failure = await failureOf(await runnerOf({ ...AGENT, ...differing }), "a");
      assertEquals(failure.kind, "not_started");
      assertMatch(failure.message, message);
    });
  }

  it("ends at once when the run is stopped, with the reason of the stop", async () => {
    const stop = new AbortController();
    const runner = await runnerOf(AGENT);
    const run = runner.run(requestOf("!hang"), stop.signal);
    stop.abort(new Error("stopped by the test"));
    await assertRejects(() => run, Error, "stopped by the test");
  });

  it("is not started for a run that is stopped already", async () => {
    const runner = await runnerOf({ ...AGENT, command: ["no-such-agent"] });
    await assertRejects(() => runner.run(requestOf("a"), AbortSignal.abort(new Error("too late"))), Error, "too late");
  });

  it("has a process for each run without reuse", async () => {
    const runner = await runnerOf(AGENT);
    assertNotEquals(await answerTo(runner, "!pid"), await answerTo(runner, "!pid"));
  });

  it("keeps its process with reuse", async () => {
    const runner = await runnerOf(KEPT);
    assertEquals(await answerTo(runner, "!pid"), await answerTo(runner, "!pid"));
  });

  it("has at most as many processes as there are runs at once", async () => {
    const runner = await runnerOf(KEPT, { parallelRuns: 3 });
    const pids: string[] = [];
    const place = async () => {
      for (let run = 0; run < 20; run++) pids.push(await answerTo(runner, "!pid"));
    };
    await Promise.all([place(), place(), place()]);
    assert(new Set(pids).size <= 3);
  });

  for (const input of ["!answer-and-crash", "!answer-twice", "!crash 1", "!garbage x", "!error-type x"]) {
    it(`keeps no process after ${input}`, async () => {
      const runner = await runnerOf(KEPT, { parallelRuns: 1 });
      const before = await answerTo(runner, "!pid");
      await answerTo(runner, input).catch(() => {});
      assertNotEquals(await answerTo(runner, "!pid"), before);
    });
  }

  it("keeps its process after an error that it reports in its final message", async () => {
    const runner = await runnerOf(KEPT, { parallelRuns: 1 });
    const before = await answerTo(runner, "!pid");
    await failureOf(runner, "!error x");
    assertEquals(await answerTo(runner, "!pid"), before);
  });
});
