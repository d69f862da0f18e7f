/**
 * The credentials file's content (seed: "Credential Storage"; design: "Files"). Fields and profiles that this version
 * doesn't know are kept as they are.
 *
 * @module
 */
import { ConfigurationError, NotFoundError, NotLoggedInError } from "../errors.ts";
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

/** The file's format; a file without a `version:` has this one. */
const VERSION = 1;

/** A credentials file's content. The store writes its changes. */
export class CredentialsDocument {
  #root: Mapping;
  readonly #shown: string;
  /** What was read, and what was changed since. */
  readonly #text: string;
  readonly #changes: Change[] = [];

  /** Parses the text of the file that messages call `shown`; it is empty if there is no file. */
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

  /** Finds a profile; `null` if there is none of this name, or it can't be read. */
  find(name: string): Profile | null {
    try {
      return this.#profile(name);
    } catch {
      return null; // Whoever needs it gets the error from `require`.
    }
  }

  /** Lists all profiles that can be read, in the file's order. */
  profiles(): Profile[] {
    return this.profileNames().map((name) => this.find(name)).filter((it) => it !== null);
  }

  /**
   * Finds a profile that must exist.
   *
   * @param chosenBy Who chose the name: `--profile`, a variable, a file; `null`: nobody did.
   * @throws {NotLoggedInError} When it doesn't exist and nobody chose it.
   * @throws {NotFoundError} When it doesn't exist and was chosen, naming those that do.
   */
  require(name: string, chosenBy: string | null): Profile {
    const profile = this.#profile(name);
    if (profile !== null) return profile;
    const names = this.profileNames();
    if (chosenBy === null) throw new NotLoggedInError(names);
    const others = names.length === 0 ? "No profiles are saved" : `Saved profiles: ${names.join(", ")}`;
    const chooser = chosenBy === "--profile" ? "" : ` (from ${chosenBy})`;
    throw new NotFoundError(`Profile "${name}"${chooser} doesn't exist. ${others}`);
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

  /** Whether something was changed since it was read. */
  get isChanged(): boolean {
    return this.#changes.length > 0;
  }

  /** Returns a text beside the profiles, or `null`. */
  setting(name: "default_profile" | "previous_profile" | "storage" | "credential_helper"): string | null {
    const value = this.#root[name];
    return typeof value === "string" && value !== "" ? value : null;
  }

  /** @throws {ConfigurationError} When a newer version wrote the file: what it means by it isn't known here. */
  requireKnownVersion(): void {
    const { version } = this.#root;
    if (version === undefined || version === null || Number(version) <= VERSION) return;
    throw new ConfigurationError(
      `${this.#shown} was written by a newer version of fluxloop and was not changed. Upgrade fluxloop.`,
    );
  }

  /** Saves a profile; what an existing one has besides stays. */
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

  /** Removes a profile, and its choice as the default one. */
  remove(name: string): void {
    this.#set(["profiles", name], null);
    if (this.setting("default_profile") === name) this.choose(null);
    if (this.setting("previous_profile") === name) this.#set(["previous_profile"], null);
  }

  /** Chooses the profile that is used when none is named; `null` for none. */
  choose(name: string | null): void {
    this.#set(["default_profile"], name);
  }

  /** As {@linkcode choose}, and remembers the one before, to go back to it. Choosing the current one forgets nothing. */
  switchTo(name: string): void {
    const before = this.setting("default_profile") ?? DEFAULT_PROFILE;
    this.choose(name);
    if (name !== before && this.has(before)) this.#set(["previous_profile"], before);
  }

  /** Writes the file's text by `editCredentials`, which is loaded only where something is written. */
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
    throw new ConfigurationError(`Profile "${name}" in ${this.#shown} can't be read; log in to the profile again`);
  }

  /** Returns what stands under the profile's name, readable or not; `undefined` if nothing does. */
  #entry(name: string): unknown {
    return Object.hasOwn(this.#profiles, name) ? this.#profiles[name] ?? {} : undefined;
  }
}

/** Copies a mapping with one field changed: the same object may stand elsewhere too, as an alias. */
function withField(mapping: unknown, [name, ...rest]: readonly string[], value: FieldValue): Mapping {
  const copy: Record<string, unknown> = isObject(mapping) ? { ...mapping } : {};
  const field = rest.length === 0 ? value : withField(Object.hasOwn(copy, name) ? copy[name] : null, rest, value);
  if (field === null) delete copy[name];
  // Plain assignment would set an object's prototype for a profile named `__proto__`.
  else Object.defineProperty(copy, name, { value: field, enumerable: true, configurable: true, writable: true });
  return copy;
}
