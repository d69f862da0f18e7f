// Valid in JSON, but terminals interpret them as commands or as a change of text direction.
const HARMFUL = new RegExp(
  "[\\x7f-\\x9f\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff\\ufff9-\\ufffb]",
  "g",
);
/** An unpaired surrogate: some parsers reject a document that contains one. */
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

/** The field names and list indexes that lead from a document's root to a value. */
export type Path = readonly (string | number)[];

/**
 * Formats a JSON document, with a final newline. Harmful characters and workflow commands of CI systems are escaped.
 *
 * @param indent 0 for one line.
 */
export function jsonText(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent)
    .replace(LONE_SURROGATE, "$1\\ufffd")
    .replaceAll("##[", "#\\u0023[")
    .replace(HARMFUL, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${text}\n`;
}

/** Parses JSON; `undefined` if it is invalid. The parser's own message would quote the text, which may be a secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Tells whether a JSON value is an object, not null or a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Parses a JSON object; `null` if the text isn't one. */
export function parseObject(text: string): Record<string, unknown> | null {
  const value = parseJson(text);
  return isObject(value) ? value : null;
}

/** Maps the strings in a JSON value, at any depth. */
export function mapTexts(
  value: unknown,
  map: (text: string, path: Path) => unknown,
  path: Path = [],
): unknown {
  if (typeof value === "string") return map(value, path);
  if (Array.isArray(value)) return value.map((it, index) => mapTexts(it, map, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, mapTexts(it, map, [...path, name])]));
}

/** The size of a JSON value. */
export interface Extent {
  /** The number of values, itself included. */
  readonly count: number;
  /** How deeply they are nested, at most {@linkcode DEEPEST}; 0 for a string or a number. */
  readonly depth: number;
}

/** Deeper values aren't visited: the program's own stack is limited. */
const DEEPEST = 1000;

/** Measures a JSON value. */
export function extentOf(value: unknown, level = 0): Extent {
  let count = 1;
  let depth = 0;
  if (typeof value !== "object" || value === null || level >= DEEPEST) return { count, depth };
  for (const child of Object.values(value)) {
    const extent = extentOf(child, level + 1);
    count += extent.count;
    depth = Math.max(depth, extent.depth + 1);
  }
  return { count, depth };
}
