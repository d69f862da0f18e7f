/**
 * YAML as a parser reads it that the program does not use: npm's `yaml`.
 *
 * @module
 */
import { parseDocument } from "yaml";

/**
 * @param text One YAML document.
 * @returns Its value, mappings as maps whose keys are texts, whole numbers of more than 53 bits as they stand there.
 * @throws {Error} When it is not YAML.
 */
export function readIndependently(text: string): unknown {
  const document = parseDocument(text, { intAsBigInt: true, logLevel: "silent" });
  if (document.errors.length > 0) throw document.errors[0];
  return comparable(document.toJS({ mapAsMap: true }));
}

/** @returns The same without what makes no difference: `1e3` is 1000, and a key that is a number is its digits. */
function comparable(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(comparable);
  if (!(value instanceof Map)) return value;
  return new Map(
    [...value].map(([key, item]) => [typeof key === "object" ? key ?? "null" : String(key), comparable(item)]),
  );
}
