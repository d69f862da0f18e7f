import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { CONFIGURATION_SCHEMA } from "../../src/experiment/configuration_schema.ts";
import { DOCUMENTED } from "../support/documentation.ts";
import { listen, type Listener } from "../support/listener.ts";
import { fluxloop, servePlatform, start } from "../support/program.ts";
import { Session } from "../support/session.ts";
import { itOnUnix } from "../support/systems.ts";
import { removeTestHomes } from "../support/world.ts";
import { type LocalPlatform, startLocalPlatform } from "../../src/embedded_platform/server.ts";

const AGENT = fromFileUrl(new URL("fixtures/agent.ts", import.meta.url));
const DENO = Deno.execPath();

describe("fluxloop test", () => {
  let folder: string;
  let platform: LocalPlatform;
  let agent: Listener;
  /** Resolves when the agent receives the input that it never responds to. */
  let hung: PromiseWithResolvers<void>;
  beforeEach(async () => {
    hung = Promise.withResolvers();
    folder = await Deno.makeTempDir();
    const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
    platform = await startLocalPlatform({ port: 0, dataDir: null, now: () => new Date(), random });
    agent = listen(async (request) => {
      const { input } = await request.json();
      if (input === "hang") {
        hung.resolve();
        return await new Promise(() => {});
      }
      return input === "fail" ? new Response("no", { status: 500 }) : Response.json({ said: `you said ${input}` });
    });
  });
  afterEach(async () => {
    await platform.stop();
    await agent.stop();
    removeTestHomes();
    await Deno.remove(folder, { recursive: true });
  });

  /** The program's whole environment. */
  function environment(overrides: Record<string, string> = {}): Record<string, string> {
    return {
      HOME: folder,
      USERPROFILE: folder,
      PATH: Deno.env.get("PATH")!,
      FLUXLOOP_API_KEY: platform.apiKey!,
      FLUXLOOP_API_URL: platform.url,
      NO_COLOR: "1",
      ...overrides,
    };
  }
  /** Runs the program in-process. */
  const run = (args: string[], overrides?: Record<string, string>) =>
    new Session({ cwd: folder, env: environment(overrides), now: new Date() }).run(args);
  /** Runs the executable. */
  const compiled = (args: string[] = [], overrides?: Record<string, string>) =>
    fluxloop(["test", ...args], { cwd: folder, env: environment(overrides) });
  const test = (args: string[] = [], overrides?: Record<string, string>) => run(["test", ...args], overrides);

  async function configure(fields: Record<string, unknown>): Promise<void> {
    // JSON is also valid YAML.
    await Deno.writeTextFile(`${folder}/fluxloop.yaml`, JSON.stringify({ name: "bot", ...fields }));
  }
  const http = (more: Record<string, unknown> = {}) => ({
    http: { url: agent.url, stream_output_path: "$.said", ...more },
  });
  const process = (more: Record<string, unknown> = {}) => ({
    process: { command: [DENO, "run", "-A", AGENT], reuse: true, ...more },
  });

  /** @returns The folders of all experiments, the oldest first. */
  function experiments(): string[] {
    try {
      return [...Deno.readDirSync(`${folder}/experiments`)].map((it) => it.name).sort();
    } catch {
      return [];
    }
  }
  // deno-lint-ignore no-explicit-any -- the content of a file
  function results(): any[] {
    const text = Deno.readTextFileSync(`${folder}/experiments/${experiments().at(-1)}/results.jsonl`);
    return text.trimEnd().split("\n").map((line) => JSON.parse(line));
  }
  async function usage(overrides?: Record<string, string>): Promise<number> {
    const { stdout } = await run(["auth", "whoami", "--json"], overrides);
    return JSON.parse(stdout).usage.runs_this_month;
  }
  async function readOnlyKey(): Promise<string> {
    const args = ["apikeys", "create", "--name", "ro", "--permission", "read_scenarios", "--quiet"];
    return (await run(args)).stdout.trim();
  }

  it("runs the agent with every input, saves the results, and uploads them", async () => {
    await configure({ runner: http(), inputs: ["a", "b"], iterations: 2, parallel_runs: 2 });
    const before = await usage();
    const { code, stdout, stderr } = await compiled();
    assertMatch(
      stdout,
      /^✅ All 4 runs passed in [\d.]+ m?s\n\nResults: experiments[/\\]exp_\w+[/\\]result\.html\nUploaded: rb_\w+\n$/,
    );
    assertEquals([code, stderr], [0, "Testing bot: 4 runs, 2 at once\n"]);
    assertEquals(results().map((it) => it.output).sort(), ["you said a", "you said a", "you said b", "you said b"]);
    assertEquals([...Deno.readDirSync(`${folder}/experiments/${experiments()[0]}`)].map((it) => it.name).sort(), [
      "config.yaml",
      "result.html",
      "results.jsonl",
      "summary.json",
    ]);
    assertEquals(await usage(), before + 4);
  });

  it("uses a profile's key", async () => {
    await configure({ runner: http(), inputs: ["a"] });
    const login = ["auth", "login", "--profile", "dev", "--api-key", platform.apiKey!];
    const { stderr } = await run(login, { FLUXLOOP_API_KEY: "" });
    const { code, stdout } = await test(["--profile", "dev"], { FLUXLOOP_API_KEY: "", FLUXLOOP_API_URL: "" });
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "Uploaded: rb_");
  });

  it("exits with 10 when runs fail, and reports and uploads them", async () => {
    await configure({ runner: process(), inputs: ["a", { id: "second", input: "fail badly" }, "crash", "b"] });
    const { code, stdout } = await compiled(["--junit", "out/junit.xml"]);
    assertEquals(code, 10);
    assertMatch(stdout, /^❌ 2 of 4 runs failed in /);
    assertStringIncludes(stdout, "\n   second: The agent returned an error: badly\n");
    assertStringIncludes(stdout, "\n   input_3: The agent exited with code 3 before it responded\n");
    assertStringIncludes(stdout, "\nUploaded: rb_");
    const xml = await Deno.readTextFile(`${folder}/out/junit.xml`);
    assertEquals([xml.match(/<testcase /g)?.length, xml.match(/<failure /g)?.length], [4, 2]);
  });

  it("prints one JSON document with --json", async () => {
    await configure({ runner: http(), inputs: ["a", "fail"] });
    const { code, stdout } = await test(["--json"]);
    const { experiment, results: path, failures, upload } = JSON.parse(stdout);
    assertEquals(code, 10);
    assertEquals(
      [experiment.status, experiment.planned, experiment.passed, experiment.failed],
      ["completed", 2, 1, 1],
    );
    assertEquals(Deno.realPathSync(path), Deno.realPathSync(join(folder, "experiments", experiment.id)));
    assertEquals([failures.length, failures[0].input_id, failures[0].kind], [1, "input_2", "http"]);
    assertMatch(upload.run_batch_id, /^rb_/);
  });

  it("prints nothing with --quiet", async () => {
    await configure({ runner: http(), inputs: ["a"] });
    assertEquals(await test(["-q"]), { code: 0, stdout: "", stderr: "" });
  });

  it("checks upload permission before the first run", async () => {
    await configure({ runner: http(), inputs: ["a"] });
    const { code, stdout, stderr } = await test([], { FLUXLOOP_API_KEY: await readOnlyKey() });
    assertEquals([code, stdout, stderr], [3, "", DOCUMENTED.permissionDenied]);
    assertEquals([agent.requests.length, experiments()], [0, []]);
  });

  it("needs no key without an upload", async () => {
    await configure({ runner: http(), inputs: ["a"], test: { auto_upload: false } });
    const loggedOut = { FLUXLOOP_API_KEY: "", FLUXLOOP_API_URL: "http://127.0.0.1:1" };
    assertEquals((await test([], loggedOut)).code, 0);
    assertEquals((await test(["--skip-upload"], loggedOut)).code, 0);
    const { code, stderr } = await test(["--no-skip-upload"], loggedOut);
    assertEquals([code, stderr], [3, "❌ Not authenticated\nRun: fluxloop auth login\n"]);
  });

  it("keeps the results when the platform can't be reached, and uploads them once later", async () => {
    const data = ["--data", `${folder}/platform`];
    const first = await servePlatform(data);
    const before = { FLUXLOOP_API_KEY: first.key!, FLUXLOOP_API_URL: first.url };
    let stopped: Promise<number> | undefined;
    const last = listen(async () => {
      await (stopped ??= first.stop());
      return Response.json({ said: "goodbye" });
    });
    await configure({ runner: { http: { url: last.url } }, inputs: ["a", "b", "c"] });
    const { code, stdout, stderr } = await test([], before);
    await last.stop();
    assertEquals(code, 4);
    assertMatch(stdout, /^✅ All 3 runs passed in /);
    assertStringIncludes(stderr, "❌ Error: Unable to connect to FluxLoop API\n");
    assertStringIncludes(
      stderr,
      `The results are saved. Upload them later: fluxloop test upload ${join("experiments", experiments()[0])}\n`,
    );

    const second = await servePlatform(data);
    try {
      const after = { FLUXLOOP_API_KEY: first.key!, FLUXLOOP_API_URL: second.url };
      const used = await usage(after);
      const uploaded = await run(["test", "upload"], after);
      assertMatch(uploaded.stdout, /^✅ Uploaded experiments[/\\]exp_\w+ as rb_\w+\n$/, uploaded.stderr);
      const again = await run(["test", "upload", `experiments/${experiments()[0]}`, "--json"], after);
      assertMatch(JSON.parse(again.stdout).run_batch_id, /^rb_/);
      assertEquals([uploaded.code, again.code, await usage(after)], [0, 0, used + 3]);
    } finally {
      await second.stop();
    }
  });

  it("exits with 5 for an upload without earlier results", async () => {
    const { code, stderr } = await run(["test", "upload"]);
    assertEquals(code, 5, stderr);
  });

  it("limits parallel runs to what the system can run, and warns", async () => {
    await configure({ runner: process(), inputs: ["a", "b", "c"], parallel_runs: 8, test: { auto_upload: false } });
    const session = new Session({ cwd: folder, env: environment(), now: new Date(), maxPrograms: 2 });
    const { code, stderr } = await session.run(["test"]);
    const limit = "⚠️  This system can run only 2 agents at once (parallel_runs: 8).";
    assertEquals([code, stderr], [0, `Testing bot: 3 runs, 2 at once\n${limit}\n`]);
  });

  it("doesn't pass FluxLoop keys to the agent", async () => {
    const inputs = ["FLUXLOOP_API_KEY", "FLUXLOOP_SYNC_API_KEY", "FLUXLOOP_API_KEY_FILE", "OWN"].map((it) =>
      `env ${it}`
    );
    await configure({ runner: process(), inputs });
    const { code } = await compiled(["--skip-upload"], { FLUXLOOP_API_KEY_FILE: "/key", OWN: "mine" });
    assertEquals([code, ...results().map((it) => it.output)], [0, "(not set)", "(not set)", "(not set)", "mine"]);
  });

  it("passes the key to the agent if configured, but doesn't save it", async () => {
    await configure({ runner: process({ env: { KEY: "${FLUXLOOP_API_KEY}" } }), inputs: ["env KEY"] });
    const { code } = await test();
    assertEquals(code, 0);
    const masked = `${platform.apiKey!.slice(0, 13)}...${platform.apiKey!.slice(-5)}`;
    assertEquals(results()[0].output, masked);
    for (const { name } of Deno.readDirSync(`${folder}/experiments/${experiments()[0]}`)) {
      const text = await Deno.readTextFile(`${folder}/experiments/${experiments()[0]}/${name}`);
      assertEquals(text.includes(platform.apiKey!), false, name);
    }
  });

  it("expands variables in headers, but doesn't save their values", async () => {
    await configure({ runner: http({ headers: { authorization: "Bearer ${AGENT_TOKEN}" } }), inputs: ["a"] });
    const { code } = await test(["--skip-upload"], { AGENT_TOKEN: "t0ps3cret" });
    assertEquals([code, agent.requests[0].headers.get("authorization")], [0, "Bearer t0ps3cret"]);
    const config = await Deno.readTextFile(`${folder}/experiments/${experiments()[0]}/config.yaml`);
    assertEquals(config.includes("t0ps3cret"), false);
  });

  const choices: [string, string[], string[]][] = [
    ["only the first input once with --smoke", ["--smoke"], ["you said apple"]],
    ["the inputs that contain a text with --filter", ["--filter", "AN"], ["you said banana", "you said orange"]],
    ["the first matching input with --filter and --smoke", ["--filter", "an", "--smoke"], ["you said banana"]],
  ];
  for (const [what, args, outputs] of choices) {
    it(`runs ${what}`, async () => {
      const iterations = args.includes("--smoke") ? 3 : 1;
      await configure({ runner: http(), inputs: ["apple", "banana", "orange"], iterations });
      const { code } = await test([...args, "--skip-upload"]);
      assertEquals([code, ...results().map((it) => it.output)], [0, ...outputs]);
    });
  }

  it("stops at the first failure with --fail-fast", async () => {
    await configure({ runner: http(), inputs: ["a", "fail", "b", "c"] });
    const { code, stdout } = await test(["--fail-fast"]);
    assertEquals(code, 10);
    assertMatch(stdout, /^❌ Stopped after 2 of 4 runs \(1 failed\) in .*\n {3}2 were not run\.\n/);
  });

  for (const args of [["--project", "customer-support-bot"], ["--bundle-version-id", "bv_1"]]) {
    it(`pulls inputs from the platform with ${args[0]}`, async () => {
      await configure({ runner: http(), inputs: ["not this"] });
      const { code, stdout } = await test([...args, "--json"]);
      const { experiment, upload } = JSON.parse(stdout);
      assertEquals([code, experiment.bundle_version_id, experiment.project_id], [0, "bv_1", "prj_1"]);
      assert(experiment.passed > 1 && upload.run_batch_id.startsWith("rb_"));
      assertEquals(results().some((it) => it.output.includes("not this")), false);
    });
  }

  it("prints the schema without a configuration", async () => {
    const { code, stdout } = await test(["--schema"], { FLUXLOOP_API_KEY: "" });
    assertEquals([code, JSON.parse(stdout)], [0, JSON.parse(JSON.stringify(CONFIGURATION_SCHEMA))]);
  });

  it("reports all errors in the configuration at once", async () => {
    await Deno.writeTextFile(`${folder}/bot.yaml`, "iterations: 0\nrunner: {target: a}\n");
    const { code, stderr } = await test(["--config", "bot.yaml"]);
    assertEquals([code, stderr, experiments()], [
      2,
      "❌ Error: bot.yaml has 2 errors\n\n" +
      "bot.yaml:1:1 iterations: expected a whole number from 1 to 1000\n" +
      "bot.yaml:2:10 runner.target: expected package.module:function\n",
      [],
    ]);
    const { error } = JSON.parse((await test(["--config", "bot.yaml", "--json"])).stdout);
    assertEquals([error.code, error.exit_code, error.mistakes[1]], ["configuration", 2, {
      file: "bot.yaml",
      line: 2,
      column: 10,
      path: "runner.target",
      message: "expected package.module:function",
    }]);
  });

  const wrong: [string, string[], Record<string, unknown>, number, string][] = [
    ["no inputs", [], {}, 2, "fluxloop.yaml has no inputs"],
    [
      "a filter without matches",
      ["--filter", "zzz"],
      { inputs: ["a"] },
      2,
      'No ID, text or persona contains "zzz" (--filter)',
    ],
    ["a missing configuration", ["--config", "no.yaml"], {}, 2, "There is no file no.yaml"],
    ["an unknown project", ["--project", "nope"], {}, 5, 'There is no project "nope"'],
    ["an option instead of a value", ["--config", "--smoke"], {}, 2, "--config"],
  ];
  for (const [what, args, fields, expected, sentence] of wrong) {
    it(`exits with ${expected} for ${what}`, async () => {
      await configure({ runner: http(), ...fields });
      const { code, stderr } = await test(args);
      assertEquals([code, agent.requests.length, experiments()], [expected, 0, []], stderr);
      assertStringIncludes(stderr, sentence);
    });
  }

  for (const [what, path] of [["a folder", "."], ["below a file", "fluxloop.yaml/junit.xml"]]) {
    it(`fails before the first run if the JUnit report's path is ${what}`, async () => {
      await configure({ runner: http(), inputs: ["a"] });
      const { code, stdout, stderr } = await test(["--junit", path]);
      assertEquals([code, stdout, agent.requests.length, experiments()], [1, "", 0, []]);
      assertMatch(stderr, /^❌ Error: Can't write .*: .*\n$/);
    });
  }

  it("uploads the results even if the JUnit report can't be written", async () => {
    const late = listen(async () => {
      await Deno.mkdir(`${folder}/junit.xml`);
      return Response.json({ said: "" });
    });
    await configure({ runner: { http: { url: late.url } }, inputs: ["a"] });
    const before = await usage();
    const { code, stdout, stderr } = await test(["--junit", "junit.xml"]);
    await Deno.remove(`${folder}/junit.xml`);
    const { error, upload } = JSON.parse((await test(["--junit", "junit.xml", "--json"])).stdout);
    await late.stop();
    assertEquals([code, error.code, error.exit_code], [1, "system", 1]);
    assertMatch(stdout, /^✅ 1 run passed in .*\n\nResults: experiments[/\\]exp_\w+\nUploaded: rb_\w+\n$/);
    assertStringIncludes(stderr, "junit.xml: it is a folder\n");
    assertMatch(upload.run_batch_id, /^rb_/);
    assertEquals(await usage(), before + 2);
  });

  it("writes a GitHub job summary, and masks the key", async () => {
    await configure({ runner: http(), inputs: ["a", { id: "<b>|x", input: "fail" }] });
    const summary = `${folder}/summary.md`;
    await Deno.writeTextFile(summary, "before\n");
    const { stdout, stderr } = await test([], { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary });
    assertEquals(stderr.split("\n")[0], `::add-mask::${platform.apiKey}`);
    assertEquals(stdout.includes("add-mask"), false);
    const text = await Deno.readTextFile(summary);
    assertMatch(text, /^before\n### ❌ bot\n/);
    assertStringIncludes(text, "| &#60;b&#62;&#124;x | 1 | ");
    assertStringIncludes(text, "| 2 | 1 | 1 | 0 | ");
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    itOnUnix(`keeps finished runs on ${signal} and exits with 130`, async () => {
      await configure({ runner: http(), inputs: ["a", "b", "hang"] });
      const child = start(["test"], { cwd: folder, env: environment() });
      const output = child.output();
      await hung.promise;
      child.kill(signal);
      const { code, stdout, stderr } = await output;
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals(code, 130);
      assertMatch(text(stdout), /^❌ Interrupted after 2 of 3 runs \(0 failed\) in .*\n {3}1 was not run\.\n/);
      assertStringIncludes(text(stderr), "Upload them later: fluxloop test upload experiments/exp_");
      assertEquals(results().map((it) => it.output), ["you said a", "you said b"]);
      assertEquals((await run(["test", "upload"])).code, 0);
    });
  }

  itOnUnix("reports the results when interrupted during the upload", async () => {
    const requested = Promise.withResolvers<void>();
    const stuck = listen(async ({ url, headers }) => {
      if (!url.endsWith("/api/sync/upload")) return await fetch(platform.url + new URL(url).pathname, { headers });
      requested.resolve();
      return await new Promise(() => {});
    });
    await configure({ runner: http(), inputs: ["a"] });
    const child = start(["test"], { cwd: folder, env: environment({ FLUXLOOP_API_URL: stuck.url }) });
    const output = child.output();
    await requested.promise;
    child.kill("SIGINT");
    const { code, stdout, stderr } = await output;
    await stuck.stop();
    assertEquals(code, 130);
    assertMatch(new TextDecoder().decode(stdout), /^✅ 1 run passed in .*\n\nResults: experiments\/exp_/);
    assertMatch(new TextDecoder().decode(stderr), /\nThe results are saved\. Upload them later: .*\n$/);
  });
});
