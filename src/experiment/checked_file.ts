/**
 * A YAML, JSON or JSONL file, checked against a schema: its value, or all of its mistakes, each with its place. What
 * stands in the file is not repeated: it may be somebody's key.
 *
 * @module
 */
import { type OutputUnit, Validator } from "@cfworker/json-schema";
import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { ConfigurationError, type Mistake } from "../errors.ts";
import type { Schema } from "./configuration_schema.ts";

/** The way from a file's top to a value in it. */
export type Path = readonly (string | number)[];

/** A file that was read. */
export interface CheckedFile {
  /** Its value; `undefined` where it cannot even be parsed. */
  readonly value: unknown;
  /** What is wrong with it. */
  readonly mistakes: Mistake[];
  /** @returns A mistake at a place of this file. */
  mistakeAt(path: Path, message: string): Mistake;
  /** @returns The YAML document, which keeps comments and order. */
  document(): Document;
}

/** The largest file that is read, in bytes. */
const SIZE_LIMIT = 64 * 1024 * 1024;

/**
 * @param path An absolute path.
 * @param shown The path as people are told it.
 * @param schema What its value must be.
 * @throws {ConfigurationError} When the file cannot be read.
 */
export function readCheckedFile(path: string, shown: string, schema: Schema): CheckedFile {
  const text = readText(path, shown);
  return path.endsWith(".jsonl") ? checkLines(text, shown, schema) : checkText(text, shown, schema);
}

