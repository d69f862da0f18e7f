/**
 * Masks keys in texts.
 *
 * @module
 */
import { printable } from "./printable.ts";

const PREFIX = /^flux_(?:dev|stg|prod|ci)_/;
/** How many characters of the secret a mask shows at its start and its end. */
const HEAD = 4;
const TAIL = 5;
/** A secret that is too short to hide this many characters is hidden completely. */
const HIDDEN_AT_LEAST = 12;

/**
 * Masks a key as `flux_dev_abc1...mno34`.
 *
 * @param key A whole key; white space around it is dropped.
 * @returns For a short key its prefix and `****`; for anything else `****`.
 */
export function maskKey(key: string): string {
  const text = printable(key.trim());
  const prefix = PREFIX.exec(text)?.[0];
  if (prefix === undefined) return "****";
  const secret = text.slice(prefix.length);
  if (secret.length < HEAD + TAIL + HIDDEN_AT_LEAST) return `${prefix}****`;
  return `${prefix}${secret.slice(0, HEAD)}...${secret.slice(-TAIL)}`;
}

/** A key, or a masked key. */
const ANY_KEY = /flux_[a-z]+_[\w-]+(?:\.\.\.\w+)?/gi;
const MASKED = /^flux_[a-z]+_\w{4}\.\.\.\w{5}$/;
const ANY_BEARER = /\b(Bearer\s+)\S+/gi;
/** The password in a URL, or a user name without a password, which may be a token; not `<password>`. */
const ANY_PASSWORD = /(:\/\/(?:[^/?#\s:@]*:)?)[^/?#\s<>]+@/g;
/** Possibly a key in an unknown format, or a mistyped one. */
const TOKEN = /[\w+=-]{20,}/g;

/** Masks keys, bearer tokens and the passwords of URLs in a text that is shown. */
export function redact(text: string): string {
  return redactKeys(text.replace(ANY_BEARER, "$1****").replace(ANY_PASSWORD, "$1****@"));
}

/** Masks only keys, in a text that must otherwise stay unchanged, such as an agent's output. */
export function redactKeys(text: string): string {
  return text.replace(ANY_KEY, (key) => MASKED.test(key) ? key : maskKey(key));
}

/**
 * Masks everything that is as long as a key and has a digit, in a text that repeats what someone else wrote: a mistyped
 * argument, another program's message.
 *
 * @param text A text without paths: their parts may be just as long.
 */
export function redactTokens(text: string): string {
  return redact(text).replace(TOKEN, (token) => MASKED.test(token) || !/\d/.test(token) ? token : "****");
}
