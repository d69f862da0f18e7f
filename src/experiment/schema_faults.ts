import { SchemaDocument, type SchemaError } from "../text/json_schema.ts";
import type { Schema } from "./configuration_schema.ts";
import { textFinder } from "./runners/output_path.ts";
import type { Fault } from "./source_file.ts";

/** Formats that are checked after variables have been expanded; editors ignore them. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  "duration-text": () => true, // Its pattern is sufficient.
  "http-url": (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
  "header-value": (text) => /^[\t\x20-\x7e\x80-\xff]*$/.test(text),
  // Regular expressions in a path could take hours on a text that the agent returns.
  "json-path": (text) => !/\b(?:match|search)\(/.test(text) && succeeds(() => textFinder(text)),
  regex: (text) => succeeds(() => new RegExp(text, "u")),
};

/** Lists where a value doesn't match the schema, and what is expected there. */
export function schemaFaults(schema: Schema, value: unknown): Fault[] {
  return new SchemaDocument(schema, FORMATS).errors(value).map((it) => ({ path: it.path, message: messageOf(it) }));
}

/** Keeps one fault per value: several may have the same cause, such as an unset variable and the URL that contains it. */
export function firstAtEachPath(faults: readonly Fault[]): Fault[] {
  return [...Map.groupBy(faults, (it) => JSON.stringify(it.path)).values()].map(([first]) => first);
}

function succeeds(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function messageOf({ path, keyword, schema }: SchemaError): string {
  const { properties = {}, dependentRequired }: Schema = schema;
  const field = path.at(-1)!;
  if (keyword === "additionalProperties") {
    return `unknown field; expected one of ${Object.keys(properties).join(", ")}`;
  }
  if (keyword === "required") return `missing; expected ${expectation(properties[field], keyword)}`;
  if (keyword === "dependentRequired") return `requires ${dependentRequired[field]}`;
  if (keyword === "false schema") return "can't be combined with inputs";
  return `expected ${expectation(schema, keyword)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
};

/** Returns what a schema expects, as a part of a sentence. */
function expectation(schema: Schema, keyword: string): string {
  if (schema.errorMessage !== undefined) return schema.errorMessage;
  if (schema.enum !== undefined) return schema.enum.length === 1 ? schema.enum[0] : `one of ${schema.enum.join(", ")}`;
  const { minimum, maximum } = schema;
  const lowest = minimum === undefined ? "" : maximum === undefined ? ` of at least ${minimum}` : ` from ${minimum}`;
  const highest = maximum === undefined ? "" : ` to ${maximum}`;
  const filled = keyword === "minLength" || keyword === "minItems" ? " that isn't empty" : "";
  return (TYPES[String(schema.type)] ?? "a valid value") + lowest + highest + filled;
}
