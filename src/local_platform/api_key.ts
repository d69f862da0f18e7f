/**
 * API keys: `flux_<env>_<secret>` (design: platform-api.md, "Keys"), how they are made, and what of them is kept.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What a key is for: development, staging, production or continuous integration. */
export type KeyEnvironment = "dev" | "stg" | "prod" | "ci";

/** Fills bytes with cryptographically strong random values: `random` of the context. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

const FORM = /^(flux_(?:dev|stg|prod|ci)_)([A-Za-z0-9]+)$/;

/** Thirty-two characters (RFC 4648, base 32): five bits pick one, so that none is likelier than another. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** 32 characters of five bits: 160 random bits, where the design asks for 128. */
const SECRET_LENGTH = 32;

const SHOWN = 4;
/** How much of a secret has to stay hidden, so that what is shown does not help to guess it. */
const HIDDEN = 12;

/** @returns A new key whose secret holds 160 random bits. */
export function generateApiKey(environment: KeyEnvironment, random: Random): string {
  const secret = Array.from(random(new Uint8Array(SECRET_LENGTH)), (byte) => ALPHABET[byte & 31]).join("");
  return `flux_${environment}_${secret}`;
}

/**
 * What is stored instead of the key. One round of SHA-256, without salt, is enough here: the slow functions that
 * passwords need make a small space of guesses costly, and 128 random bits cannot be gone through at any speed.
 *
 * @returns The 32 bytes of the whole key's SHA-256.
 */
export function hashApiKey(key: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(key).digest());
}

/**
 * What people know a key by in a list.
 *
 * @returns The part up to the secret and the secret's first four characters: `flux_dev_abc1`; a short secret's stay out.
 * @throws {TypeError} When `key` does not have the form of a key.
 */
export function displayPrefix(key: string): string {
  const [, environment, secret] = FORM.exec(key) ?? [];
  if (secret === undefined) throw new TypeError("An API key has the form flux_<env>_<secret>");
  return secret.length >= SHOWN + HIDDEN ? environment + secret.slice(0, SHOWN) : environment;
}