function readText(path: string, shown: string): string {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile || size > SIZE_LIMIT) {
      throw new ConfigurationError(`${shown} is ${isFile ? "too large: more than 64 MiB" : "no file"}`);
    }
    bytes = Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    throw new ConfigurationError(isMissing ? `There is no file ${shown}` : `${shown} cannot be read`, { cause: error });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${shown} is not UTF-8 text`);
  }
}

/**
 * @param text YAML or JSON.
 * @param shown The file's path, as people are told it.
 * @param schema What its value must be.
 */
export function checkText(text: string, shown: string, schema: Schema): CheckedFile {
  const lines = new LineCounter();
  let parsed: Document | undefined;
  const document = () => parsed ??= parseYaml(text, lines);
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file: shown, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const mistakeAt = (path: Path, message: string): Mistake => ({
    ...place(offsetOf(document(), path)),
    path: pathText(path),
    message,
  });
  const file = { mistakeAt, document };
  // What is JSON is read in a hundredth of the time; places are looked for when somebody is to be told one.
  let value = shown.endsWith(".json") ? jsonValue(text) : undefined;
  if (value === undefined) {
    const { errors: faults, warnings } = document();
    // A tag such as !env has a meaning to somebody, and none here: the text behind it is not what was meant.
    const errors = [...faults, ...warnings.filter((it) => it.code === "TAG_RESOLVE_FAILED")];
    if (errors.length > 0) {
      const mistakes = errors.map(({ pos, code }) => ({
        ...place(pos[0]),
        path: "",
        message: syntaxFault(code, shown),
      }));
      return { ...file, value: undefined, mistakes };
    }
    try {
      value = document().toJS({ maxAliasCount: 1000 });
    } catch {
      const message = "an alias refers to nothing, or to too much";
      return { ...file, value: undefined, mistakes: [{ ...place(0), path: "", message }] };
    }
  }
  const mistakes = mistakesIn(value, schema).map(({ path, message }) => mistakeAt(path, message));
  return { ...file, value, mistakes };
}

function checkLines(text: string, shown: string, schema: Schema): CheckedFile {
  const values: unknown[] = [];
  const lineOf: number[] = [];
  const mistakes: Mistake[] = [];
  const mistake = (line: number, path: Path, message: string) => ({
    ...{ file: shown, line, column: 1 },
    ...{ path: pathText(path), message },
  });
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const value = jsonValue(line);
    if (value === undefined) mistakes.push(mistake(index + 1, [], "is not valid JSON"));
    else lineOf[values.push(value) - 1] = index + 1;
  }
  const mistakeAt = ([index = 0, ...path]: Path, message: string) =>
    mistake(lineOf[index as number] ?? 1, path, message);
  if (mistakes.length === 0) {
    for (const { path, message } of mistakesIn(values, schema)) mistakes.push(mistakeAt(path, message));
  }
  return { value: values, mistakes, mistakeAt, document: () => parseDocument("") };
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string, lineCounter: LineCounter): Document {
  // Its own messages quote the text around a mistake.
  return parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error", merge: true });
}

/** @returns The parser's word for a mistake, as a part of a sentence. */
function syntaxFault(code: string, shown: string): string {
  if (shown.endsWith(".json")) return "is not valid JSON";
  if (code === "DUPLICATE_KEY") return "stands twice; expected each field once";
  if (code === "TAB_AS_INDENT") return "is not valid YAML: a tab stands where spaces belong";
  if (code === "MULTIPLE_DOCS") return "holds several documents; expected one";
  if (code === "TAG_RESOLVE_FAILED") return "has a tag that is not known; expected none";
  return `is not valid YAML (${code.toLowerCase().replaceAll("_", " ")})`;
}

/** @returns Where a value stands, or what it would stand in; for a field that should not be there, the field's name. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] ?? 0 : 0;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => (isScalar(key) ? key.value : key) === step) : undefined;
    const next = pair?.value ?? (isCollection(node) ? node.get(step, true) : undefined);
    const named = [pair?.key, next].find((it) => isNode(it) && it.range);
    if (!isNode(named)) break;
    offset = named.range![0];
    node = next;
  }
  return offset;
}

/** @returns Such as `runner.http.url` or `inputs[3].id`. */
function pathText(path: Path): string {
  return path.map((it) => typeof it === "number" ? `[${it}]` : `.${it}`).join("").replace(/^\./, "");
}

interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** Keywords that only say that something below them is wrong. */
const WRAPPERS: readonly string[] = ["properties", "items", "additionalProperties"];

/** @returns All that is wrong with a value. */
function mistakesIn(value: unknown, schema: Schema): Fault[] {
  let errors: OutputUnit[];
  try {
    errors = new Validator(schema as object, "2020-12", false).validate(value).errors;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    // The validator names places as a part of an address, which holds whole characters alone.
    return [{ path: [], message: "a field's name holds half a character" }];
  }
  const leaves = errors.filter(({ keyword, keywordLocation }) =>
    !WRAPPERS.includes(keyword) && !keywordLocation.includes("/oneOf/")
  );
  const seen = new Set<string>();
  return leaves.map((unit) => faultOf(unit, value, schema)).filter(({ path, message }) => {
    const fault = JSON.stringify([path, message]);
    return !seen.has(fault) && seen.add(fault);
  });
}

function faultOf(
  { keyword, instanceLocation, keywordLocation, error }: OutputUnit,
  root: unknown,
  schema: Schema,
): Fault {
  const path = stepsOf(instanceLocation, root);
  if (keyword === "false") {
    const known = Object.keys(schemaAt(schema, path.slice(0, -1))?.properties ?? {});
    return { path, message: `no such field; expected one of ${known.join(", ")}` };
  }
  if (keyword === "required") {
    const [, name = ""] = /"(.*)"\.$/.exec(error) ?? [];
    const missing = [...path, name];
    return { path: missing, message: `is missing; expected ${expectation(schemaAt(schema, missing), "")}` };
  }
  return { path, message: `expected ${expectation(schemaAt(schema, path), keywordLocation)}` };
}

function stepsOf(location: string, root: unknown): Path {
  let at = root;
  return location.split("/").slice(1).map((part) => {
    const name = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(at) ? Number(name) : name;
    at = (at as Record<string | number, unknown>)?.[step];
    return step;
  });
}

/** @returns The definition of what stands at a place. */
function schemaAt(schema: Schema, path: Path): Schema | undefined {
  let at: Schema | undefined = schema;
  for (const step of path) {
    const others: Schema | boolean | undefined = at?.additionalProperties;
    if (typeof step === "number") at = at?.items;
    else if (at?.properties !== undefined && Object.hasOwn(at.properties, step)) at = at.properties[step];
    else at = typeof others === "object" ? others : undefined;
  }
  return at;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

/** @returns What is expected at a place, behind "expected". */
function expectation(schema: Schema | undefined, keywordLocation: string): string {
  if (schema === undefined) return "something else";
  if (schema.errorMessage !== undefined) return schema.errorMessage;
  if (schema.enum !== undefined) return schema.enum.length === 1 ? schema.enum[0] : `one of ${schema.enum.join(", ")}`;
  const { minimum, maximum } = schema;
  const bounds = minimum === undefined
    ? ""
    : maximum === undefined
    ? ` from ${minimum} on`
    : ` from ${minimum} to ${maximum}`;
  const filled = /\/(?:minLength|minItems)$/.test(keywordLocation) ? " that is not empty" : "";
  return (TYPES[String(schema.type)] ?? "something else") + bounds + filled;
}
