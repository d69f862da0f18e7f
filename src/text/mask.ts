/**
 * Keys as they may be shown (design: "status", "Secrets").
 *
 * @module
 */
import { printable } from "./printable.ts";

const PREFIX = /^flux_(?:dev|stg|prod|ci)_/;
/** How much of the secret is shown at its start and its end, in characters. */
const HEAD = 4;
const TAIL = 5;
/** The fewest characters that a mask must hide; a secret too short for that shows nothing of itself. */
const HIDDEN_AT_LEAST = 12;

/**
 * Masks a key: `flux_dev_abc1...mno34`.
 *
 * @param key A whole key, as somebody may have typed it into a file: white space around it is dropped.
 * @returns Its prefix, four characters, `...` and the last five; for a short key its prefix and `****`; for a key of
 * another form `****` alone.
 */
export function maskKey(key: string): string {
  const text = printable(key.trim());
  const prefix = PREFIX.exec(text)?.[0];
  if (prefix === undefined) return "****";
  const secret = text.slice(prefix.length);
  if (secret.length < HEAD + TAIL + HIDDEN_AT_LEAST) return `${prefix}****`;
  return `${prefix}${secret.slice(0, HEAD)}...${secret.slice(-TAIL)}`;
}

/** What looks like a key, with what a mask would put behind it. */
const ANY_KEY = /flux_[a-z]+_[\w-]+(?:\.\.\.\w+)?/gi;
const MASKED = /^flux_[a-z]+_\w{4}\.\.\.\w{5}$/;
const ANY_BEARER = /\b(Bearer\s+)\S+/gi;
/** What is long and has a digit in it may be a key of a form that nobody knows, or one that was mistyped. */
const TOKEN = /[\w+=-]{20,}/g;

/**
 * Makes a text safe to show that may hold keys nobody meant to show.
 *
 * @param text Any text.
 * @returns The text with everything that looks like a key or a bearer token masked.
 */
export function redact(text: string): string {
  return redactKeys(text.replace(ANY_BEARER, "$1****"));
}

/**
 * Makes a text safe to keep that is to stay as it is otherwise: what an agent said.
 *
 * @param text Any text.
 * @returns The text with everything that looks like a key masked.
 */
export function redactKeys(text: string): string {
  return text.replace(ANY_KEY, (key) => MASKED.test(key) ? key : maskKey(key));
}

/**
 * Makes a text safe to show that repeats what somebody else wrote: a mistyped argument, another program's message.
 *
 * @param text Any text without paths, whose parts may be as long as a key.
 * @returns The text with every key and everything as long as a key masked.
 */
export function redactTokens(text: string): string {
  return redact(text).replace(TOKEN, (token) => MASKED.test(token) || !/\d/.test(token) ? token : "****");
}
