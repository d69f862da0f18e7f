/**
 * The way to the agent, as a configuration names it.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { Path } from "./checked_file.ts";
import { duration } from "../text/duration.ts";
import type { HttpRunner, ProcessRunner, PythonRunner, RunnerConfiguration } from "./model.ts";
import { textFinder } from "./runners/output_path.ts";
import type { Expansion, Unexpanded } from "./variables.ts";

/** `runner`, as it stands in the file. */
export interface FileRunner {
  readonly process?: FileProcess;
  readonly http?: FileHttp;
  readonly target?: string;
  readonly working_directory?: string;
  readonly python_path?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: string;
}

interface FileProcess {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly ready_pattern?: string;
  readonly timeout?: string;
  readonly kill_signal?: ProcessRunner["killSignal"];
  readonly kill_timeout?: string;
  readonly reuse?: boolean;
}

interface FileHttp {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout?: string;
  readonly retry?: {
    readonly attempts?: number;
    readonly backoff?: string;
    readonly status_codes?: readonly number[];
  };
  readonly body_template?: unknown;
  readonly stream?: HttpRunner["stream"];
  readonly stream_output_path?: string;
  readonly stream_event_filter?: string | readonly string[];
}

/** How long a run may take where nothing else is said. */
const TIMEOUT = "2m";
/** Fields of `runner` that are the Python function's. */
const FUNCTION_FIELDS = ["working_directory", "python_path", "env", "timeout"] as const;
/** What an HTTP header may be called, and hold (RFC 9110, 5.1 and 5.5). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** A runner, and what is wrong with it beyond its schema. */
export interface ReadRunner {
  /** `null` where there are mistakes. */
  readonly configuration: RunnerConfiguration | null;
  readonly faults: readonly Unexpanded[];
}

/**
 * @param value What the file says. It may not follow the schema: then there are mistakes, and this may find more.
 * @param folder The configuration's own, from which paths are taken.
 * @param expansion Expands `${…}`, and keeps what is wrong with that.
 */
export function runnerOf(value: FileRunner, folder: string, expansion: Expansion): ReadRunner {
  const faults: Unexpanded[] = [];
  const fault = (path: Path, message: string) => faults.push({ path: ["runner", ...path], message });
  if (value.target === undefined) {
    for (const name of FUNCTION_FIELDS.filter((it) => value[it] !== undefined)) {
      const place = value.process === undefined ? "" : placeOf(name);
      fault([name], `belongs to target, which is missing${place}`);
    }
  }
  // Each one that is there is looked at: which of them is too many is for the person to say.
  const readers: (() => RunnerConfiguration)[] = [
    ...(value.process === undefined ? [] : [() => processOf(value.process!, folder, expansion, fault)]),
    ...(value.http === undefined ? [] : [() => httpOf(value.http!, expansion, fault)]),
    ...(value.target === undefined ? [] : [() => functionOf(value, folder, expansion)]),
  ];
  const [configuration = null] = readers.map(readLeniently);
  return { configuration: faults.length > 0 ? null : configuration, faults };
}

/** @returns What was read; `null` where it does not follow the schema, which whoever checked that has said. */
function readLeniently(read: () => RunnerConfiguration): RunnerConfiguration | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function placeOf(name: typeof FUNCTION_FIELDS[number]): string {
  if (name === "python_path") return "";
  return `; expected runner.process.${name === "working_directory" ? "cwd" : name}`;
}

type Tell = (path: Path, message: string) => void;

function processOf(value: FileProcess, folder: string, expansion: Expansion, fault: Tell): ProcessRunner {
  const env = expansion.of(value.env ?? {}, ["runner", "process", "env"]);
  let readyPattern: RegExp | null = null;
  try {
    readyPattern = value.ready_pattern === undefined ? null : new RegExp(value.ready_pattern, "u");
  } catch {
    fault(["process", "ready_pattern"], "expected a regular expression");
  }
  return {
    kind: "process",
    command: value.command,
    cwd: resolve(folder, value.cwd ?? "."),
    env,
    readyPattern,
    timeout: duration(value.timeout ?? TIMEOUT),
    killSignal: value.kill_signal ?? "SIGTERM",
    killTimeout: duration(value.kill_timeout ?? "2s"),
    reuse: value.reuse ?? false,
  };
}

function httpOf(value: FileHttp, expansion: Expansion, fault: Tell): HttpRunner {
  if (typeof value.url !== "string") throw new TypeError("No URL");
  const before = expansion.mistakes.length;
  const text = expansion.of(value.url, ["runner", "http", "url"]);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (expansion.mistakes.length === before && url?.protocol !== "http:" && url?.protocol !== "https:") {
    fault(["http", "url"], "expected a URL that begins with http:// or https://");
  }
  const headers = expansion.of(value.headers ?? {}, ["runner", "http", "headers"]);
  for (const [name, header] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) fault(["http", "headers", name], "is no name of a header");
    else if (!HEADER_VALUE.test(header)) {
      fault(["http", "headers", name], "holds what no header may, such as a line end");
    }
  }
  const { retry, stream_event_filter: filter, stream_output_path: outputPath } = value;
  if (outputPath && !isPath(outputPath)) {
    fault(["http", "stream_output_path"], "expected a JSONPath, such as $.choices[0].text");
  }
  return {
    kind: "http",
    method: value.method ?? "POST",
    url: url as URL,
    headers,
    timeout: duration(value.timeout ?? TIMEOUT),
    retry: {
      attempts: retry?.attempts ?? 0,
      backoff: duration(retry?.backoff ?? "500ms"),
      statusCodes: retry?.status_codes ?? [429, 502, 503, 504],
    },
    bodyTemplate: expansion.of(value.body_template ?? null, ["runner", "http", "body_template"]),
    stream: value.stream ?? "none",
    streamOutputPath: outputPath ?? null,
    streamEventFilter: filter === undefined ? null : typeof filter === "string" ? [filter] : filter,
  };
}

function isPath(text: string): boolean {
  try {
    textFinder(text);
    return true;
  } catch {
    return false;
  }
}

function functionOf(value: FileRunner, folder: string, expansion: Expansion): PythonRunner {
  return {
    kind: "python",
    target: value.target!,
    workingDirectory: resolve(folder, value.working_directory ?? "."),
    pythonPath: (value.python_path ?? []).map((it) => resolve(folder, it)),
    env: expansion.of(value.env ?? {}, ["runner", "env"]),
    timeout: duration(value.timeout ?? TIMEOUT),
  };
}
