import { assertEquals, assertMatch } from "@std/assert";
import { basename, join } from "@std/path";
import { afterEach, describe, it } from "@std/testing/bdd";
import Ajv from "ajv/dist/2020.js";
import { parse } from "yaml";
import { readConfiguration } from "../../src/experiment/configuration.ts";
import { CONFIGURATION_SCHEMA, type Schema } from "../../src/experiment/configuration_schema.ts";
import type { TestConfiguration } from "../../src/experiment/model.ts";
import { pythonProcess } from "../../src/experiment/runners/python_bridge.ts";
import { removeTestHomes, world } from "../support/world.ts";

const RUNNER = "runner: {target: a:b}\n";
const ENV = { TOKEN: "t0ps3cret", HOST: "agent.example.com", FLUXLOOP_API_KEY: "flux_dev_topsecret0123456789" };

/** @returns The configuration in a file, and the file's folder. */
function read(text: string, files: Readonly<Record<string, string>> = {}) {
  const { context, home } = world({ env: ENV, os: "linux" });
  for (const [name, content] of Object.entries({ "fluxloop.yaml": text, ...files })) {
    Deno.writeTextFileSync(`${home}/${name}`, content);
  }
  const { maskedText, ...configuration } = readConfiguration(context);
  return { configuration, maskedText, home };
}

describe("fluxloop.yaml", () => {
  afterEach(removeTestHomes);

  it("needs only a runner", () => {
    const { configuration, home } = read(RUNNER);
    assertEquals(
      configuration,
      {
        name: basename(home),
        iterations: 1,
        parallelRuns: 1,
        runDelay: 0,
        inputs: null,
        outputDirectory: join(home, "experiments"),
        autoUpload: true,
        runner: pythonProcess("linux", "a:b", [], { cwd: home, env: {}, timeout: 120_000 }),
        guards: { maxDuration: null, outputCharLimit: null },
      } satisfies Omit<TestConfiguration, "maskedText">,
    );
  });

  it("reads all fields of a process", () => {
    const { configuration, home } = read(
      "name: bot\niterations: 3\nparallel_runs: 8\nrun_delay_seconds: 0.5\noutput_directory: out\n" +
        "test: {auto_upload: false}\nguards: {max_duration: 1.5m, output_char_limit: 100}\n" +
        "runner:\n  process:\n    command: [node, agent.mjs]\n    cwd: agent\n    env: {A: b}\n    protocol: jsonl\n" +
        "    ready_pattern: ^ready\n    timeout: 500ms\n    kill_signal: SIGINT\n    kill_timeout: 1h\n    reuse: true\n",
    );
    assertEquals(
      configuration,
      {
        name: "bot",
        iterations: 3,
        parallelRuns: 8,
        runDelay: 500,
        inputs: null,
        outputDirectory: join(home, "out"),
        autoUpload: false,
        guards: { maxDuration: 90_000, outputCharLimit: 100 },
        runner: {
          kind: "process",
          command: ["node", "agent.mjs"],
          cwd: join(home, "agent"),
          env: { A: "b" },
          readyPattern: /^ready/u,
          timeout: 500,
          killSignal: "SIGINT",
          killTimeout: 3_600_000,
          reuse: true,
        },
      } satisfies Omit<TestConfiguration, "maskedText">,
    );
  });

  it("reads all fields of a server", () => {
    const { configuration: { runner } } = read(
      "runner:\n  http:\n    method: PUT\n    url: https://${HOST}/chat\n    headers: {authorization: 'Bearer ${TOKEN}'}\n" +
        "    timeout: 10s\n    retry: {attempts: 3, backoff: 100ms, status_codes: [503]}\n" +
        "    body_template: {text: '{{input}}', deep: [{key: '${TOKEN}'}], n: 1}\n    stream: sse\n" +
        "    stream_output_path: $.delta\n    stream_event_filter: message\n",
    );
    assertEquals(runner, {
      kind: "http",
      method: "PUT",
      url: new URL("https://agent.example.com/chat"),
      headers: { authorization: `Bearer ${ENV.TOKEN}` },
      timeout: 10_000,
      retry: { attempts: 3, backoff: 100, statusCodes: [503] },
      bodyTemplate: { text: "{{input}}", deep: [{ key: ENV.TOKEN }], n: 1 },
      stream: "sse",
      streamOutputPath: "$.delta",
      streamEventFilter: ["message"],
    });
  });

  for (
    const [what, line] of [["process", "process: {command: [x], env: "], ["function", "target: a:b\n  env: "]] as const
  ) {
    it(`passes the key to a ${what}'s environment on request`, () => {
      const { configuration: { runner } } = read(
        `runner:\n  ${line}{KEY: "\${FLUXLOOP_API_KEY}"}${what === "process" ? "}" : ""}\n`,
      );
      assertEquals(runner.kind === "process" && runner.env.KEY, ENV.FLUXLOOP_API_KEY);
    });
  }

  for (const target of ["agent:run", "app.agent:Server.respond", "größe.agent:führe_aus"]) {
    it(`accepts the target ${target}`, () => {
      const { runner } = read(`runner: {target: "${target}"}\n`).configuration;
      assertEquals(runner.kind === "process" && runner.command.at(-1), target);
    });
  }

  it("doesn't replace escaped variables", () => {
    const { configuration: { runner } } = read("runner: {target: 'a:b', env: {A: '$${TOKEN} $TOKEN $$ ${ TOKEN }'}}\n");
    assertEquals(runner.kind === "process" && runner.env.A, "${TOKEN} $TOKEN $$ ${ TOKEN }");
  });

  it("accepts merge keys", () => {
    const { configuration: { runner } } = read(
      'runner:\n  process:\n    command: [a]\n    env: {A: "1", <<: {B: "2"}}\n',
    );
    assertEquals((runner as { env: unknown }).env, { B: "2", A: "1" });
  });

  it("can have Windows line endings and a byte-order mark", () => {
    assertEquals(read("\ufeffname: a\r\nrunner:\r\n  target: a:b\r\n").configuration.name, "a");
  });

  const INPUTS = [
    { id: "input_1", text: "hello", persona: null },
    { id: "b", text: "is it\nthere?", persona: { id: null, name: "Anna" } },
    { id: "input_3", text: "", persona: { id: "p1", name: "Ben" } },
  ];
  const AS_JSON = ["hello", { id: "b", input: "is it\nthere?", persona: "Anna" }, {
    input: "",
    persona: { id: "p1", name: "Ben" },
  }];
  const sources: [string, string, Record<string, string>][] = [
    ["the same file", `inputs: ${JSON.stringify(AS_JSON)}\n`, {}],
    ["a YAML file", "inputs_file: in.yml\n", {
      "in.yml":
        '- hello\n- id: b\n  input: "is it\\nthere?"\n  persona: Anna\n- {input: "", persona: {id: p1, name: Ben}}\n',
    }],
    ["a JSON file", "inputs_file: in.json\n", { "in.json": JSON.stringify(AS_JSON) }],
    ["an NDJSON file", "inputs_file: IN.NDJSON\n", {
      "IN.NDJSON": AS_JSON.map((it) => JSON.stringify(it)).join("\n"),
    }],
    ["a JSONL file", "inputs_file: in.jsonl\n", {
      "in.jsonl": AS_JSON.map((it) => `${JSON.stringify(it)}\r\n`).join("\n"),
    }],
  ];
  for (const [what, line, files] of sources) {
    it(`reads its inputs from ${what}`, () => {
      const inputs = read(RUNNER + line, files).configuration.inputs!;
      assertEquals(Array.from({ length: inputs.length }, (_, index) => inputs.at(index)), INPUTS);
    });
  }

  it("is saved without comments or secrets", () => {
    const { maskedText } = read(
      "# flux_dev_topsecret0123456789\nname: bot # topsecret\nrunner:\n  http:\n" +
        "    url: https://user:topsecret@example.com/?api_key=topsecret&page=1\n    headers:\n" +
        '      Authorization: Bearer topsecret\n      X-Api-Key: "${TOKEN}"\n      Cookie: Bearer ${TOKEN}\n' +
        "      Accept: text/plain\n    body_template: {password: [topsecret], text: flux_dev_topsecret0123456789}\n",
    );
    assertEquals(
      maskedText,
      "name: bot\nrunner:\n  http:\n    url: https://user:****@example.com/?api_key=****&page=1\n    headers:\n" +
        '      Authorization: "****"\n      X-Api-Key: ${TOKEN}\n      Cookie: Bearer ****\n' +
        '      Accept: text/plain\n    body_template:\n      password:\n        - "****"\n      text: flux_dev_****\n',
    );
  });

  const commands: [string, string[], string[]][] = [
    ["options", ["agent", "--token", "topsecret", "--key=topsecret", "-x"], [
      "agent",
      "--token",
      "****",
      "--key=****",
      "-x",
    ]],
    ["headers", ["curl", "-H", "Authorization: Bearer topsecret", "a: b"], [
      "curl",
      "-H",
      "Authorization: Bearer ****",
      "a: b",
    ]],
  ];
  for (const [what, command, masked] of commands) {
    it(`is saved without secrets in a command's ${what}`, () => {
      const { maskedText } = read(JSON.stringify({ runner: { process: { command } } }));
      assertEquals(parse(maskedText), { runner: { process: { command: masked } } });
    });
  }

  for (const name of ["DB_PASS", "PGPASSWORD", "SMTP_PWD", "passphrase"]) {
    it(`is saved without the value of ${name}`, () => {
      const { maskedText } = read(`runner: {target: "a:b", env: {${name}: topsecret}}\n`);
      assertEquals(parse(maskedText), { runner: { target: "a:b", env: { [name]: "****" } } });
    });
  }
});

