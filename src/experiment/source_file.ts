import { ConfigurationError, type Mistake, MistakesError } from "../errors.ts";
import { extentOf, parseJson, type Path } from "../text/json.ts";
import { DEPTH_LIMIT, type Place, TOO_DEEP, YamlDocument } from "./yaml_document.ts";

/** An error in a value of a file. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** The content of a file, with positions for error messages. */
export interface SourceFile {
  readonly value: unknown;
  mistakeOf(fault: Fault): Mistake;
  /** Parses one value of a JSONL file again, so that the whole list needn't be kept. */
  readonly at?: (index: number) => unknown;
}

const MIB = 1024 * 1024;
const JSON_FILE = /\.json$/i;
const JSON_LINES = /\.(?:jsonl|ndjson)$/i;
/** The largest YAML file, in bytes: parsing one takes seconds, and nothing can interrupt it. */
const YAML_LIMIT = 4 * MIB;
/** The largest JSON or JSONL file of inputs, in bytes. */
const JSON_LIMIT = 64 * MIB;
const START: Place = { line: 1, column: 1 };
const NOT_JSON = "invalid JSON";

/**
 * Reads a YAML, JSON or JSONL file; the value of a JSONL file is the list of its lines' values. A mistake is reported with its
 * position, but never with the file's text, which may contain a key.
 *
 * @param path An absolute path.
 * @param shown The path for messages.
 * @throws {MistakesError} When the file can't be parsed.
 * @throws {ConfigurationError} When it can't be read or is too large.
 */
export function readSourceFile(path: string, shown: string): SourceFile {
  const text = readText(path, shown);
  return JSON_LINES.test(path) ? jsonLines(text, shown) : oneDocument(text, shown, JSON_FILE.test(path));
}

function readText(path: string, shown: string): string {
  const limit = JSON_LINES.test(path) || JSON_FILE.test(path) ? JSON_LIMIT : YAML_LIMIT;
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) throw new ConfigurationError(`${shown} isn't a regular file`);
    if (size > limit) {
      const hint = limit === YAML_LIMIT ? "; put large inputs into a JSON or JSONL file (inputs_file)" : "";
      throw new ConfigurationError(`${shown} is larger than ${limit / MIB} MiB${hint}`);
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    if (error instanceof TypeError) throw new ConfigurationError(`${shown} isn't UTF-8 text`);
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    throw new ConfigurationError(isMissing ? `There is no file ${shown}` : `Can't read ${shown}`, { cause: error });
  }
}

function jsonLines(text: string, file: string): SourceFile {
  const value: unknown[] = [];
  /** Where each value's line starts, and its number. */
  const starts: number[] = [];
  const numbers: number[] = [];
  const mistakes: Mistake[] = [];
  for (let start = 0, number = 1, end; start < text.length; start = end, number++) {
    end = text.indexOf("\n", start) + 1 || text.length;
    const line = text.slice(start, end);
    if (line.trim() === "") continue;
    const parsed = parseJson(line);
    if (parsed === undefined) mistakes.push({ file, line: number, column: 1, path: "", message: NOT_JSON });
    else {
      value.push(parsed);
      starts.push(start);
      numbers.push(number);
    }
  }
  const mistakeOf = ({ path: [index = 0, ...path], message }: Fault): Mistake => {
    return { file, line: numbers[Number(index)] ?? 1, column: 1, path: pathText(path), message };
  };
  if (mistakes.length > 0) throw new MistakesError(mistakes);
  return { value, mistakeOf, at: (index) => JSON.parse(text.slice(starts[index], starts[index + 1])) };
}

function oneDocument(text: string, shown: string, isJson: boolean): SourceFile {
  const mistake = ({ line, column }: Place, message: string, path = ""): Mistake => (
    { file: shown, line, column, path, message }
  );
  let parsed: YamlDocument | undefined;
  const yaml = () => parsed ??= new YamlDocument(text);
  const hasPlaces = text.length <= YAML_LIMIT;
  const mistakeOf = ({ path, message }: Fault) =>
    mistake(hasPlaces ? yaml().placeOf(path) : START, message, pathText(path));

  // The JSON parser is much faster; positions are looked up only when a mistake is reported.
  let value = isJson ? parseJson(text) : undefined;
  if (value === undefined) {
    const faults = hasPlaces ? yaml().faults : [{ ...START, message: NOT_JSON }];
    if (faults.length > 0) throw new MistakesError(faults.map((it) => mistake(it, isJson ? NOT_JSON : it.message)));
    value = yaml().value();
  }
  if (extentOf(value).depth > DEPTH_LIMIT) throw new MistakesError([mistake(START, TOO_DEEP)]);
  return { value, mistakeOf };
}

/** Formats a path, such as `runner.http.url` or `inputs[3].id`. */
function pathText(path: Path): string {
  return path.map((it) => typeof it === "number" ? `[${it}]` : `.${it}`).join("").replace(/^\./, "");
}
