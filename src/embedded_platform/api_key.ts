/**
 * API keys: `flux_<env>_<secret>` (design: platform-api.md, "Keys"), how they are made, and what of them is kept.
 *
 * @module
 */
import type { KeyEnvironment } from "../api_client/key_terms.ts";
import { type Random, randomSecret } from "./secret.ts";

const FORM = /^(flux_(?:dev|stg|prod|ci)_)([A-Za-z0-9]+)$/;

const SHOWN = 4;
/** How much of a secret has to stay hidden, so that what is shown does not help to guess it. */
const HIDDEN = 12;

/** @returns A new key whose secret holds 160 random bits. */
export function generateApiKey(environment: KeyEnvironment, random: Random): string {
  return `flux_${environment}_${randomSecret(random)}`;
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
