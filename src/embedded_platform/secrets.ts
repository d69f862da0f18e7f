/**
 * Generates and hashes secrets: API keys (`flux_<env>_<secret>`), tokens, and the codes that people type.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { KeyEnvironment } from "../api_client/key_terms.ts";
import type { Context } from "../context.ts";
import { base32 } from "../text/base32.ts";

type Random = Context["random"];

const API_KEY = /^(flux_(?:dev|stg|prod|ci)_)([A-Za-z0-9]+)$/;
/** How many characters of a key's secret may be shown, and how many must stay hidden. */
const SHOWN = 4;
const HIDDEN = 12;

/** Without vowels, which could form words (RFC 8628, section 6.1). Eight of these letters have 34.5 bits. */
const CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const CODE_LENGTH = 8;
/** Larger bytes would make some letters more likely than others. */
const CODE_BYTES = 256 - 256 % CODE_LETTERS.length;

/** Returns 160 random bits as lower-case letters and digits. */
export function randomSecret(random: Random): string {
  return base32(random(new Uint8Array(32)));
}

/** Returns a new API key. */
export function generateApiKey(environment: KeyEnvironment, random: Random): string {
  return `flux_${environment}_${randomSecret(random)}`;
}

/**
 * Returns the part of a key that lists show, such as `flux_dev_abc1`. Only the prefix of a short secret is shown.
 *
 * @throws {TypeError} If `key` doesn't have the form of a key.
 */
export function displayPrefix(key: string): string {
  const [, prefix, secret] = API_KEY.exec(key) ?? [];
  if (secret === undefined) throw new TypeError("An API key has the form flux_<env>_<secret>");
  return secret.length >= SHOWN + HIDDEN ? prefix + secret.slice(0, SHOWN) : prefix;
}

/**
 * Returns the SHA-256 of a secret, which is stored and compared instead of the secret, so that the time of a comparison
 * reveals nothing. Passwords need a slow hash with salt because they can be guessed; 160 random bits can't.
 */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Returns a new code for a person to type, such as `WDJB-MJHT`. */
export function generateUserCode(random: Random): string {
  let letters = "";
  while (letters.length < CODE_LENGTH) {
    const [byte] = random(new Uint8Array(1));
    if (byte < CODE_BYTES) letters += CODE_LETTERS[byte % CODE_LETTERS.length];
  }
  return withDash(letters);
}

/** Reads a code that a person typed, ignoring case, blanks and dashes. Returns `null` if it can't be a code. */
export function parseUserCode(text: string): string | null {
  const letters = text.toUpperCase().replaceAll(/[\s\u2010-\u2015-]/g, "");
  const isCode = letters.length === CODE_LENGTH && [...letters].every((it) => CODE_LETTERS.includes(it));
  return isCode ? withDash(letters) : null;
}

function withDash(letters: string): string {
  return `${letters.slice(0, CODE_LENGTH / 2)}-${letters.slice(CODE_LENGTH / 2)}`;
}
