/**
 * YAML, JSON and JSONL files. A mistake is reported with its place and never with the file's text, which may hold a key.
 *
 * @module
 */
import { ConfigurationError, type Mistake } from "../errors.ts";
import { extentOf } from "../text/json.ts";
import type { Path } from "../text/json_schema.ts";
import { DEPTH_LIMIT, type Place, YamlDocument } from "./yaml_document.ts";

/** The lines of a file that aren't blank. */
export class Lines {
  /** Where each line starts, and its number in the file. */
  readonly #starts: Uint32Array;
  readonly #numbers: Uint32Array;
  readonly length: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

  constructor(private readonly bytes: Uint8Array) {
    let most = 1;
    for (let at = bytes.indexOf(LINE_END); at >= 0; at = bytes.indexOf(LINE_END, at + 1)) most++;
    this.#starts = new Uint32Array(most);
    this.#numbers = new Uint32Array(most);
    let length = 0;
    let number = 1;
    for (let start = 0; start < bytes.length; number++) {
      const end = this.#endOf(start);
      if (bytes.subarray(start, end).some((it) => !BLANKS.includes(it))) {
        this.#starts[length] = start;
        this.#numbers[length++] = number;
      }
      start = end + 1;
    }
    this.length = length;
  }

  /** @throws {TypeError} When the line isn't UTF-8 text. */
  at(index: number): string {
    const start = this.#starts[index];
    return this.#decoder.decode(this.bytes.subarray(start, this.#endOf(start)));
  }

  numberOf(index: number): number {
    return this.#numbers[index] || 1;
  }

  #endOf(start: number): number {
    const end = this.bytes.indexOf(LINE_END, start);
    return end < 0 ? this.bytes.length : end;
  }
}

/** Something wrong with a value of a file. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** A file that was read. */
export interface SourceFile {
  /** `undefined` where the file can't be parsed. */
  readonly value: unknown;
  /** Why it can't. */
  readonly mistakes: readonly Mistake[];
  mistakeOf(fault: Fault): Mistake;
}

const MIB = 1024 * 1024;
/** The largest YAML file, in bytes: parsing one takes seconds, and nothing can interrupt it. */
const YAML_LIMIT = 4 * MIB;
/** The largest JSON or JSONL file of inputs, in bytes. */
const JSON_LIMIT = 64 * MIB;
const LINE_END = 0x0a;
/** Tab, carriage return, space. */
const BLANKS = [0x09, 0x0d, 0x20];
const START: Place = { line: 1, column: 1 };
/** What is wrong with text that should be JSON. */
export const NOT_JSON = "invalid JSON";

/**
 * @param path An absolute path of a YAML or JSON file.
 * @param shown The path as people know it.
 * @throws {ConfigurationError} When the file can't be read or is too large.
 */
export function readSourceFile(path: string, shown: string): SourceFile {
  const bytes = readBytes(path, shown);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return parseDocument(text, shown, path.endsWith(".json"));
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigurationError(`${shown} isn't UTF-8 text`);
    throw error;
  }
}

/**
 * @param path A JSONL file; otherwise as above.
 * @throws {ConfigurationError} When the file can't be read or is too large.
 */
export function readLines(path: string, shown: string): Lines {
  return new Lines(readBytes(path, shown));
}

function readBytes(path: string, shown: string): Uint8Array {
  const limit = /\.jsonl?$/.test(path) ? JSON_LIMIT : YAML_LIMIT;
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) throw new ConfigurationError(`${shown} isn't a regular file`);
    if (size > limit) {
      const hint = limit === YAML_LIMIT ? "; put large inputs into a JSON or JSONL file (inputs_file)" : "";
      throw new ConfigurationError(`${shown} is larger than ${limit / MIB} MiB${hint}`);
    }
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    throw new ConfigurationError(isMissing ? `There is no file ${shown}` : `Can't read ${shown}`, { cause: error });
  }
}

function parseDocument(text: string, shown: string, isJson: boolean): SourceFile {
  const mistake = (place: Place, message: string, path = ""): Mistake => ({ file: shown, ...place, path, message });
  let parsed: YamlDocument | undefined;
  const yaml = () => parsed ??= new YamlDocument(text);
  const hasPlaces = text.length <= YAML_LIMIT;
  const mistakeOf = ({ path, message }: Fault) =>
    mistake(hasPlaces ? yaml().placeOf(path) : START, message, pathText(path));
  const broken = (mistakes: Mistake[]): SourceFile => ({ value: undefined, mistakes, mistakeOf });

  // JSON is read much faster as such; places are looked up when a mistake is reported.
  const value = isJson ? parseJson(text) : undefined;
  if (value !== undefined) {
    const isTooDeep = extentOf(value).depth > DEPTH_LIMIT;
    if (isTooDeep) return broken([mistake(START, `nested too deeply; expected at most ${DEPTH_LIMIT} levels`)]);
    return { value, mistakes: [], mistakeOf };
  }
  if (!hasPlaces) return broken([mistake(START, NOT_JSON)]);
  const { faults } = yaml();
  if (faults.length > 0) return broken(faults.map((it) => mistake(it.place, isJson ? NOT_JSON : it.message)));
  return { value: yaml().value(), mistakes: [], mistakeOf };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns Such as `runner.http.url` or `inputs[3].id`. */
export function pathText(path: Path): string {
  return path.map((it) => typeof it === "number" ? `[${it}]` : `.${it}`).join("").replace(/^\./, "");
}
