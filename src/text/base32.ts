/** The alphabet of RFC 4648, section 6, in lower case: 32 characters, so that five random bits select each equally often. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** Encodes five bits of each random byte as a character. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
}
