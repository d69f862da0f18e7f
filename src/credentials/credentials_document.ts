/**
 * The credentials file's content (seed: "Credential Storage"; design: "Files"). Fields and profiles that this version
 * does not know are kept as they are.
 *
 * @module
 */
import { ConfigurationError, NotFoundError, NotLoggedInError } from "../errors.ts";
import type { Change } from "./edit_credentials.ts";
import { fieldsOf, type FieldValue, isRotationReadable, type Profile, profileOf } from "./profile.ts";
import { DEFAULT_PROFILE } from "./profile_name.ts";
import { isSameValue } from "./same_value.ts";
import { credentialsText, parseCredentials, SIZE_LIMIT, unreadable } from "./credentials_text.ts";

type Mapping = Record<string, unknown>;

/** Files that nobody writes by hand, in characters, are written anew: editing them takes minutes. */
const EDITED_AT_MOST = 1024 * 1024;

/** The file's format; a file without a `version:` has this one. */
const VERSION = 1;

/** A credentials file, read; changes are made here and written by the store. */
export class CredentialsDocument {
  readonly #root: Mapping;
  readonly #shown: string;
  /** The text it was read from, and what was changed since. */
  readonly #text: string;
  readonly #changes: Change[] = [];

  private constructor(root: Mapping, shown: string, text: string) {
    this.#root = root;
    this.#shown = shown;
    this.#text = text;
  }

  /** @returns The content of a file that is not there yet. */
  static empty(shown: string): CredentialsDocument {
    return new CredentialsDocument({}, shown, "");
  }

  /**
   * Reads a file's text.
   *
   * @param text YAML.
   * @param shown The file's path, for messages.
   * @throws {ConfigurationError} When it is no credentials file, with line and column at most: the text may be a key.
   */
  static parse(text: string, shown: string): CredentialsDocument {
    const root = parseCredentials(text, shown);
    if (root === null || root === undefined) return new CredentialsDocument({}, shown, text);
    if (!isMapping(root) || !isMapping(root.profiles ?? {})) throw unreadable(shown, "is no credentials file");
    return new CredentialsDocument(root, shown, text);
  }

