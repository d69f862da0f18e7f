import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { ProcessRunner } from "../../../src/experiment/model.ts";
import { KEY_VARIABLES } from "../../../src/text/key_variables.ts";
import { itOnUnix } from "../../support/systems.ts";
import { removeTestHomes } from "../../support/world.ts";
import { AGENT, closeRunners, failureOf, outputOf, requestOf, runnerOf } from "./agents.ts";

describe("an agent's process", () => {
  afterEach(async () => {
    await closeRunners();
    removeTestHomes();
  });

  it("runs in its folder with its variables, and is reused", async () => {
    const cwd = Deno.realPathSync(Deno.makeTempDirSync());
    const runner = runnerOf({ ...AGENT, cwd, env: { AGENT_MODE: "quick" }, reuse: true });
    assertEquals(await outputOf(runner, "!cwd"), cwd);
    assertEquals(await outputOf(runner, "!env AGENT_MODE"), "quick");
    assertEquals(await outputOf(runner, "!pid"), await outputOf(runner, "!pid"));
    await closeRunners();
    Deno.removeSync(cwd);
  });

  it("receives only the configured keys, and the program keeps its own", async () => {
    for (const name of KEY_VARIABLES) Deno.env.set(name, "flux_dev_ofTheParent");
    try {
      const env = { FLUXLOOP_API_KEY: "flux_dev_forTheAgent" };
      const runner = runnerOf({ ...AGENT, env, reuse: true });
      const values: string[] = [];
      for (const name of KEY_VARIABLES) values.push(await outputOf(runner, `!env ${name}`));
      assertEquals(values, KEY_VARIABLES.map((name) => name in env ? "flux_dev_forTheAgent" : "(not set)"));
      assertEquals(KEY_VARIABLES.map((it) => Deno.env.get(it)), KEY_VARIABLES.map(() => "flux_dev_ofTheParent"));
    } finally {
      for (const name of KEY_VARIABLES) Deno.env.delete(name);
    }
  });

  it("fails with the last 20 lines of its standard error", async () => {
    const { message, stderr } = await failureOf(runnerOf(AGENT), "!crash 3");
    assertEquals(message, "The agent exited with code 3 before it responded");
    assertEquals(stderr, Array.from({ length: 20 }, (_, index) => `line ${index + 11}`));
  });

  // On Windows, Node.js doesn't close its standard output when asked to: libuv closes only other files.
  itOnUnix("fails when it closes its standard output", async () => {
    const { message } = await failureOf(runnerOf(AGENT), "!close-output");
    assertEquals(message, "The agent closed its standard output before it responded");
  });

  it("is aborted when it writes endlessly", async () => {
    const { message } = await failureOf(runnerOf(AGENT), "!flood");
    assertEquals(message, "The agent wrote more than 64 MiB for one input");
  });

  const startFailures: [string, Partial<ProcessRunner>, RegExp][] = [
    ["the program doesn't exist", { command: ["no-such-agent"] }, /there is no program "no-such-agent"$/],
    ["the folder doesn't exist", { cwd: "/no/such/folder" }, /there is no folder \/no\/such\/folder$/],
  ];
  for (const [what, overrides, message] of startFailures) {
    it(`fails as not started when ${what}`, async () => {
      const failure = await failureOf(runnerOf({ ...AGENT, ...overrides }), "a");
      assertEquals(failure.kind, "not_started");
      assertMatch(failure.message, message);
    });
  }

  // Windows ignores the interpreter in a script's first line.
  itOnUnix("isn't reported as missing when only its interpreter is", async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/agent.sh`, "#!/bin/sh\r\necho\r\n", { mode: 0o755 });
    const { message } = await failureOf(runnerOf({ ...AGENT, command: ["./agent.sh"], cwd: folder }), "a");
    await Deno.remove(folder, { recursive: true });
    assertStringIncludes(message, 'the interpreter in the first line of "./agent.sh" doesn\'t exist');
  });

  it("stops immediately when the run is aborted, with the reason", async () => {
    const stop = new AbortController();
    const runner = runnerOf(AGENT);
    const run = runner.run(requestOf("!hang"), stop.signal);
    stop.abort(new Error("stopped by the test"));
    await assertRejects(() => run, Error, "stopped by the test");
  });

  it("isn't started for a run that is already aborted", async () => {
    const runner = runnerOf({ ...AGENT, command: ["no-such-agent"] });
    await assertRejects(() => runner.run(requestOf("a"), AbortSignal.abort(new Error("too late"))), Error, "too late");
  });
});
