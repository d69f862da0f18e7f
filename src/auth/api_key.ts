import { UsageError } from "../errors.ts";

/** An assignment that was pasted together with the key. */
const ASSIGNMENT = /^(?:export\s+)?FLUXLOOP(?:_SYNC)?_API_KEY\s*=\s*/;
const QUOTES = /^(["'`])(.*)\1$/s;
/** The characters that an HTTP header can contain: visible ASCII. */
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * Removes white space, quotes and `FLUXLOOP_API_KEY=` around a pasted key, and checks the key.
 *
 * @param origin Where the key came from, such as `--api-key`, for errors, which don't contain the key.
 */
export function parseApiKey(text: string, origin: string): string {
  const key = unquoted(unquoted(text).replace(ASSIGNMENT, ""));
  if (key === "") {
    throw new UsageError(
      `The API key from ${origin} is empty. Paste a key, or check the file or variable it comes from.`,
    );
  }
  if (key.startsWith("-")) {
    throw new UsageError(`The API key from ${origin} looks like an option. Is the key missing?`);
  }
  if (!VISIBLE.test(key)) {
    throw new UsageError(
      `The API key from ${origin} contains white space or other invalid characters. Pass only the key.`,
    );
  }
  return key;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return (QUOTES.exec(trimmed)?.[2] ?? trimmed).trim();
}
