/**
 * Keys as they may be shown (design: "status", "Secrets").
 *
 * @module
 */

const PREFIX = /^flux_[a-z]+_/;
/** How much of the secret is shown at its start and its end, in characters. */
const HEAD = 4;
const TAIL = 5;
/** The fewest characters that a mask must hide; a secret too short for that shows nothing of itself. */
const HIDDEN_AT_LEAST = 12;

/**
 * Masks a key: `flux_dev_abc1...mno34`.
 *
 * @param key A whole key.
 * @returns Its prefix, four characters, `...` and the last five; for a short key its prefix and `****`; for a key of
 * another form `****` alone.
 */
export function maskKey(key: string): string {
  const prefix = PREFIX.exec(key)?.[0];
  if (prefix === undefined) return "****";
  const secret = key.slice(prefix.length);
  if (secret.length < HEAD + TAIL + HIDDEN_AT_LEAST) return `${prefix}****`;
  return `${prefix}${secret.slice(0, HEAD)}...${secret.slice(-TAIL)}`;
}

// What looks like a key, and is not one that was masked already.
const ANY_KEY = /flux_[a-z]+_[\w-]+(?![\w-]|\.\.\.|\*)/g;
const ANY_BEARER = /\b(Bearer\s+)\S+/gi;

/**
 * Makes a text safe to show that may hold keys nobody meant to show: an argument that was typed in the wrong place, a
 * message of the runtime.
 *
 * @param text Any text.
 * @returns The text with everything that looks like a key or a bearer token masked.
 */
export function redact(text: string): string {
  return text.replace(ANY_BEARER, "$1****").replace(ANY_KEY, (key) => maskKey(key));
}