  /** @returns The names of all profiles, in the file's order. */
  profileNames(): string[] {
    return Object.keys(this.#profiles());
  }

  /** @returns Whether there is a profile of this name, readable or not. */
  has(name: string): boolean {
    return this.#entry(name) !== undefined;
  }

  /** @returns The profile; `null` if there is none of this name, or none that can be read. */
  find(name: string): Profile | null {
    try {
      return this.#profile(name);
    } catch (error) {
      if (error instanceof ConfigurationError) return null;
      throw error;
    }
  }

  /** @returns All profiles that can be read, in the file's order. */
  profiles(): Profile[] {
    return this.profileNames().map((name) => this.find(name)).filter((it) => it !== null);
  }

  /**
   * @param name A profile's name.
   * @param chosenBy Who chose it: `--profile`, a variable, a file; `null`: nobody did.
   * @throws {ConfigurationError} When the profile can't be read.
   * @throws {NotLoggedInError} When it doesn't exist and nobody chose it.
   * @throws {NotFoundError} When it doesn't exist and was chosen, naming those that do.
   */
  require(name: string, chosenBy: string | null): Profile {
    const profile = this.#profile(name);
    if (profile !== null) return profile;
    const names = this.profileNames();
    if (chosenBy === null) throw new NotLoggedInError(names);
    const others = names.length === 0 ? "no profiles are saved" : `saved profiles: ${names.join(", ")}`;
    const chooser = chosenBy === "--profile" ? "" : ` (from ${chosenBy})`;
    throw new NotFoundError(`There is no profile "${name}"${chooser}; ${others}`);
  }

  /** @throws {ConfigurationError} When the profile's rotation entry can't be read: it may hold the previous key. */
  requireReadableRotation(name: string): void {
    const fields = this.#entry(name);
    if (!isMapping(fields) || isRotationReadable(fields)) return;
    throw new ConfigurationError(
      `Profile "${name}" in ${this.#shown} has a rotation entry that can't be read. Correct it, or revoke the previous ` +
        "key that it names and remove the entry. Then rotate again",
    );
  }

  #profile(name: string): Profile | null {
    const fields = this.#entry(name);
    if (fields === undefined) return null;
    if (!isMapping(fields)) {
      throw new ConfigurationError(`Profile "${name}" in ${this.#shown} can't be read; log in to it again`);
    }
    return profileOf(name, fields, this.#shown);
  }

  /** @returns Whether something was changed since it was read. */
  get isChanged(): boolean {
    return this.#changes.length > 0;
  }

  /** @returns The profile that was chosen to be used when none is named, or `null`. */
  get defaultProfile(): string | null {
    return this.#textOf("default_profile");
  }

  /** @returns The profile that was chosen before the last switch, or `null`. */
  get previousProfile(): string | null {
    return this.#textOf("previous_profile");
  }

  /** @returns What the file says of where new keys are kept (`storage:`), as it stands there, or `null`. */
  get storage(): string | null {
    return this.#textOf("storage");
  }

  /** @returns The helper that the file names for the system's own store (`credential_helper:`), or `null`. */
  get credentialHelper(): string | null {
    return this.#textOf("credential_helper");
  }

  /**
   * @throws {ConfigurationError} When a newer version of this program wrote the file: what it means by it is not known
   * here, and must not be lost.
   */
  requireKnownVersion(): void {
    const { version } = this.#root;
    if (version === undefined || version === null || Number(version) <= VERSION) return;
    throw new ConfigurationError(
      `${this.#shown} was written by a newer version of fluxloop and is not changed; upgrade fluxloop`,
    );
  }

  /** Saves a profile's credentials; what an existing profile holds beside them stays. */
  save(profile: Profile): void {
    const there = this.#entry(profile.name);
    // A copy: the same object may stand elsewhere too, as an alias.
    const fields = isMapping(there) ? { ...there } : {};
    const changed = fieldsOf(profile);
    const isSame = ([field, value]: [string, FieldValue]) =>
      value === null ? !Object.hasOwn(fields, field) : JSON.stringify(fields[field]) === JSON.stringify(value);
    if (isMapping(there) && Object.entries(changed).every(isSame)) return;
    for (const [field, value] of Object.entries(changed)) {
      if (value === null) delete fields[field];
      else fields[field] = value;
    }
    define(this.#ownProfiles(), profile.name, fields);
    this.#changes.push({ kind: "save", name: profile.name, fields: changed });
  }

  /** Removes a profile, and the choice of it as the one used when none is named. */
  remove(name: string): void {
    delete this.#ownProfiles()[name];
    this.#changes.push({ kind: "remove", name });
    if (this.defaultProfile === name) this.choose(null);
    if (this.previousProfile === name) this.#set("previous_profile", null);
  }

  /** Makes a profile the one that is used when none is named; with `null`, none is chosen any more. */
  choose(name: string | null): void {
    this.#set("default_profile", name);
  }

  /**
   * As {@linkcode choose}, and remembers which one it was until now, to go back to it. Switching to where one is already
   * does not forget where one came from.
   */
  switchTo(name: string): void {
    const before = this.defaultProfile ?? DEFAULT_PROFILE;
    this.choose(name);
    if (name !== before && this.has(before)) this.#set("previous_profile", before);
  }

  /**
   * @param edit Changes a text that is anything but plain; `editCredentials`.
   * @returns The file's text.
   * @throws {ConfigurationError} When it would not be read as what it is.
   */
  toText(edit: (text: string, changes: readonly Change[]) => string | null): string {
    const isTooLarge = this.#text.length > EDITED_AT_MOST;
    // Nobody's words can be lost in a file that is empty.
    const isRewritten = isTooLarge || this.#text.trim() === "";
    const text = (isTooLarge ? null : edit(this.#text, this.#changes)) ??
      (isRewritten ? credentialsText(this.#root) : null);
    if (text !== null && text.length <= SIZE_LIMIT && isSameValue(parseCredentials(text, this.#shown), this.#root)) {
      return text;
    }
    throw new ConfigurationError(`${this.#shown} holds what cannot be written back unchanged; simplify it by hand`);
  }

  #set(field: "default_profile" | "previous_profile", name: string | null): void {
    if (name === null) delete this.#root[field];
    else this.#root[field] = name;
    this.#changes.push({ kind: "choose", field, name });
  }

  /** @returns The profiles, as an object that stands nowhere else. */
  #ownProfiles(): Mapping {
    const own = { ...this.#profiles() };
    this.#root.profiles = own;
    return own;
  }

  #textOf(field: string): string | null {
    const value = this.#root[field];
    return typeof value === "string" && value !== "" ? value : null;
  }

  #profiles(): Mapping {
    return (this.#root.profiles ?? {}) as Mapping;
  }

  /** What stands under the profile's name, be it readable or not; `undefined` where nothing does. */
  #entry(name: string): unknown {
    const profiles = this.#profiles();
    return Object.hasOwn(profiles, name) ? profiles[name] ?? {} : undefined;
  }
}

/** Plain assignment would set an object's prototype for a profile of the name `__proto__`. */
function define(mapping: Mapping, name: string, value: unknown): void {
  Object.defineProperty(mapping, name, { value, enumerable: true, configurable: true, writable: true });
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
