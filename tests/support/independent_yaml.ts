/**
 * Reads YAML with a parser that the program doesn't use: npm's `yaml`.
 *
 * @module
 */
import { parseDocument } from "yaml";

/**
 * @param text One YAML document.
 * @returns Its value: mappings as maps with string keys, integers of more than 53 bits as `bigint`.
 * @throws {Error} If it is invalid YAML.
 */
export function parseYamlIndependently(text: string): unknown {
  const document = parseDocument(text, { intAsBigInt: true, logLevel: "silent" });
  if (document.errors.length > 0) throw document.errors[0];
  return comparable(document.toJS({ mapAsMap: true }));
}

/** @returns The value without differences that don't matter: `1e3` is 1000, and a numeric key is a string. */
function comparable(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(comparable);
  if (!(value instanceof Map)) return value;
  return new Map(
    [...value].map(([key, item]) => [typeof key === "object" ? key ?? "null" : String(key), comparable(item)]),
  );
}
