/**
 * The credentials file's bytes as a YAML value. Whatever is wrong with them is told by place alone: the text itself may
 * be a key.
 *
 * @module
 */
import { ConfigurationError } from "../errors.ts";

type Yaml = typeof import("@std/yaml");

let yaml: Yaml | null = null;

/**
 * Makes ready what {@linkcode parseCredentials} and {@linkcode credentialsText} need. Plain files are read without it,
 * and its start would be a tenth of what `auth status` takes; under the lock there is nothing to wait for.
 */
export async function loadYaml(): Promise<void> {
  yaml ??= await import("@std/yaml");
}

function loaded(): Yaml {
  if (yaml === null) throw new Error("The YAML library was not made ready");
  return yaml;
}

/** The largest file that is read or written, in bytes: some 80,000 profiles. It bounds the time that a hostile one can take. */
export const SIZE_LIMIT = 16 * 1024 * 1024;
/** YAML forbids tabs for indentation; the parser takes such a line for one without any, and loses whose it is. */
const TAB = /^ *\t[\t ]*[^\t \r\n#]/m;

/**
 * @param bytes A file's content.
 * @param shown The file's path, for messages.
 * @returns Its text, without a byte-order mark.
 * @throws {ConfigurationError} When it is no UTF-8.
 */
export function decodeCredentials(bytes: Uint8Array<ArrayBuffer>, shown: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(shown, "is not UTF-8 text");
  }
}

/**
 * @param text YAML. Scalars are read by the core schema, which leaves an unquoted date the text that it is.
 * @param shown The file's path, for messages.
 * @returns The value; aliases are the same object in several places.
 * @throws {ConfigurationError} When it is not one YAML document, with line and column where the parser tells them.
 */
export function parseCredentials(text: string, shown: string): unknown {
  const library = loaded();
  const tab = TAB.exec(text);
  if (tab !== null) {
    const line = text.slice(0, tab.index).split("\n").length;
    const column = tab[0].indexOf("\t") + 1;
    throw unreadable(
      shown,
      `is not valid YAML (line ${line}, column ${column}: a tab stands where spaces belong)`,
    );
  }
  try {
    return library.parse(text, { schema: "core" });
  } catch (error) {
    if (error instanceof RangeError) throw unreadable(shown, "is not valid YAML (it is nested too deeply)");
    // The column is negative where the parser looked back over several lines.
    const [, line, column] = /at line (\d+), column (-?\d+)/.exec(error instanceof Error ? error.message : "") ?? [];
    const place = line === undefined ? "" : ` (line ${line}${Number(column) > 0 ? `, column ${column}` : ""})`;
    throw unreadable(shown, `is not valid YAML${place}`);
  }
}

/**
 * @param root The file's value.
 * @returns Its text. What stands in several places is written once, as an anchor and aliases, as it was read: a file
 * that refers to itself a thousandfold must not be written out a thousandfold.
 */
export function credentialsText(root: Record<string, unknown>): string {
  // A folded key could not be copied by hand.
  const options = { lineWidth: -1, quoteStyle: '"' as const };
  return loaded().stringify(root, options);
}

/**
 * @param shown The file's path.
 * @param fault What is wrong with it, as the rest of a sentence.
 * @returns The error, which tells how to go on.
 */
export function unreadable(shown: string, fault: string): ConfigurationError {
  return new ConfigurationError(
    `${shown} ${fault}; repair it, or move it away (mv ${shown} ${shown}.old) and log in again`,
  );
}
