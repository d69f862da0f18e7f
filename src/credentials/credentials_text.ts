/**
 * Parses the credentials file. Errors give only the line and column, because the text itself may be a key.
 *
 * @module
 */
import { parse } from "@std/yaml";
import { ConfigurationError } from "../errors.ts";

/** The largest file that is read or written, in bytes. It limits the time that a malicious file can take. */
export const SIZE_LIMIT = 16 * 1024 * 1024;
/** YAML forbids tabs for indentation, but the parser treats such a line as unindented. */
const TAB = /^ *\t[\t ]*[^\t \r\n#]/m;

/** Decodes UTF-8 and drops a byte-order mark. */
export function decodeCredentials(bytes: Uint8Array<ArrayBuffer>, shown: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(shown, "isn't UTF-8 text");
  }
}

/**
 * Parses YAML with the core schema, in which an unquoted date is a string.
 *
 * @returns The value; an alias and its target are the same object.
 * @throws {ConfigurationError} When it isn't one YAML document, with line and column if the parser tells them, or a value
 * contains itself.
 */
export function parseCredentials(text: string, shown: string): unknown {
  const tab = TAB.exec(text);
  if (tab !== null) {
    const line = text.slice(0, tab.index).split("\n").length;
    const column = tab[0].indexOf("\t") + 1;
    const place = `line ${line}, column ${column}`;
    throw unreadable(shown, `isn't valid YAML (${place}: indented with a tab instead of spaces)`);
  }
  let value: unknown;
  let isCircular: boolean;
  try {
    value = parse(text, { schema: "core" });
    isCircular = containsItself(value);
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(shown, "isn't valid YAML (it is nested too deeply)");
    // The column is negative where the parser looked back over several lines.
    const [, line, column] = /at line (\d+), column (-?\d+)/.exec(error instanceof Error ? error.message : "") ?? [];
    const place = line === undefined ? "" : ` (line ${line}${Number(column) > 0 ? `, column ${column}` : ""})`;
    throw unreadable(shown, `isn't valid YAML${place}`);
  }
  // Editing such a file would copy the value into itself endlessly.
  if (isCircular) throw unreadable(shown, "has a value that contains an alias to itself");
  return value;
}

function containsItself(value: unknown, above = new Set<unknown>(), checked = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null || checked.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((it) => containsItself(it, above, checked));
  above.delete(value);
  checked.add(value);
  return found;
}

/**
 * Tells whether two YAML values are equal, with or without aliases. Each pair of objects is compared once: expanded
 * aliases can be larger than any memory.
 */
export function isSameValue(a: unknown, b: unknown, seen = new Map<unknown, unknown>()): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) =>
    Object.hasOwn(b, name) &&
    isSameValue((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], seen)
  );
}

/** Creates the error for a file with a fault, such as `isn't UTF-8 text`. */
export function unreadable(shown: string, fault: string): ConfigurationError {
  return new ConfigurationError(`${shown} ${fault}; repair it, or move it to ${shown}.old and log in again`);
}
