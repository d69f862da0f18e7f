import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { ProcessRunner } from "../../../src/experiment/model.ts";
import { KEY_VARIABLES } from "../../../src/text/key_variables.ts";
import { itOnUnix } from "../../support/systems.ts";
import { removeTestHomes } from "../../support/world.ts";
import { AGENT, answerTo, failureOf, leaveRunners, requestOf, runnerOf } from "./agents.ts";

describe("an agent's process", () => {
  afterEach(async () => {
    await leaveRunners();
    removeTestHomes();
  });

  it("is started in its folder with its variables, and reused", async () => {
    const cwd = Deno.realPathSync(Deno.makeTempDirSync());
    const runner = runnerOf({ ...AGENT, cwd, env: { AGENT_MODE: "quick" }, reuse: true });
    assertEquals(await answerTo(runner, "!cwd"), cwd);
    assertEquals(await answerTo(runner, "!env AGENT_MODE"), "quick");
    assertEquals(await answerTo(runner, "!pid"), await answerTo(runner, "!pid"));
    await leaveRunners();
    Deno.removeSync(cwd);
  });

  it("gets only the keys that the configuration passes, and this program keeps its own", async () => {
    for (const name of KEY_VARIABLES) Deno.env.set(name, "flux_dev_ofTheParent");
    try {
      const env = { FLUXLOOP_API_KEY: "flux_dev_forTheAgent" };
      const runner = runnerOf({ ...AGENT, env, reuse: true });
      const values: string[] = [];
      for (const name of KEY_VARIABLES) values.push(await answerTo(runner, `!env ${name}`));
      assertEquals(values, KEY_VARIABLES.map((name) => name in env ? "flux_dev_forTheAgent" : "(not set)"));
      assertEquals(KEY_VARIABLES.map((it) => Deno.env.get(it)), KEY_VARIABLES.map(() => "flux_dev_ofTheParent"));
    } finally {
      for (const name of KEY_VARIABLES) Deno.env.delete(name);
    }
  });

  it("leaves the last 20 lines of standard error in the failure", async () => {
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

  const unstartable: [string, Partial<ProcessRunner>, RegExp][] = [
    ["there is no such program", { command: ["no-such-agent"] }, /there is no program "no-such-agent"$/],
    ["there is no such folder", { cwd: "/no/such/folder" }, /there is no folder \/no\/such\/folder$/],
  ];
  for (const [what, differing, message] of unstartable) {
    it(`fails as not started when ${what}`, async () => {
      const failure = await failureOf(runnerOf({ ...AGENT, ...differing }), "a");
      assertEquals(failure.kind, "not_started");
      assertMatch(failure.message, message);
    });
  }

  // Windows doesn't run scripts by their first line.
  itOnUnix("isn't called missing when its interpreter is", async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/agent.sh`, "#!/bin/sh\r\necho\r\n", { mode: 0o755 });
    const { message } = await failureOf(runnerOf({ ...AGENT, command: ["./agent.sh"], cwd: folder }), "a");
    await Deno.remove(folder, { recursive: true });
    assertStringIncludes(message, 'the interpreter in the first line of "./agent.sh" doesn\'t exist');
  });

  it("ends at once when the run is aborted, with the reason", async () => {
    const stop = new AbortController();
    const runner = runnerOf(AGENT);
    const run = runner.run(requestOf("!hang"), stop.signal);
    stop.abort(new Error("stopped by the test"));
    await assertRejects(() => run, Error, "stopped by the test");
  });

  it("isn't started for a run that was aborted before", async () => {
    const runner = runnerOf({ ...AGENT, command: ["no-such-agent"] });
    await assertRejects(() => runner.run(requestOf("a"), AbortSignal.abort(new Error("too late"))), Error, "too late");
  });
});