describe("the configuration's schema", () => {
  // deno-lint-ignore no-explicit-any -- its declarations are CommonJS's
  const validate = new (Ajv as any)({ strict: false, allErrors: true, validateFormats: false }).compile(
    CONFIGURATION_SCHEMA,
  );

  it("works with another validator", () => {
    assertEquals(validate(parse("runner: {process: {command: [x], timeout: 3s}}\ninputs: [a, {input: b}]\n")), true);
    for (
      const text of [
        "runner: {}",
        "name: a",
        "runner: {target: a:b}\niterations: 0",
        "runner: {target: a:b}\nx: 1",
        "runner: {process: {command: [x]}, env: {}}",
      ]
    ) {
      assertEquals(validate(parse(text)), false, text);
    }
  });

  it("describes every field", () => {
    const undescribed: string[] = [];
    const walk = (schema: Schema, path: string): void => {
      if (schema.description === undefined) undescribed.push(path);
      for (const [name, it] of Object.entries<Schema>(schema.properties ?? {})) walk(it, `${path}.${name}`);
      if (schema.items !== undefined && schema.items.properties !== undefined) {
        for (const [name, it] of Object.entries<Schema>(schema.items.properties)) walk(it, `${path}[].${name}`);
      }
    };
    walk(CONFIGURATION_SCHEMA, "");
    assertEquals(undescribed, []);
    assertMatch(JSON.stringify(CONFIGURATION_SCHEMA), /2020-12/);
  });
});
