/**
 * Random secrets, and what is kept of them.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { base32 } from "../text/base32.ts";

/** Fills bytes with cryptographically strong random values: `random` of the context. */
export type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** 32 characters of five bits: 160 random bits, where the design asks for 128. */
const LENGTH = 32;

/** @returns 160 random bits, in small letters and digits. */
export function randomSecret(random: Random): string {
  return base32(random(new Uint8Array(LENGTH)));
}

/**
 * What is stored instead of a secret. One round of SHA-256, without salt, is enough here: the slow functions that
 * passwords need make a small space of guesses costly, and 128 random bits cannot be gone through at any speed.
 *
 * @returns The 32 bytes of the whole secret's SHA-256.
 */
export function hashSecret(secret: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(secret).digest());
}
