/**
 * What `fluxloop.yaml` may hold, as one JSON Schema: it is what files are checked against, what is told of a mistake and
 * what editors get from `fluxloop test --schema`. `errorMessage` is the field that editors know for that.
 *
 * @module
 */

/** The part of JSON Schema (2020-12) that the definition is written in. */
export interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  /** What is expected, behind "expected", where the rest of the schema does not tell. */
  readonly errorMessage?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
}

const text = (description: string, more: Partial<Schema> = {}): Schema => ({
  type: "string",
  minLength: 1,
  description,
  ...more,
});
const span = (description: string, standard: string): Schema => ({
  type: "string",
  pattern: "^\\d{1,9}(\\.\\d{1,3})?(ms|s|m|h)$",
  errorMessage: "a span of time such as 500ms, 30s or 2m",
  description,
  default: standard,
});
/** A span that something has to be done in: nothing is done in none. */
const bound = (description: string, standard: string): Schema => ({
  ...span(description, standard),
  pattern: "^(?=[^a-z]*[1-9])\\d{1,9}(\\.\\d{1,3})?(ms|s|m|h)$",
  errorMessage: "a span of time above zero such as 500ms, 30s or 2m",
});
const map = (
  description: string,
  properties: Readonly<Record<string, Schema>>,
  more: Partial<Schema> = {},
): Schema => ({
  type: "object",
  description,
  properties,
  additionalProperties: false,
  ...more,
});
const texts = (description: string, more: Partial<Schema> = {}): Schema => ({
  type: "array",
  items: text("One of them."),
  description,
  ...more,
});
const environment = (description: string): Schema => ({
  type: "object",
  additionalProperties: { type: "string" },
  description,
});

/** A list of inputs, in the configuration or in a file of their own. */
export const INPUTS_SCHEMA: Schema = {
  type: "array",
  description: "What is said to the agent, one run each: texts, or maps with an id and a persona.",
  minItems: 1,
  items: {
    type: ["string", "object"],
    errorMessage: "a text, or a map with input, id and persona",
    properties: {
      id: text("Names the input in results. It stands once."),
      input: { type: "string", description: "What is said." },
      persona: {
        type: ["string", "object"],
        errorMessage: "a persona's name, or a map with name and id",
        description: "Who says it: a name, or a map with name and id.",
        properties: { id: text("The platform's id of it."), name: text("Its name.") },
        required: ["name"],
        additionalProperties: false,
      },
    },
    required: ["input"],
    additionalProperties: false,
  },
};

const PROCESS = map("A program that speaks one JSON object a line.", {
  command: texts("The program and its arguments. No shell reads them.", { minItems: 1 }),
  cwd: text("The folder that it runs in, from the configuration's own.", { default: "." }),
  env: environment("Variables of its environment. `${NAME}` is another variable's value."),
  protocol: text("How it is spoken to.", { enum: ["jsonl"], default: "jsonl" }),
  ready_pattern: text(
    "A regular expression. The agent is ready once the start of a line of its output (1000 characters) matches.",
  ),
  timeout: bound("How long a run may take.", "2m"),
  kill_signal: text("What ends it.", { enum: ["SIGTERM", "SIGINT", "SIGKILL"], default: "SIGTERM" }),
  kill_timeout: span("How long it has to end after that.", "2s"),
  reuse: { type: "boolean", description: "Whether a process takes one input after the other.", default: false },
}, { required: ["command"] });

const HTTP = map("A server that is asked once a run.", {
  method: text("The request's method.", { enum: ["GET", "POST", "PUT", "PATCH", "DELETE"], default: "POST" }),
  url: text("Where it is asked. `${NAME}` is a variable's value, here and in headers and body."),
  headers: environment("The request's headers."),
  timeout: bound("How long a run may take, repetitions included.", "2m"),
  retry: map("When a request is made again.", {
    attempts: { type: "integer", minimum: 0, maximum: 10, description: "How often at most.", default: 0 },
    backoff: span("The wait before it is; longer where the server's Retry-After asks for that.", "500ms"),
    status_codes: {
      type: "array",
      items: { type: "integer", minimum: 400, maximum: 599, description: "An HTTP status." },
      description: "Answers after which it is made again.",
      default: [429, 502, 503, 504],
    },
  }),
  body_template: {
    description: "The request's body, with {{input}}, {{persona}} and {{iteration}} in its texts.",
  },
  stream: text("How the answer comes: whole, or as server-sent events.", { enum: ["none", "sse"], default: "none" }),
  stream_output_path: text("JSONPath to the text of an answer, or of each event. Its $ may be left out."),
  stream_event_filter: {
    type: ["string", "array"],
    minLength: 1,
    items: text("An event's name."),
    description: "The events that count, by name.",
    errorMessage: "an event's name, or a list of them",
  },
}, { required: ["url"] });

/** The whole of `fluxloop.yaml`. */
export const CONFIGURATION_SCHEMA: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "fluxloop.yaml",
  ...map("What `fluxloop test` runs, and how.", {
    name: text("The experiment's name. (Default: the folder's)"),
    iterations: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      description: "How often each input is run.",
      default: 1,
    },
    parallel_runs: {
      type: "integer",
      minimum: 1,
      maximum: 1000,
      description: "How many runs there are at once.",
      default: 1,
    },
    run_delay_seconds: {
      type: "number",
      minimum: 0,
      maximum: 3600,
      description: "The wait before each further run.",
      default: 0,
    },
    inputs: INPUTS_SCHEMA,
    inputs_file: text("A YAML, JSON or JSONL file of inputs, from the configuration's own folder."),
    output_directory: text("Where results go, from the configuration's own folder.", { default: "experiments" }),
    test: map("How `fluxloop test` goes about it.", {
      auto_upload: { type: "boolean", description: "Whether results are uploaded.", default: true },
    }),
    runner: map("The way to the agent.", {
      process: PROCESS,
      http: HTTP,
      target: text("A Python function, as package.module:function, or a method, as package.module:Class.method.", {
        pattern:
          "^[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)*:[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)*$",
        errorMessage: "package.module:function",
      }),
      working_directory: text("The folder that the function runs in.", { default: "." }),
      python_path: texts("Folders that come first where Python looks for modules."),
      env: environment("Variables of the function's environment."),
      timeout: bound("How long a run of the function may take.", "2m"),
    }, {
      required: [],
      oneOf: [{ required: ["process"] }, { required: ["http"] }, { required: ["target"] }],
      errorMessage: "exactly one of process, http and target",
    }),
    guards: map("What ends a run before its time.", {
      max_duration: { ...bound("How long any run may take.", ""), default: undefined },
      output_char_limit: { type: "integer", minimum: 1, description: "The most characters that an agent may answer." },
    }),
  }, { required: ["runner"] }),
};
