import { type JsonValue, query } from "jsonpath-rfc9535";
import { extentOf } from "../../text/json.ts";

/** Finds the text in a JSON value, `null` where there is none; `exhausting`: the value is too deep or too large for the path. */
export type TextFinder = (
  value: unknown,
  limit: number,
) => { readonly text: string | null } | "exhausting" | "too long";

/** How deep a response may be nested. */
const DEPTH_LIMIT = 100;
/** How many values a query may visit; it can't be interrupted. */
const VISIT_LIMIT = 10_000_000;

/** @returns Whether a text can be a `stream_output_path`. */
export function isJsonPath(text: string): boolean {
  try {
    textFinder(text);
    // Their regular expressions may take hours on a text that the agent chooses.
    return !/\b(?:match|search)\(/.test(text);
  } catch {
    return false;
  }
}

/**
 * Finds text in a server's response, by a JSONPath (RFC 9535).
 *
 * @param path Such as `$.choices[0].delta.content`; the `$` may be left out, as the hosted documentation has it.
 * @returns What finds the text there, `limit` characters at most. Several texts are joined; other values become JSON.
 */
export function textFinder(path: string): TextFinder {
  const whole = path.startsWith("$") ? path : path.startsWith("[") ? `$${path}` : `$.${path}`;
  query(null, whole);
  const visits = visitEstimate(whole);
  return (value, limit) => {
    const { count, depth } = extentOf(value);
    if (depth > DEPTH_LIMIT || visits(count, depth) > VISIT_LIMIT) return "exhausting";
    let text: string | null = null;
    for (const found of query(value as JsonValue, whole)) {
      if (found === null) continue;
      text = (text ?? "") + (typeof found === "string" ? found : JSON.stringify(found));
      if (text.length > limit) return "too long";
    }
    return { text };
  };
}

/**
 * An upper bound, by the parts of a path that multiply: a query inside a filter is evaluated for every value, a second `..`
 * for every ancestor, and each further selector in brackets doubles the rest.
 */
function visitEstimate(path: string): (count: number, depth: number) => number {
  const occurrences = (part: RegExp) => path.match(part)?.length ?? 0;
  const queries = occurrences(/\$/g);
  const descents = Math.max(0, occurrences(/\.\./g) - 1);
  const selectors = occurrences(/,/g);
  return (count, depth) => count ** queries * depth ** descents * 2 ** selectors;
}
