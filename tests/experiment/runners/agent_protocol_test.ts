import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { ProcessRunner, RunFailure, Runner } from "../../../src/experiment/model.ts";
import { removeTestHomes } from "../../support/world.ts";
import { AGENT, closeRunners, failureOf, outputOf, requestOf, runnerOf, type RunnerOptions } from "./agents.ts";
import { fakePrograms } from "./fake_programs.ts";

const REUSED: ProcessRunner = { ...AGENT, reuse: true };

describe("the agent protocol", () => {
  afterEach(async () => {
    await closeRunners();
    removeTestHomes();
  });

  function agent(configuration = AGENT, options: RunnerOptions = {}, greeting?: string): Runner {
    return runnerOf(configuration, { ...options, programs: fakePrograms(greeting) });
  }

  const outputs: [string, string, string][] = [
    ["the final output", "hello", "Echo: hello"],
    ["Unicode text and control characters", "héllo 漢字 🎈\n\0\x1b[31m", "Echo: héllo 漢字 🎈\n\0\x1b[31m"],
    ["deltas if the final message has no output", "!deltas", "one two"],
    ["JSON if the output isn't a string", "!object", '{"answer":42}'],
    ["the final output after empty lines and unknown messages", "!unknown", "done"],
    ["an output of a megabyte", "!output 1000000", "x".repeat(1_000_000)],
    ["an output before a crash", "!respond-and-crash", "last words"],
    ["a last line without a newline", "!respond-without-newline", "last words"],
    ["the first of two outputs", "!respond-twice", "a"],
    ["the output for an empty input", "", "Echo: "],
  ];
  for (const [what, input, output] of outputs) {
    it(`accepts ${what}`, async () => assertEquals(await outputOf(agent(), input), output));
  }

  it("passes the persona's name and the iteration", async () => {
    const output = await agent().run(requestOf("!message", "expert", 2), new AbortController().signal);
    assertEquals(JSON.parse(output), {
      type: "input",
      input: "!message",
      context: { persona: "expert", iteration: 2 },
    });
  });

  it("waits for the line that ready_pattern matches", async () => {
    const runner = agent({ ...AGENT, readyPattern: /^READY \d$/ }, {}, "loading\nREADY 1\n");
    assertEquals(await outputOf(runner, "hello"), "Echo: hello");
  });

  it("matches ready_pattern only against the start of a line, as a long line would take hours", async () => {
    const readyPattern = /Listening on .*port (\d+)|READY/;
    const runner = agent({ ...AGENT, readyPattern }, {}, `${"Listening on ".repeat(500_000)}\nREADY 1\n`);
    assertEquals(await outputOf(runner, "hello"), "Echo: hello");
  });

  const failures: [string, string, RunFailure["kind"], string][] = [
    ["reports an error", "!error no quota", "agent_error", "The agent returned an error: no quota"],
    ["sends an error message", "!error-type slow down", "agent_error", "The agent returned an error: slow down"],
    ["exits", "!crash 3", "crashed", "The agent exited with code 3 before it responded"],
    ["closes its output", "!close-output", "crashed", "The agent closed its standard output before it responded"],
    ["exits in the middle of a line", "!half-a-line", "crashed", "The agent exited with code 0 before it responded"],
    ["doesn't write JSON", "!garbage Hello <b>", "garbage", 'The agent wrote a line that isn\'t JSON: "Hello <b>"'],
    [
      "writes control characters",
      "!garbage \x1b[31m",
      "garbage",
      'The agent wrote a line that isn\'t JSON: "\\\\x1b[31m"',
    ],
    [
      "doesn't write an object",
      "!garbage [1]",
      "garbage",
      'The agent wrote a line that isn\'t a JSON object with a "type": "[1]"',
    ],
    ["nests its output too deeply", "!deep", "garbage", 'The agent\'s "output" is nested too deeply'],
    ["writes an endless line", "!long 9000000", "flooded", "The agent wrote a line of more than 8 MiB"],
    ["writes endlessly", "!flood", "flooded", "The agent wrote more than 64 MiB for one input"],
  ];
  for (const [what, input, kind, message] of failures) {
    for (const configuration of [AGENT, REUSED]) {
      it(`fails only the run whose agent ${what}${configuration.reuse ? ", with reuse" : ""}`, async () => {
        const runner = agent(configuration);
        const [failure, other] = await Promise.all([failureOf(runner, input), outputOf(runner, "a")]);
        assertEquals(failure, { kind, message, stderr: [] });
        assertEquals([other, await outputOf(runner, "b")], ["Echo: a", "Echo: b"]);
      });
    }
  }

  it("fails when no ready line is written in time", async () => {
    const failure = await failureOf(agent({ ...AGENT, timeout: 20, readyPattern: /^READY$/ }), "a");
    const message = "The agent was not ready within 0.02 s: no line matched ready_pattern";
    assertEquals(failure, { kind: "timeout", message, stderr: [] });
  });

  it("fails when the agent doesn't respond in time", async () => {
    const failure = await failureOf(agent({ ...AGENT, timeout: 20 }), "!hang");
    assertEquals(failure, { kind: "timeout", message: "The agent didn't respond within 0.02 s", stderr: [] });
  });

  it("starts a process for each run without reuse", async () => {
    const runner = agent();
    assertNotEquals(await outputOf(runner, "!pid"), await outputOf(runner, "!pid"));
  });

  it("starts at most parallel_runs processes", async () => {
    const runner = agent(REUSED, { parallelRuns: 3 });
    const pids: string[] = [];
    const runAll = async () => {
      for (let run = 0; run < 20; run++) pids.push(await outputOf(runner, "!pid"));
    };
    await Promise.all([runAll(), runAll(), runAll()]);
    assert(new Set(pids).size <= 3);
  });

  for (const input of ["!respond-and-crash", "!respond-twice", "!crash 1", "!garbage x", "!error-type x"]) {
    it(`doesn't reuse a process after ${input}`, async () => {
      const runner = agent(REUSED, { parallelRuns: 1 });
      const before = await outputOf(runner, "!pid");
      await outputOf(runner, input).catch(() => {});
      assertNotEquals(await outputOf(runner, "!pid"), before);
    });
  }

  it("reuses a process after an error in its final message", async () => {
    const runner = agent(REUSED, { parallelRuns: 1 });
    const before = await outputOf(runner, "!pid");
    await failureOf(runner, "!error x");
    assertEquals(await outputOf(runner, "!pid"), before);
  });
});
