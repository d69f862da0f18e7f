/** RFC 4648, section 6, in lower case. Five bits choose a character, so that all are equally likely. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Encodes random bytes: a character for five bits of each byte. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
}
