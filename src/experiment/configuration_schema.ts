import type { SchemaObject } from "ajv";

/** JSON Schema (2020-12) with `errorMessage`, which editors show for an invalid value. */
export type Schema = SchemaObject;

const text = (description: string, more: Schema = {}): Schema => ({
  type: "string",
  minLength: 1,
  description,
  ...more,
});
const duration = (description: string, standard?: string): Schema => ({
  type: "string",
  pattern: "^\\d{1,9}(\\.\\d{1,3})?(ms|s|m|h)$",
  format: "duration-text",
  errorMessage: "a duration such as 500ms, 30s or 2m",
  description,
  default: standard,
});
const timeout = (description: string, standard?: string): Schema => ({
  ...duration(description, standard),
  pattern: "^(?=[^a-z]*[1-9])\\d{1,9}(\\.\\d{1,3})?(ms|s|m|h)$",
  errorMessage: "a duration above zero such as 500ms, 30s or 2m",
});
const integer = (description: string, minimum: number, maximum?: number, standard?: number): Schema => ({
  type: "integer",
  minimum,
  maximum,
  description,
  default: standard,
});
const flag = (description: string, standard: boolean): Schema => ({ type: "boolean", description, default: standard });
const map = (
  description: string,
  properties: Record<string, Schema>,
  more: Schema = {},
): Schema => ({ type: "object", description, properties, additionalProperties: false, ...more });
const list = (description: string, items: Schema, more: Schema = {}): Schema => ({
  type: "array",
  items,
  description,
  ...more,
});
const environment = (description: string): Schema => ({
  type: "object",
  additionalProperties: { type: "string" },
  description,
  default: {},
});

/** A list of inputs, in the configuration or in a file of their own. */
export const INPUTS_SCHEMA: Schema = list("Inputs for the agent: strings, or maps with input, id and persona.", {
  type: ["string", "object"],
  errorMessage: "a string, or a map with input, id and persona",
  properties: {
    id: text("Names the input in results. It must be unique."),
    input: { type: "string", description: "The text for the agent." },
    persona: {
      type: ["string", "object"],
      errorMessage: "a persona's name, or a map with name and id",
      description: "The persona that sends the input: a name, or a map with name and id.",
      properties: { id: text("The persona's ID on the platform."), name: text("The persona's name.") },
      required: ["name"],
      additionalProperties: false,
    },
  },
  required: ["input"],
  additionalProperties: false,
}, { minItems: 1 });

const PROCESS = map("A program that reads and writes one JSON object a line.", {
  command: list("The program and its arguments, started without a shell.", text("An argument."), { minItems: 1 }),
  cwd: text("The folder that it runs in, relative to the configuration's.", { default: "." }),
  env: environment("Environment variables. `${NAME}` is another variable's value."),
  protocol: text("The protocol.", { enum: ["jsonl"], default: "jsonl" }),
  ready_pattern: text(
    "A regular expression. The agent is ready once the start (1000 characters) of a line of its output matches.",
    { format: "regex", errorMessage: "a regular expression" },
  ),
  timeout: timeout("The time limit of a run.", "2m"),
  kill_signal: text("The signal that stops it.", { enum: ["SIGTERM", "SIGINT", "SIGKILL"], default: "SIGTERM" }),
  kill_timeout: duration("How long it may take to stop before it is killed.", "2s"),
  reuse: flag("Whether a process handles one input after the other.", false),
}, { required: ["command"] });

const HTTP = map("A server that gets one request a run.", {
  method: text("The request's method.", { enum: ["GET", "POST", "PUT", "PATCH", "DELETE"], default: "POST" }),
  url: text("The URL. `${NAME}` is a variable's value, here and in headers and body_template.", {
    format: "http-url",
    errorMessage: "a URL that begins with http:// or https://",
  }),
  headers: {
    ...environment("The request's headers."),
    // RFC 9110, 5.1 and 5.5.
    propertyNames: { pattern: "^[!#$%&'*+.^_`|~\\w-]+$", errorMessage: "a valid header name" },
    additionalProperties: {
      type: "string",
      format: "header-value",
      errorMessage: "a string without line ends or other control characters",
    },
  },
  timeout: timeout("The time limit of a run, including retries.", "2m"),
  retry: map("When a request is repeated.", {
    attempts: integer("The most retries.", 0, 10, 0),
    backoff: duration("The wait before a retry; longer where the server's Retry-After says so.", "500ms"),
    status_codes: list("The response statuses to retry.", integer("An HTTP status.", 400, 599), {
      default: [429, 502, 503, 504],
    }),
  }, { default: {} }),
  body_template: { description: "The request's body, with {{input}}, {{persona}} and {{iteration}} in its strings." },
  stream: text("How the server responds: with a document, or with server-sent events.", {
    enum: ["none", "sse"],
    default: "none",
  }),
  stream_output_path: text("JSONPath to the text in the response, or in each event. The $ may be omitted.", {
    format: "json-path",
    errorMessage: "a JSONPath such as $.choices[0].text, without match() or search()",
  }),
  stream_event_filter: {
    type: ["string", "array"],
    minLength: 1,
    items: text("An event's name."),
    description: "The names of the events to read.",
    errorMessage: "an event's name, or a list of names",
  },
}, { required: ["url"] });

/** Defines the checks, error messages and defaults of `fluxloop.yaml`; printed for editors by `fluxloop test --schema`. */
export const CONFIGURATION_SCHEMA: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "fluxloop.yaml",
  ...map("What `fluxloop test` runs, and how.", {
    name: text("The experiment's name. (Default: the folder's name)"),
    iterations: integer("How often each input is run.", 1, 1000, 1),
    parallel_runs: integer("How many runs are active at the same time.", 1, 1000, 1),
    run_delay_seconds: {
      type: "number",
      minimum: 0,
      maximum: 3600,
      description: "The pause before each further run.",
      default: 0,
    },
    inputs: INPUTS_SCHEMA,
    inputs_file: text("A YAML, JSON or JSONL file of inputs, relative to the configuration's folder."),
    output_directory: text("The folder for results, relative to the configuration's.", { default: "experiments" }),
    test: map("Settings of `fluxloop test`.", {
      auto_upload: flag("Whether results are uploaded.", true),
    }, { default: {} }),
    runner: map("How to call the agent.", {
      process: PROCESS,
      http: HTTP,
      target: text("A Python function, as package.module:function, or a method, as package.module:Class.method.", {
        pattern:
          "^[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)*:[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)*$",
        errorMessage: "package.module:function",
      }),
      working_directory: text("The folder that the function runs in.", { default: "." }),
      python_path: list("Folders where Python looks for modules first.", text("A folder."), { default: [] }),
      env: environment("Environment variables of the function's process."),
      timeout: timeout("The time limit of a run of the function.", "2m"),
    }, {
      oneOf: [{ required: ["process"] }, { required: ["http"] }, { required: ["target"] }],
      dependentRequired: {
        working_directory: ["target"],
        python_path: ["target"],
        env: ["target"],
        timeout: ["target"],
      },
      errorMessage: "exactly one of process, http and target",
    }),
    guards: map("Limits for every run.", {
      max_duration: timeout("The longest time that a run may take."),
      output_char_limit: integer("The most characters of an agent's output.", 1),
    }, { default: {} }),
  }, { required: ["runner"], dependentSchemas: { inputs: { properties: { inputs_file: false } } } }),
};
