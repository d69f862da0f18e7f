/**
 * The code that a person compares and types to let a program in (RFC 8628, section 6.1).
 *
 * @module
 */
import type { Random } from "./secret.ts";

/** No vowels, so that no word comes out, and nothing that is taken for something else (RFC 8628, section 6.1). */
const ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";
/** Eight of twenty: 34.5 bits. */
const LENGTH = 8;
/** The largest multiple of the alphabet's length in a byte: what lies above would make some characters likelier. */
const FAIR = 256 - 256 % ALPHABET.length;

/** @returns A new code, as it is shown: `WDJB-MJHT`. */
export function generateUserCode(random: Random): string {
  let code = "";
  while (code.length < LENGTH) {
    const [byte] = random(new Uint8Array(1));
    if (byte < FAIR) code += ALPHABET[byte % ALPHABET.length];
  }
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/**
 * @param typed What a person typed.
 * @returns The code that is meant, as it is shown; `null` where it cannot be one. Case, blanks and dashes do not matter.
 */
export function readUserCode(typed: string): string | null {
  const letters = typed.toUpperCase().replace(/[\s\u2010-\u2015-]/g, "");
  const isCode = letters.length === LENGTH && [...letters].every((it) => ALPHABET.includes(it));
  return isCode ? `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}` : null;
}
