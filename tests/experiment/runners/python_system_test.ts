import { assertEquals, assertMatch } from "@std/assert";
import { afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { PYTHON_BRIDGE, pythonProcess } from "../../../src/experiment/runners/python_bridge.ts";
import { readReply } from "../../../src/experiment/runners/protocol.ts";
import { removeTestHomes } from "../../support/world.ts";
import { closeRunners, failureOf, outputOf, runnerOf, type RunnerOptions } from "./agents.ts";

const FOLDER = new URL("./fixtures/python", import.meta.url).pathname;
/** Debian's own Python, without a version manager's shims before it. */
const ENV: Readonly<Record<string, string>> = { PATH: "/usr/bin:/bin", PYTHONDONTWRITEBYTECODE: "1" };
const CONTEXT = '{"persona": "expert", "iteration": 2}';

const fullName = (name: string) => name.includes(":") ? name : `app.agent:${name}`;
const SETTINGS = { cwd: FOLDER, env: ENV, timeout: 30_000 };
const runnerFor = (name: string, overrides: Partial<typeof SETTINGS> = {}, options: RunnerOptions = {}) =>
  runnerOf(pythonProcess(Deno.build.os, fullName(name), [], { ...SETTINGS, ...overrides }), options);

const BRIDGED = new URL("./fixtures/bridged.py", import.meta.url).pathname;

/** @returns How each of these functions responds to "hello". */
async function bridged(names: readonly string[]) {
  const input = `${JSON.stringify({ type: "input", input: "hello", context: JSON.parse(CONTEXT) })}\n`;
  const cases = names.map((it) => ({ input, args: [fullName(it), `${FOLDER}/lib`] }));
  const streams = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const env = { ...ENV, BRIDGE: PYTHON_BRIDGE };
  const child = new Deno.Command("python3", { args: [BRIDGED], cwd: FOLDER, env, ...streams }).spawn();
  await new Blob([JSON.stringify(cases)]).stream().pipeTo(child.stdin);
  const results: { stdout: string; stderr: string }[] = JSON.parse(
    new TextDecoder().decode((await child.output()).stdout),
  );
  return new Map(results.map(({ stdout, stderr }, index) => {
    const replies = stdout.split("\n").flatMap((it) => readReply(it) ?? []);
    const deltas = replies.map((it) => it.type === "delta" ? it.text : "").join("");
    const last = replies.at(-1)!;
    return [names[index], {
      output: last.type === "final" ? last.output ?? deltas : null,
      error: "error" in last ? last.error : null,
      firstError: stderr.split("\n")[0],
    }];
  }));
}

describe("a Python function as an agent", () => {
  afterEach(async () => {
    await closeRunners();
    removeTestHomes();
  });

  const outputs: [string, string][] = [
    ["run", "Echo: hello"],
    ["run_async", "Echo: hello"],
    ["of_another_name", "Echo: hello"],
    ["with_context", CONTEXT],
    ["with_optional_context", CONTEXT],
    ["with_context_first", `hello${CONTEXT}`],
    ["with_second", CONTEXT],
    ["with_option", "hello0.5"],
    ["by_name", `hello${CONTEXT}`],
    ["by_place", `hello${CONTEXT}`],
    ["any_places", "1: hello"],
    ["any_names", "hello"],
    ["wrapped", "Echo: hello"],
    ["as_dict", "hello"],
    ["as_dict_of_list", '["hello", "é"]'],
    ["pieces", "one two"],
    ["async_pieces", "one two"],
    ["noisy", "quiet"],
    ["reading", "nothing to read"],
    ["folder", FOLDER],
    ["app.agent:server.respond", "server: hello"],
    ["app.agent:Server.respond", "server: hello"],
    ["beside:run", "from the path: hello"],
  ];
  const errors: [string, string][] = [
    ["failing", "The agent returned an error: ValueError: no quota for hello"],
    ["failing_async", "The agent returned an error: ValueError: no quota for hello"],
    ["exiting", "The agent returned an error: SystemExit: 3"],
    [
      "nothing",
      'The agent returned an error: TypeError: the function returned NoneType; expected str, or dict with "output"',
    ],
    [
      "number",
      'The agent returned an error: TypeError: the function returned int; expected str, or dict with "output"',
    ],
  ];
  const startFailures: [string, RegExp][] = [
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
  let results: Awaited<ReturnType<typeof bridged>>;
  beforeAll(async () => {
    results = await bridged([...outputs, ...errors, ...startFailures].map(([name]) => name));
  });

  for (const [name, output] of outputs) {
    it(`returns the output of ${name}`, () => assertEquals(results.get(name)?.output, output));
  }

  it("is reused", async () => {
    const runner = runnerFor("count", {}, { parallelRuns: 1 });
    assertEquals([await outputOf(runner, "a"), await outputOf(runner, "a")], ["1", "2"]);
  });

  it("receives the configured variables, but neither the program's key nor the bridge", async () => {
    Deno.env.set("FLUXLOOP_API_KEY", "flux_dev_ofTheParent");
    try {
      const runner = runnerFor("environment", { env: { ...ENV, AGENT_MODE: "quick" } });
      const values: string[] = [];
      for (const name of ["AGENT_MODE", "FLUXLOOP_API_KEY", "FLUXLOOP_BRIDGE"]) {
        values.push(await outputOf(runner, name));
      }
      assertEquals(values, ["quick", "(not set)", "(not set)"]);
    } finally {
      Deno.env.delete("FLUXLOOP_API_KEY");
    }
  });

  it("runs through a shim that supports only single-line arguments", async () => {
    const bin = Deno.makeTempDirSync();
    const shim = `#!/bin/sh\ncase "$*" in *"\n"*) exit 9;; esac\nPATH=\${PATH#*:} exec python3 "$@"\n`;
    Deno.writeTextFileSync(`${bin}/python3`, shim, { mode: 0o755 });
    const runner = runnerFor("run", { env: { ...ENV, PATH: `${bin}:${ENV.PATH}` } });
    assertEquals(await outputOf(runner, "héllo 🎈"), "Echo: héllo 🎈");
    Deno.removeSync(bin, { recursive: true });
  });

  for (const [name, message] of errors) {
    it(`fails with the error and traceback of ${name}`, () => {
      const { error, firstError } = results.get(name)!;
      const actual = [error?.kind, error?.message, firstError];
      assertEquals(actual, ["agent_error", message, "Traceback (most recent call last):"]);
    });
  }

  it("fails as crashed when its process dies", async () => {
    const { kind, message } = await failureOf(runnerFor("dying"), "hello");
    assertEquals([kind, message], ["crashed", "The agent exited with code 3 before it responded"]);
  });

  it("fails only its own run when it hangs", async () => {
    // The limit includes Python's start, which takes long on a busy machine.
    const runner = runnerFor("hanging", { timeout: 10_000 });
    const [failure, ...others] = await Promise.all([
      failureOf(runner, "hang"),
      outputOf(runner, "a"),
      outputOf(runner, "b"),
    ]);
    assertEquals([failure.kind, ...others, await outputOf(runner, "c")], ["timeout", "a", "b", "c"]);
  });

  for (const [name, message] of startFailures) {
    it(`fails as not started for the target ${name}`, () => {
      const { error } = results.get(name)!;
      assertEquals(error?.kind, "not_started");
      assertMatch(error!.message, message);
    });
  }

  it("fails as not started if Python isn't installed", async () => {
    const { kind, message } = await failureOf(runnerFor("run", { env: { PATH: FOLDER } }), "hello");
    assertEquals([kind, message], ["not_started", 'Can\'t start the agent: there is no program "python3"']);
  });
});
