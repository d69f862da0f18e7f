/**
 * The credentials file's content (hosted documentation: "Credential Storage"). Unknown fields and profiles are kept.
 *
 * @module
 */
import { ConfigurationError, NotLoggedInError, UnknownProfileError } from "../errors.ts";
import { isObject } from "../text/json.ts";
import { isSameValue, parseCredentials, SIZE_LIMIT, unreadable } from "./credentials_text.ts";
import type { Change, editCredentials } from "./edit_credentials.ts";
import {
  fieldsOf,
  type FieldValue,
  isRotationReadable,
  type Profile,
  profileOf,
  requireNoMergeKey,
} from "./profile.ts";
import { DEFAULT_PROFILE } from "./profile_name.ts";

type Mapping = Readonly<Record<string, unknown>>;

/** The current version of the file's format, which a file without `version` has, too. */
const VERSION = 1;

/** A credentials file's content, with the changes that are to be written. */
export class CredentialsDocument {
  #root: Mapping;
  readonly #shown: string;
  /** The text that was read. */
  readonly #text: string;
  readonly #changes: Change[] = [];

  /** Parses the file's text, which is empty if there is no file. `shown` is the file's path, for messages. */
  constructor(text: string, shown: string) {
    const root = parseCredentials(text, shown) ?? {};
    if (!isObject(root) || !isObject(root.profiles ?? {})) throw unreadable(shown, "isn't a credentials file");
    this.#root = root;
    this.#shown = shown;
    this.#text = text;
  }

  /** Lists the names of all profiles, in the file's order. */
  profileNames(): string[] {
    return Object.keys(this.#profiles);
  }

  /** Tells whether there is a profile of this name, readable or not. */
  has(name: string): boolean {
    return this.#entry(name) !== undefined;
  }

  /** Finds a profile; `null` if it doesn't exist or can't be read. */
  find(name: string): Profile | null {
    try {
      return this.#profile(name);
    } catch {
      return null; // `require` reports the error.
    }
  }

  /** Lists all profiles that can be read, in the file's order. */
  profiles(): Profile[] {
    return this.profileNames().map((name) => this.find(name)).filter((it) => it !== null);
  }

  /**
   * Finds a profile that must exist.
   *
   * @param chosenBy Where the name comes from: `--profile`, a variable or a file; `null` for the built-in default.
   * @throws {NotLoggedInError} When the built-in default doesn't exist.
   * @throws {UnknownProfileError} When a chosen profile doesn't exist.
   */
  require(name: string, chosenBy: string | null): Profile {
    const profile = this.#profile(name);
    if (profile !== null) return profile;
    const names = this.profileNames();
    if (chosenBy === null) throw new NotLoggedInError(names);
    throw new UnknownProfileError(name, chosenBy, names);
  }

  /** @throws {ConfigurationError} When the profile's rotation entry can't be read: it may hold the previous key. */
  requireReadableRotation(name: string): void {
    const fields = this.#entry(name);
    if (!isObject(fields) || isRotationReadable(fields)) return;
    throw new ConfigurationError(
      `The rotation entry of profile "${name}" in ${this.#shown} is invalid. Fix it, or revoke the previous key named ` +
        "there and delete the entry. Then rotate again.",
    );
  }

  /** Whether anything was changed since the file was read. */
  get isChanged(): boolean {
    return this.#changes.length > 0;
  }

  /** Returns a setting of the whole file, or `null`. */
  setting(name: "default_profile" | "previous_profile" | "storage" | "credential_helper"): string | null {
    const value = this.#root[name];
    return typeof value === "string" && value !== "" ? value : null;
  }

  /** @throws {ConfigurationError} When the file has a newer format. */
  requireKnownVersion(): void {
    const { version } = this.#root;
    if (version === undefined || version === null || Number(version) <= VERSION) return;
    throw new ConfigurationError(
      `${this.#shown} was written by a newer version of fluxloop and was not changed. Upgrade fluxloop.`,
    );
  }

  /** Saves a profile. Unknown fields of an existing one are kept. */
  save(profile: Profile): void {
    const entry = this.#entry(profile.name);
    const existing = isObject(entry) ? entry : {};
    requireNoMergeKey(profile.name, existing, this.#shown);
    for (const [field, value] of Object.entries(fieldsOf(profile))) {
      const current = Object.hasOwn(existing, field) ? existing[field] : undefined;
      const isSame = value === null ? current === undefined : JSON.stringify(current) === JSON.stringify(value);
      if (!isSame) this.#set(["profiles", profile.name, field], value);
    }
  }

  /** Removes a profile, and the settings that refer to it. */
  remove(name: string): void {
    this.#set(["profiles", name], null);
    if (this.setting("default_profile") === name) this.choose(null);
    if (this.setting("previous_profile") === name) this.#set(["previous_profile"], null);
  }

  /** Sets the default profile; `null` unsets it. */
  choose(name: string | null): void {
    this.#set(["default_profile"], name);
  }

  /** Like {@linkcode choose}, and remembers the previous default profile, unless it stays the same. */
  switchTo(name: string): void {
    const before = this.setting("default_profile") ?? DEFAULT_PROFILE;
    this.choose(name);
    if (name !== before && this.has(before)) this.#set(["previous_profile"], before);
  }

  /** Returns the changed text. `edit` is `editCredentials`, which only writers load. */
  toText(edit: typeof editCredentials): string {
    const text = edit(this.#text, this.#changes, this.#root);
    if (text !== null && text.length <= SIZE_LIMIT && isSameValue(parseCredentials(text, this.#shown), this.#root)) {
      return text;
    }
    throw new ConfigurationError(
      `${this.#shown} contains YAML that fluxloop can't preserve. Replace its anchors, aliases and tags with plain values.`,
    );
  }

  #set(path: readonly string[], value: FieldValue): void {
    this.#root = withField(this.#root, path, value);
    this.#changes.push({ path, value });
  }

  get #profiles(): Mapping {
    return (this.#root.profiles ?? {}) as Mapping;
  }

  #profile(name: string): Profile | null {
    const fields = this.#entry(name);
    if (fields === undefined) return null;
    if (isObject(fields)) return profileOf(name, fields, this.#shown);
    throw new ConfigurationError(
      `Profile "${name}" in ${this.#shown} can't be read; log in again: fluxloop auth login --profile ${name}`,
    );
  }

  /** Returns the profile's entry, readable or not; `undefined` if there is none. */
  #entry(name: string): unknown {
    return Object.hasOwn(this.#profiles, name) ? this.#profiles[name] ?? {} : undefined;
  }
}

/** Copies a mapping with one field changed: through an alias, the same object may be used elsewhere, too. */
function withField(mapping: unknown, [name, ...rest]: readonly string[], value: FieldValue): Mapping {
  const copy: Record<string, unknown> = isObject(mapping) ? { ...mapping } : {};
  const field = rest.length === 0 ? value : withField(Object.hasOwn(copy, name) ? copy[name] : null, rest, value);
  if (field === null) delete copy[name];
  // Plain assignment would set an object's prototype for a profile named `__proto__`.
  else Object.defineProperty(copy, name, { value: field, enumerable: true, configurable: true, writable: true });
  return copy;
}
