import { UsageError } from "../errors.ts";

/** The variable of a key, pasted along with it. */
const ASSIGNMENT = /^(?:export\s+)?FLUXLOOP(?:_SYNC)?_API_KEY\s*=\s*/;
const QUOTES = /^(["'`])(.*)\1$/s;
/** What an HTTP header can have: visible ASCII. */
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * Removes what surrounds a pasted key: white space, quotes, `FLUXLOOP_API_KEY=` (design: "login").
 *
 * @param origin Where it came from, for errors, which don't repeat the key: `--api-key`, `FLUXLOOP_API_KEY`.
 */
export function parseApiKey(text: string, origin: string): string {
  const key = unquoted(unquoted(text).replace(ASSIGNMENT, ""));
  if (key === "") {
    throw new UsageError(`The API key from ${origin} is empty. Check the file or the variable that it comes from.`);
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
