/**
 * Types of values, which Cliffy checks and shells complete (`complete.ts`).
 *
 * @module
 */
import { EnumType, StringType } from "@cliffy/command";
import { KEY_ENVIRONMENTS, PERMISSIONS } from "../api_client/key_terms.ts";

/** A saved profile's name, or a new one. */
export const PROFILE = new StringType();
/** A folder's path. */
export const FOLDER = new StringType();
/** The name or path of a program. */
export const PROGRAM = new StringType();
/** Where a key is stored. */
export const STORAGE = new EnumType(["file", "keychain"]);
/** What a key is for. */
export const KEY_ENVIRONMENT = new EnumType(KEY_ENVIRONMENTS);
/** What a key may be used for. */
export const PERMISSION = new EnumType(PERMISSIONS);

class LifetimeType extends StringType {
  override complete(): string[] {
    return ["7d", "30d", "90d", "1y", "never"];
  }
}
/** How long a key is valid; any span, of which the usual ones are suggested. */
export const LIFETIME = new LifetimeType();
