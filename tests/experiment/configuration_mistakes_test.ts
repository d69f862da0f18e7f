import { assert, assertEquals, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { ConfigurationError, MistakesError } from "../../src/errors.ts";
import { failureText } from "../../src/output/failure.ts";
import { readConfiguration } from "../../src/experiment/configuration.ts";
import { removeTestHomes, world } from "../support/world.ts";

const SECRET = "flux_dev_topsecret0123456789";
const PLAIN_STYLE = { colour: false, bold: (text: string) => text, red: (text: string) => text };
/** The valid part of a file with a mistake. */
const RUNNER = "runner: {target: a:b}\n";

interface Invalid {
  readonly what: string;
  readonly text: string;
  /** The start of each reported mistake, without the file name. */
  readonly mistakes: readonly string[];
  /** Other files in the folder. */
  readonly files?: Readonly<Record<string, string>>;
}

const http = (line: string) => `runner:\n  http:\n    url: https://example.com\n    ${line}\n`;
const process = (line: string) => `runner:\n  process:\n    command: [agent]\n    ${line}\n`;
const DURATION = "expected a duration above zero such as 500ms, 30s or 2m";

const INVALID: readonly Invalid[] = [
  { what: "an empty file", text: "", mistakes: ["1:1 expected a map"] },
  { what: "a list", text: "- a\n", mistakes: ["1:1 expected a map"] },
  { what: "a string", text: "hello\n", mistakes: ["1:1 expected a map"] },
  {
    what: "a tab",
    text: "name: a\n\tb: c\n",
    mistakes: ["2:1 invalid YAML: indented with a tab instead of spaces"],
  },
  {
    what: "an unclosed bracket",
    text: "name: [a\nrunner: {\n",
    mistakes: ['2:1 invalid YAML: a line is indented wrongly, or a "[" or "{" isn\'t closed'],
  },
  {
    what: "an unquoted value with a colon",
    text: "name: a: b\n",
    mistakes: ['1:7 invalid YAML: a value with ": " isn\'t quoted, or a line is indented wrongly'],
  },
  {
    what: "an unclosed quote",
    text: 'name: "a\n',
    mistakes: ["2:1 invalid YAML: a quote, a comma or a colon is missing"],
  },
  {
    what: "a field without a colon",
    text: `name\n${RUNNER}`,
    mistakes: ["1:1 invalid YAML: the colon after a field's name is missing"],
  },
  {
    what: "two documents",
    text: `${RUNNER}---\n${RUNNER}`,
    mistakes: ["2:1 several YAML documents; expected one"],
  },
  {
    what: "a duplicate field",
    text: `name: a\nname: b\n${RUNNER}`,
    mistakes: ["2:1 duplicate field"],
  },
  {
    what: "an alias of an unknown anchor",
    text: `name: *other\n${RUNNER}`,
    mistakes: ["1:7 alias of an unknown anchor"],
  },
  {
    what: "no runner",
    text: "name: a\n",
    mistakes: ["1:1 runner: missing; expected exactly one of process, http and target"],
  },
  {
    what: "a string as the runner",
    text: "runner: fast\n",
    mistakes: ["1:1 runner: expected exactly one of process, http and target"],
  },
  {
    what: "an empty runner",
    text: "runner: {}\n",
    mistakes: ["1:1 runner: expected exactly one of process, http and target"],
  },
  {
    what: "two runners",
    text: "runner:\n  target: a:b\n  process: {command: [x]}\n",
    mistakes: ["1:1 runner: expected exactly one of process, http and target"],
  },
  {
    what: "an unknown field",
    text: `paralel_runs: 3\n${RUNNER}`,
    mistakes: [
      "1:1 paralel_runs: unknown field; expected one of name, iterations, parallel_runs, run_delay_seconds, inputs, " +
      "inputs_file, output_directory, test, runner, guards",
    ],
  },
  {
    what: "an unknown nested field",
    text: `${RUNNER}test:\n  autoupload: true\n`,
    mistakes: ["3:3 test.autoupload: unknown field; expected one of auto_upload"],
  },
  {
    what: "names of JavaScript built-ins",
    text: `${RUNNER}__proto__: {a: 1}\nconstructor: 1\n`,
    mistakes: ["2:1 __proto__: unknown field", "3:1 constructor: unknown field"],
  },
  {
    what: "zero iterations",
    text: `iterations: 0\n${RUNNER}`,
    mistakes: ["1:1 iterations: expected a whole number from 1 to 1000"],
  },
  {
    what: "too many iterations",
    text: `iterations: 1001\n${RUNNER}`,
    mistakes: ["1:1 iterations: expected a whole number from 1 to 1000"],
  },
  {
    what: "a fractional number of iterations",
    text: `iterations: 1.5\n${RUNNER}`,
    mistakes: ["1:1 iterations: expected a whole number from 1 to 1000"],
  },
  {
    what: "a string as the iterations",
    text: `iterations: "3"\n${RUNNER}`,
    mistakes: ["1:1 iterations: expected a whole number from 1 to 1000"],
  },
  {
    what: "zero parallel runs",
    text: `parallel_runs: 0\n${RUNNER}`,
    mistakes: ["1:1 parallel_runs: expected a whole number from 1 to 1000"],
  },
  {
    what: "a negative delay",
    text: `run_delay_seconds: -1\n${RUNNER}`,
    mistakes: ["1:1 run_delay_seconds: expected a number from 0 to 3600"],
  },
  { what: "an empty name", text: `name: ""\n${RUNNER}`, mistakes: ["1:1 name: expected a string that isn't empty"] },
  {
    what: "an invalid boolean",
    text: `${RUNNER}test: {auto_upload: maybe}\n`,
    mistakes: ["2:8 test.auto_upload: expected true or false"],
  },
  {
    what: "a YAML 1.1 boolean",
    text: `${RUNNER}test: {auto_upload: yes}\n`,
    mistakes: ["2:8 test.auto_upload: expected true or false"],
  },
  {
    what: "an empty list of inputs",
    text: `inputs: []\n${RUNNER}`,
    mistakes: ["1:1 inputs: expected a list that isn't empty"],
  },
  {
    what: "a number as an input",
    text: `inputs: [5]\n${RUNNER}`,
    mistakes: ["1:10 inputs[0]: expected a string, or a map with input, id and persona"],
  },
  {
    what: "an input without text",
    text: `inputs:\n  - id: a\n${RUNNER}`,
    mistakes: ["2:5 inputs[0].input: missing; expected a string"],
  },
  {
    what: "a duplicate ID",
    text: `inputs:\n  - {id: a, input: x}\n  - {id: a, input: y}\n${RUNNER}`,
    mistakes: ["3:5 inputs[1]: duplicate id"],
  },
  {
    what: "an ID that equals another input's default ID",
    text: `inputs:\n  - {id: input_2, input: x}\n  - y\n${RUNNER}`,
    mistakes: ["3:5 inputs[1]: duplicate id; inputs without one are named input_1"],
  },
  {
    what: "a persona without a name",
    text: `inputs:\n  - {input: x, persona: {id: p}}\n${RUNNER}`,
    mistakes: ["2:16 inputs[0].persona.name: missing; expected a string"],
  },
  {
    what: "two sources of inputs",
    text: `inputs: [a]\ninputs_file: a.yaml\n${RUNNER}`,
    mistakes: ["2:1 inputs_file: can't be combined with inputs"],
  },
  {
    what: "a missing inputs file",
    text: `inputs_file: a.yaml\n${RUNNER}`,
    mistakes: ["1:1 inputs_file: There is no file a.yaml"],
  },
  { what: "a duration without a unit", text: http("timeout: 30"), mistakes: [`4:5 runner.http.timeout: ${DURATION}`] },
  { what: "a duration of zero", text: http("timeout: 0.0s"), mistakes: [`4:5 runner.http.timeout: ${DURATION}`] },
  {
    what: "a duration with a spelled-out unit",
    text: http("timeout: 3 seconds"),
    mistakes: [`4:5 runner.http.timeout: ${DURATION}`],
  },
  {
    what: "a guard's duration without a unit",
    text: `${RUNNER}guards: {max_duration: 5}\n`,
    mistakes: [`2:10 guards.max_duration: ${DURATION}`],
  },
  {
    what: "an output limit of zero",
    text: `${RUNNER}guards: {output_char_limit: 0}\n`,
    mistakes: ["2:10 guards.output_char_limit: expected a whole number of at least 1"],
  },
  {
    what: "a missing URL",
    text: "runner: {http: {}}\n",
    mistakes: ["1:10 runner.http.url: missing; expected a URL that begins with http:// or https://"],
  },
  {
    what: "an invalid URL",
    text: "runner: {http: {url: localhost}}\n",
    mistakes: ["1:17 runner.http.url: expected a URL that begins with http:// or https://"],
  },
  {
    what: "a URL with another scheme",
    text: 'runner: {http: {url: "ftp://example.com"}}\n',
    mistakes: ["1:17 runner.http.url: expected a URL that begins with http:// or https://"],
  },
  {
    what: "an unknown method",
    text: http("method: FETCH"),
    mistakes: ["4:5 runner.http.method: expected one of GET, POST, PUT, PATCH, DELETE"],
  },
  {
    what: "a retry status that isn't an error",
    text: http("retry: {status_codes: [200]}"),
    mistakes: ["4:28 runner.http.retry.status_codes[0]: expected a whole number from 400 to 599"],
  },
  {
    what: "an unknown stream type",
    text: http("stream: websocket"),
    mistakes: ["4:5 runner.http.stream: expected one of none, sse"],
  },
  {
    what: "an invalid JSONPath",
    text: http('stream_output_path: "$.["'),
    mistakes: [
      "4:5 runner.http.stream_output_path: expected a JSONPath such as $.choices[0].text, without match() or search()",
    ],
  },
  ...["$[?match(@.a, 'x')]", "$[?search(@, '(a+)+b')].text"].map((path) => ({
    what: `the JSONPath ${path}`,
    text: http(`stream_output_path: ${JSON.stringify(path)}`),
    mistakes: ["4:5 runner.http.stream_output_path: expected a JSONPath such as $.choices[0].text, without match()"],
  })),
  {
    what: "an invalid header name",
    text: http('headers: {"a b": c}'),
    mistakes: ["4:15 runner.http.headers.a b: expected a valid header name"],
  },
  {
    what: "a line break in a header",
    text: http('headers: {a: "b\\nc"}'),
    mistakes: ["4:15 runner.http.headers.a: expected a string without line ends or other control characters"],
  },
  {
    what: "a number as a header",
    text: http("headers: {a: 1}"),
    mistakes: ["4:15 runner.http.headers.a: expected a string without line ends or other control characters"],
  },
  {
    what: "an empty command",
    text: "runner: {process: {command: []}}\n",
    mistakes: ["1:20 runner.process.command: expected a list that isn't empty"],
  },
  {
    what: "a command as a string",
    text: "runner: {process: {command: python agent.py}}\n",
    mistakes: ["1:20 runner.process.command: expected a list"],
  },
  {
    what: "an unknown protocol",
    text: process("protocol: grpc"),
    mistakes: ["4:5 runner.process.protocol: expected jsonl"],
  },
  {
    what: "an invalid regular expression",
    text: process('ready_pattern: "("'),
    mistakes: ["4:5 runner.process.ready_pattern: expected a regular expression"],
  },
  {
    what: "an unknown signal",
    text: process("kill_signal: SIGNONE"),
    mistakes: ["4:5 runner.process.kill_signal: expected one of SIGTERM, SIGINT, SIGKILL"],
  },
  {
    what: "a target without a function",
    text: "runner: {target: agent}\n",
    mistakes: ["1:10 runner.target: expected package.module:function"],
  },
  {
    what: "working_directory without target",
    text: "runner:\n  process: {command: [x]}\n  working_directory: .\n",
    mistakes: ["3:3 runner.working_directory: requires target"],
  },
  {
    what: "an unknown YAML tag",
    text: http("headers: {a: !env TOKEN}"),
    mistakes: ["4:18 YAML tags aren't supported"],
  },
  {
    what: "an unset variable",
    text: http("headers: {a: '${NOT_SET}'}"),
    mistakes: [
      "4:15 runner.http.headers.a: environment variable NOT_SET isn't set; for a literal ${NOT_SET}, write $${NOT_SET}",
    ],
  },
  ...["FLUXLOOP_API_KEY", "FLUXLOOP_SYNC_API_KEY", "FLUXLOOP_API_KEY_FILE"].map((name) => ({
    what: `${name} in a header`,
    text: http(`headers: {a: 'Bearer \${${name}}'}`),
    mistakes: [
      `4:15 runner.http.headers.a: \${${name}} is a FluxLoop API key, which is allowed only in the runner's env`,
    ],
  })),
  {
    what: "the key in a URL",
    text: "runner: {http: {url: 'https://example.com/${FLUXLOOP_API_KEY}'}}\n",
    mistakes: [
      "1:17 runner.http.url: ${FLUXLOOP_API_KEY} is a FluxLoop API key, which is allowed only in the runner's env",
    ],
  },
  {
    what: "the key in the env field of a body",
    text: http("body_template: {env: {a: '${FLUXLOOP_API_KEY}'}}"),
    mistakes: [
      "4:27 runner.http.body_template.env.a: ${FLUXLOOP_API_KEY} is a FluxLoop API key, which is allowed only in the " +
      "runner's env",
    ],
  },
  {
    what: "several mistakes, in the file's order",
    text: "guards: {max_duration: x}\niterations: 0\nrunner:\n  http: {url: '${NOT_SET}', timout: 1s}\nbogus: 1\n",
    mistakes: [
      `1:10 guards.max_duration: ${DURATION}`,
      "2:1 iterations: expected a whole number from 1 to 1000",
      "4:10 runner.http.url: environment variable NOT_SET isn't set",
      "4:29 runner.http.timout: unknown field",
      "5:1 bogus: unknown field",
    ],
  },
];

const INVALID_INPUTS: readonly Invalid[] = [
  { what: "a map", text: "a: b\n", files: { "in.yaml": "a: b\n" }, mistakes: ["in.yaml:1:1 expected a list"] },
  {
    what: "a number in a JSON file",
    text: "",
    files: { "in.json": '[\n  "a",\n  5\n]' },
    mistakes: ["in.json:3:3 [1]: expected a string, or a map with input, id and persona"],
  },
  {
    what: "truncated JSON",
    text: "",
    files: { "in.json": '["a"' },
    mistakes: ["in.json:1:5 invalid JSON"],
  },
  {
    what: "a line that isn't JSON",
    text: "",
    files: { "in.jsonl": '"a"\n\n{"input":\n"b"\n' },
    mistakes: ["in.jsonl:3:1 invalid JSON"],
  },
  {
    what: "a line with a missing and an unknown field",
    text: "",
    files: { "in.jsonl": '{"input": "a"}\n\n{"inptu": "b"}\n' },
    mistakes: ["in.jsonl:3:1 input: missing; expected a string", "in.jsonl:3:1 inptu: unknown field"],
  },
];

/** Small files that expand to huge or infinite values. */
const EXHAUSTING: readonly { readonly what: string; readonly text: string; readonly mistake: string }[] = [
  {
    what: "an alias to itself",
    text: http("body_template: &b [*b]"),
    mistake: "4:24 alias of a value that contains it",
  },
  {
    what: "a merge with itself",
    text: http("headers: &h {<<: *h}"),
    mistake: "4:22 alias of a value that contains it",
  },
  {
    what: "aliases of aliases",
    text: `a0: &a0 [x]\n` +
      Array.from({ length: 50 }, (_, it) => `a${it + 1}: &a${it + 1} [*a${it}, *a${it}]\n`).join(""),
    mistake: "21:11 aliases expand to too many values",
  },
  {
    what: "merges of merges",
    text: `a0: &a0 {x: 1}\n` +
      Array.from({ length: 50 }, (_, it) => `a${it + 1}: &a${it + 1} {<<: [*a${it}, *a${it}]}\n`).join(""),
    mistake: "20:16 aliases expand to too many values",
  },
  {
    what: "too many aliases",
    text: `a: &a 1\nb:\n${"- *a\n".repeat(5000)}`,
    mistake: "1003:3 too many aliases: the limit is 1000",
  },
  {
    what: "deep nesting",
    text: http(`body_template: ${"[".repeat(200)}${"]".repeat(200)}`),
    mistake: "4:118 nested too deeply; expected at most 100 levels",
  },
  {
    what: "deep nesting through aliases",
    text: http(`body_template: [&a ${"[".repeat(60)}${"]".repeat(60)}, ${"[".repeat(60)}*a ${"]".repeat(60)}]`),
    mistake: "1:1 nested too deeply; expected at most 100 levels",
  },
  {
    what: "nesting deeper than the parser's stack",
    text: http(`body_template: ${"[".repeat(20_000)}${"]".repeat(20_000)}`),
    mistake: "4:",
  },
];

describe("a mistake in fluxloop.yaml", () => {
  afterEach(removeTestHomes);

  /** @returns The mistakes that are reported for a file. */
  function mistakesIn(text: string, files: Readonly<Record<string, string>> = {}): string[] {
    const { context, home } = world({ env: { FLUXLOOP_API_KEY: SECRET, FLUXLOOP_SYNC_API_KEY: SECRET } });
    for (const [name, content] of Object.entries({ "fluxloop.yaml": text, ...files })) {
      Deno.writeTextFileSync(`${home}/${name}`, content);
    }
    const error = assertThrows(() => readConfiguration(context), MistakesError);
    assertEquals(error.exitCode, 2);
    const report = failureText(error, PLAIN_STYLE);
    assertEquals(report.includes("topsecret"), false);
    return report.trimEnd().split("\n").slice(2);
  }

  function assertMistakes(lines: readonly string[], expected: readonly string[]): void {
    assertEquals(lines.length, expected.length, lines.join("\n"));
    for (const [index, line] of lines.entries()) assert(line.startsWith(expected[index]), line);
  }

  for (const { what, text, mistakes } of INVALID) {
    it(`is reported with its position and what was expected: ${what}`, () => {
      assertMistakes(mistakesIn(text), mistakes.map((it) => `fluxloop.yaml:${it}`));
    });
  }

  for (const { what, files, mistakes } of INVALID_INPUTS) {
    it(`is reported in an inputs file: ${what}`, () => {
      assertMistakes(mistakesIn(`${RUNNER}inputs_file: ${Object.keys(files!)[0]}\n`, files), mistakes);
    });
  }

  it("is reported without the value, which may be a key", () => {
    const [line] = mistakesIn(`${RUNNER}name: [${SECRET}]\niterations: sk-topsecret\n`);
    assertEquals(line, "fluxloop.yaml:2:1 name: expected a string");
  });

  it("is reported for a field whose name is an unpaired surrogate", () => {
    assertMistakes(mistakesIn(`${RUNNER}inputs: [a]\n"\\ud800": 1\n`), ["fluxloop.yaml:3:1 \ud800: unknown field"]);
  });

  it("is reported for each line of a long file", () => {
    const lines = mistakesIn(`${RUNNER}inputs_file: in.jsonl\n`, { "in.jsonl": "{\n".repeat(20_000) });
    assertEquals(lines.at(-1), "… and 19900 more. Use --json to see all of them.");
  });

  for (const { what, text, mistake } of EXHAUSTING) {
    it(`is reported quickly in a huge or infinite value: ${what}`, () => {
      assertMistakes(mistakesIn(text), [`fluxloop.yaml:${mistake}`]);
    });
  }

  it("is reported in JSON that is nested too deeply", () => {
    const { context, home } = world();
    const body = "[".repeat(100_000) + "]".repeat(100_000);
    Deno.writeTextFileSync(`${home}/c.json`, `{"runner": {"http": {"url": "http://a", "body_template": ${body}}}}`);
    const { mistakes } = assertThrows(() => readConfiguration(context, "c.json"), MistakesError);
    assertEquals(mistakes.map((it) => it.message), ["nested too deeply; expected at most 100 levels"]);
  });

  it("is reported for each of many unknown fields", () => {
    const fields = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join("");
    const lines = mistakesIn(RUNNER + fields);
    assert(lines[99].startsWith("fluxloop.yaml:101:1 k99: unknown field"), lines[99]);
    assertEquals(lines.at(-1), "… and 19900 more. Use --json to see all of them.");
  });

  it("is reported for a missing file, with the option that sets another one", () => {
    const { context } = world();
    assertThrows(
      () => readConfiguration(context),
      ConfigurationError,
      "There is no fluxloop.yaml in this folder. Create one, or pass --config <file>.",
    );
  });
});
