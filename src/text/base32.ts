/**
 * Random bytes as text.
 *
 * @module
 */

/** RFC 4648, section 6, in small letters: five bits choose each, so that none is likelier than another. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** @returns One character for five bits of each byte. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
}
