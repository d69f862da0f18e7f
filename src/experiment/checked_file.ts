/**
 * YAML, JSON and JSONL files, checked against a schema. A mistake is reported with its place and never with the file's text,
 * which may hold a key.
 *
 * @module
 */
import { type Document, LineCounter } from "yaml";
import { ConfigurationError, type Mistake } from "../errors.ts";
import { extentOf } from "../text/json.ts";
import { type Path, SchemaDocument, type SchemaError } from "../text/json_schema.ts";
import type { Schema } from "./configuration_schema.ts";
import { DEPTH_LIMIT, YamlDocument } from "./yaml_document.ts";

export type { Path };

/** A file that was read. */
export interface CheckedFile {
  /** Its value; `undefined` where it can't be parsed. */
  readonly value: unknown;
  /** What is wrong with it. */
  readonly mistakes: Mistake[];
  /** @returns A mistake at a place of this file. */
  mistakeAt(path: Path, message: string): Mistake;
  /** @returns The YAML document, which keeps the order. */
  document(): Document;
}

const MIB = 1024 * 1024;
/** The largest YAML file, in bytes: parsing one takes seconds, and nothing can interrupt it. */
const YAML_LIMIT = 4 * MIB;
/** The largest JSON or JSONL file of inputs, in bytes. */
const JSON_LIMIT = 64 * MIB;

/**
 * @param path An absolute path.
 * @param shown The path as people know it.
 * @param schema What the file's value must match.
 * @throws {ConfigurationError} When the file can't be read or is too large.
 */
export function readCheckedFile(path: string, shown: string, schema: Schema): CheckedFile {
  const text = readText(path, shown);
  return path.endsWith(".jsonl") ? checkLines(text, shown, schema) : checkText(text, shown, schema);
}

function readText(path: string, shown: string): string {
  const limit = /\.jsonl?$/.test(path) ? JSON_LIMIT : YAML_LIMIT;
  let bytes: Uint8Array;
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) throw new ConfigurationError(`${shown} isn't a regular file`);
    if (size > limit) throw tooLarge(shown, limit);
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    throw new ConfigurationError(isMissing ? `There is no file ${shown}` : `Can't read ${shown}`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${shown} isn't UTF-8 text`);
  }
}

function tooLarge(shown: string, limit: number): ConfigurationError {
  const hint = limit === YAML_LIMIT ? "; large inputs belong in a JSON or JSONL file (inputs_file)" : "";
  return new ConfigurationError(`${shown} is larger than ${limit / MIB} MiB${hint}`);
}

/**
 * @param text YAML or JSON.
 * @param shown The file's path as people know it.
 * @param schema What its value must match.
 */
export function checkText(text: string, shown: string, schema: Schema): CheckedFile {
  const lines = new LineCounter();
  let parsed: YamlDocument | undefined;
  const yaml = () => parsed ??= new YamlDocument(text, lines);
  const mistake = (offset: number, message: string, path = ""): Mistake => {
    const { line, col } = lines.linePos(offset);
    return { file: shown, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  };
  const mistakeAt = (path: Path, message: string): Mistake => {
    const offset = text.length > YAML_LIMIT ? 0 : yaml().offsetOf(path);
    return mistake(offset, message, pathText(path));
  };
  const file = { mistakeAt, document: () => yaml().document };
  const broken = (mistakes: Mistake[]): CheckedFile => ({ ...file, value: undefined, mistakes });

  // JSON is read much faster as such; places are looked up when a mistake is reported.
  const isJson = shown.endsWith(".json");
  let value = isJson ? jsonValue(text) : undefined;
  if (value === undefined) {
    if (isJson && text.length > YAML_LIMIT) return broken([mistake(0, "is not valid JSON")]);
    const { faults } = yaml();
    if (faults.length > 0) {
      return broken(faults.map(({ offset, message }) => mistake(offset, isJson ? "is not valid JSON" : message)));
    }
    value = yaml().value();
  } else if (extentOf(value).depth > DEPTH_LIMIT) {
    return broken([mistake(0, `is nested too deeply; expected at most ${DEPTH_LIMIT} levels`)]);
  }
  const mistakes = errorsIn(value, schema).map(({ path, message }) => mistakeAt(path, message));
  return { ...file, value, mistakes };
}

function checkLines(text: string, shown: string, schema: Schema): CheckedFile {
  const values: unknown[] = [];
  const lineOf: number[] = [];
  const mistakes: Mistake[] = [];
  const mistake = (line: number, path: Path, message: string): Mistake => {
    return { file: shown, line, column: 1, path: pathText(path), message };
  };
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = jsonValue(line);
    if (value === undefined) mistakes.push(mistake(index + 1, [], "is not valid JSON"));
    else lineOf[values.push(value) - 1] = index + 1;
  }
  const mistakeAt = ([index = 0, ...path]: Path, message: string) =>
    mistake(lineOf[index as number] ?? 1, path, message);
  if (mistakes.length === 0) {
    for (const { path, message } of errorsIn(values, schema)) mistakes.push(mistakeAt(path, message));
  }
  const document = () => new YamlDocument("", new LineCounter()).document;
  return { value: values, mistakes, mistakeAt, document };
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns Such as `runner.http.url` or `inputs[3].id`. */
function pathText(path: Path): string {
  return path.map((it) => typeof it === "number" ? `[${it}]` : `.${it}`).join("").replace(/^\./, "");
}

/** @returns Every error once, in words for people. */
function errorsIn(value: unknown, schema: Schema): { readonly path: Path; readonly message: string }[] {
  const found = new Map<string, { readonly path: Path; readonly message: string }>();
  for (const error of new SchemaDocument(schema).errors(value)) {
    const told = { path: error.path, message: messageOf(error) };
    found.set(JSON.stringify([told.path, told.message]), told);
  }
  return [...found.values()];
}

function messageOf({ path, keyword, schema }: SchemaError): string {
  const { properties = {} } = schema as Schema;
  if (keyword === "additionalProperties") {
    return `no such field; expected one of ${Object.keys(properties).join(", ")}`;
  }
  if (keyword === "required") return `is missing; expected ${expectation(properties[path.at(-1)!], keyword)}`;
  return `expected ${expectation(schema as Schema, keyword)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

/** @returns What a schema expects, as a part of a sentence. */
function expectation(schema: Schema, keyword: string): string {
  if (schema.errorMessage !== undefined) return schema.errorMessage;
  if (schema.enum !== undefined) return schema.enum.length === 1 ? schema.enum[0] : `one of ${schema.enum.join(", ")}`;
  const { minimum, maximum } = schema;
  const lowest = minimum === undefined ? "" : maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum}`;
  const highest = maximum === undefined ? "" : ` to ${maximum}`;
  const filled = keyword === "minLength" || keyword === "minItems" ? " that isn't empty" : "";
  return (TYPES[String(schema.type)] ?? "something else") + lowest + highest + filled;
}
