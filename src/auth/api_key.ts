/**
 * API keys as people hand them over.
 *
 * @module
 */
import { UsageError } from "../errors.ts";

/** The variable a key is kept in, pasted along with the key. */
const ASSIGNMENT = /^(?:export\s+)?FLUXLOOP(?:_SYNC)?_API_KEY\s*=\s*/;
const QUOTES = /^(["'`])(.*)\1$/s;
/** What an HTTP header's token takes: visible ASCII. */
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * Takes off what surrounds a pasted key: white space, quotes, `FLUXLOOP_API_KEY=` (design: "login").
 *
 * @param text What was given.
 * @param origin Who gave it, as a person knows it: `--api-key`, `FLUXLOOP_API_KEY`.
 * @returns The key. Whether it is a good one only the platform knows.
 * @throws {UsageError} When nothing is left, or what is left cannot be a key; the message does not repeat it.
 */
export function parseApiKey(text: string, origin: string): string {
  const key = unquoted(unquoted(text).replace(ASSIGNMENT, ""));
  if (key === "") throw new UsageError(`The API key from ${origin} is empty`);
  if (key.startsWith("-")) {
    throw new UsageError(`The API key from ${origin} looks like an option; is its own value missing?`);
  }
  if (!VISIBLE.test(key)) {
    throw new UsageError(`The API key from ${origin} holds white space, line ends or other characters that no key has`);
  }
  return key;
}

function unquoted(text: string): string {
  const trimmed = text.trim();
  return (QUOTES.exec(trimmed)?.[2] ?? trimmed).trim();
}
