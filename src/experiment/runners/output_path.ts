import { type JsonValue, query } from "jsonpath-rfc9535";
import { extentOf } from "../../text/json.ts";
import { RunError } from "../model.ts";
import { tooLong } from "./protocol.ts";

/** Finds the text in a JSON value; `null` if there is none. @throws {RunError} When the value or the text is too large. */
export type TextFinder = (value: unknown) => string | null;

/** The maximum length of a server's output. */
export const OUTPUT_LIMIT = 8 * 1024 * 1024;
/** How deeply a response may be nested. */
const DEPTH_LIMIT = 100;
/** How many values a query may visit; it can't be interrupted. */
const VISIT_LIMIT = 10_000_000;

/**
 * Creates a function that finds the text at a JSONPath (RFC 9535) in a server's response.
 *
 * @param path Such as `$.choices[0].delta.content`; the `$` may be left out, as in the hosted documentation.
 * @returns A function that joins several texts and converts other values to JSON.
 * @throws When the path is invalid.
 */
export function textFinder(path: string): TextFinder {
  const whole = path.startsWith("$") ? path : path.startsWith("[") ? `$${path}` : `$.${path}`;
  query(null, whole);
  const visits = visitEstimate(whole);
  return (value) => {
    const { count, depth } = extentOf(value);
    if (depth > DEPTH_LIMIT || visits(count, depth) > VISIT_LIMIT) {
      throw new RunError("garbage", "The server's response is too large or too deep for stream_output_path");
    }
    let text: string | null = null;
    for (const found of query(value as JsonValue, whole)) {
      if (found === null) continue;
      text = (text ?? "") + (typeof found === "string" ? found : JSON.stringify(found));
      if (text.length > OUTPUT_LIMIT) throw tooLong(OUTPUT_LIMIT);
    }
    return text;
  };
}

/**
 * Estimates an upper bound from the parts of a path that multiply visits: a query inside a filter is evaluated for every
 * value, a second `..` for every ancestor, and each further selector in brackets doubles the rest.
 */
function visitEstimate(path: string): (count: number, depth: number) => number {
  const occurrences = (part: RegExp) => path.match(part)?.length ?? 0;
  const queries = occurrences(/\$/g);
  const descents = Math.max(0, occurrences(/\.\./g) - 1);
  const selectors = occurrences(/,/g);
  return (count, depth) => count ** queries * depth ** descents * 2 ** selectors;
}
