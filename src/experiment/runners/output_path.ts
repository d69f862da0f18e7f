/**
 * Where the text is in what an agent's server sends (`stream_output_path`), as JSONPath (RFC 9535).
 *
 * @module
 */
import { type JsonValue, query } from "jsonpath-rfc9535";
import { ConfigurationError } from "../../errors.ts";

/** Finds the text in a JSON value; `null` where it has nothing at that place. */
export type TextFinder = (value: unknown) => string | null;

/**
 * @param path Such as `$.choices[0].delta.content`; the `$` may be left out, as the hosted documentation has it.
 * @returns What finds the text there. Several places' texts are put together; what is no text is written as JSON.
 * @throws {ConfigurationError} When it is no JSONPath.
 */
export function textFinder(path: string): TextFinder {
  const whole = path.startsWith("$") ? path : path.startsWith("[") ? `$${path}` : `$.${path}`;
  try {
    query(null, whole);
  } catch (error) {
    throw new ConfigurationError("runner.http.stream_output_path is no JSONPath, such as $.choices[0].text", {
      cause: error,
    });
  }
  const plain = plainPath(whole);
  return (value) => {
    const found = (plain === null ? query(value as JsonValue, whole) : at(value, plain)).filter((it) => it !== null);
    if (found.length === 0) return null;
    return found.map((it) => typeof it === "string" ? it : JSON.stringify(it)).join("");
  };
}

/** @returns The names and places of a path that has nothing else, which most have; they need no reading for each event. */
function plainPath(path: string): readonly (string | number)[] | null {
  if (!/^\$(?:\.[A-Za-z_]\w*|\[\d{1,9}\])*$/.test(path)) return null;
  return Array.from(path.matchAll(/\.(\w+)|\[(\d+)\]/g), ([, name, place]) => name ?? Number(place));
}

function at(value: unknown, path: readonly (string | number)[]): unknown[] {
  for (const step of path) {
    const isThere = typeof step === "number" ? Array.isArray(value) : isRecord(value);
    if (!isThere || !Object.hasOwn(value as object, step)) return [];
    value = (value as Record<string | number, unknown>)[step];
  }
  return [value];
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
