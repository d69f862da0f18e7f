import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { PythonRunner } from "../../../src/experiment/model.ts";
import { leaveWorlds } from "../../support/world.ts";
import { answerTo, failureOf, leaveRunners, requestOf, runnerOf } from "./agents.ts";

const FOLDER = new URL("./fixtures/python", import.meta.url).pathname.replace(/^\/([A-Z]:)/, "$1");
const target = (name: string): PythonRunner => ({
  kind: "python",
  target: name.includes(":") ? name : `app.agent:${name}`,
  workingDirectory: FOLDER,
  pythonPath: [],
  env: { PYTHONDONTWRITEBYTECODE: "1" },
  timeout: 30_000,
});
const CONTEXT = '{"persona": "expert", "iteration": 2}';

describe("an agent that is a Python function", () => {
  afterEach(async () => {
    await leaveRunners();
    leaveWorlds();
  });

  const answers: [string, string, string][] = [
    ["run", "héllo 🎈", "Echo: héllo 🎈"],
    ["run_async", "hello", "Echo: hello"],
    ["of_another_name", "hello", "Echo: hello"],
    ["with_context", "hello", CONTEXT],
    ["with_optional_context", "hello", CONTEXT],
    ["with_context_first", "hello", `hello${CONTEXT}`],
    ["with_second", "hello", CONTEXT],
    ["with_option", "hello", "hello0.5"],
    ["by_name", "hello", `hello${CONTEXT}`],
    ["by_place", "hello", `hello${CONTEXT}`],
    ["any_places", "hello", "1: hello"],
    ["any_names", "hello", "hello"],
    ["wrapped", "hello", "Echo: hello"],
    ["as_dict", "hello", "hello"],
    ["as_dict_of_list", "hello", '["hello", "é"]'],
    ["pieces", "hello", "one two"],
    ["async_pieces", "hello", "one two"],
    ["noisy", "hello", "quiet"],
    ["reading", "hello", "nothing to read"],
    ["folder", "hello", FOLDER],
    ["app.agent:server.respond", "hello", "server: hello"],
    ["app.agent:Server.respond", "hello", "server: hello"],
  ];
  for (const [name, input, output] of answers) {
    it(`answers as ${name} does`, async () => {
      const runner = await runnerOf(target(name));
      const answer = await runner.run(requestOf(input, "expert", 2), new AbortController().signal);
      assertEquals(answer.output, output);
    });
  }

  it("is found below the folders of the configuration", async () => {
    const runner = await runnerOf({ ...target("beside:run"), pythonPath: [`${FOLDER}/lib`] });
    assertEquals(await answerTo(runner, "hello"), "from the path: hello");
  });

  it("is kept for many runs", async () => {
    const runner = await runnerOf(target("count"), { parallelRuns: 1 });
    assertEquals([await answerTo(runner, "a"), await answerTo(runner, "a")], ["1", "2"]);
  });

  it("has the variables of the configuration", async () => {
    const runner = await runnerOf({ ...target("environment"), env: { ...target("run").env, AGENT_MODE: "quick" } });
    assertEquals(await answerTo(runner, "AGENT_MODE"), "quick");
  });

  it("does not see this program's key", async () => {
    Deno.env.set("FLUXLOOP_API_KEY", "flux_dev_ofTheParent");
    try {
      assertEquals(await answerTo(await runnerOf(target("environment")), "FLUXLOOP_API_KEY"), "(not set)");
    } finally {
      Deno.env.delete("FLUXLOOP_API_KEY");
    }
  });

  const errors: [string, string][] = [
    ["failing", "The agent reports an error: ValueError: no quota for hello"],
    ["failing_async", "The agent reports an error: ValueError: no quota for hello"],
    ["exiting", "The agent reports an error: SystemExit: 3"],
    [
      "nothing",
      'The agent reports an error: TypeError: the function returned NoneType; expected str, or dict with "output"',
    ],
    ["number", 'The agent reports an error: TypeError: the function returned int; expected str, or dict with "output"'],
  ];
  for (const [name, message] of errors) {
    it(`fails as ${name} does, with the traceback`, async () => {
      const failure = await failureOf(await runnerOf(target(name)), "hello");
      assertEquals([failure.kind, failure.message], ["agent_error", message]);
      assertEquals(failure.stderr[0], "Traceback (most recent call last):");
    });
  }

  it("fails as crashed where its process dies", async () => {
    const { kind, message } = await failureOf(await runnerOf(target("dying")), "hello");
    assertEquals([kind, message], ["crashed", "The agent ended with exit code 3 before it answered"]);
  });

  it("fails its own run alone when it hangs", async () => {
    // The limit applies to Python's start, too, which takes long on a busy machine.
    const runner = await runnerOf({ ...target("hanging"), timeout: 10_000 });
    const [failure, ...others] = await Promise.all([
      failureOf(runner, "hang"),
      answerTo(runner, "a"),
      answerTo(runner, "b"),
    ]);
    assertEquals([failure.kind, ...others, await answerTo(runner, "c")], ["timeout", "a", "b", "c"]);
  });

  const unstartable: [string, RegExp][] = [
    ["no_such_package.agent:run", /^Can't start the agent: there is no module "no_such_package"$/],
    ["app.no_such_module:run", /^Can't start the agent: there is no module "app\.no_such_module"$/],
    ["app.agent:no_such_function", /^Can't start the agent: the module "app\.agent" has no "no_such_function"$/],
    ["app.agent:constant", /^Can't start the agent: "constant" in the module "app\.agent" isn't a function$/],
    ["app.agent:no_input", /^Can't start the agent: the function takes no input$/],
    ["app.agent:too_many", /^Can't start the agent: the function requires "model"; expected only input and context$/],
    [
      "app.needs_library:run",
      /^Can't start the agent: the module "app\.needs_library" can't be imported: ModuleNotFoundError: No module named 'no_such_library'$/,
    ],
    ["app.misspelt:run", /^Can't start the agent: the module "app\.misspelt" can't be imported: SyntaxError: /],
  ];
  for (const [name, message] of unstartable) {
    it(`fails as not started where the target is ${name}`, async () => {
      const failure = await failureOf(await runnerOf(target(name)), "hello");
      assertEquals(failure.kind, "not_started");
      assertMatch(failure.message, message);
    });
  }

  it("fails as not started where there is no Python", async () => {
    const runner = await runnerOf({ ...target("run"), env: { PATH: FOLDER } });
    const { kind, message } = await failureOf(runner, "hello");
    assertEquals(kind, "not_started");
    assert(message.startsWith("Can't start the agent: there is no program \"python"));
  });
});
