/**
 * Profiles with their secrets, wherever the secrets are stored: in the credentials file or in the operating system's
 * keychain.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { ConfigurationError } from "../errors.ts";
import type { CredentialHelper, EntryFields } from "./credential_helper.ts";
import { readCredentials, requireWritable, updateCredentials } from "./credential_store.ts";
import type { CredentialsLocation } from "./location.ts";
import {
  isSameSecret,
  type KeychainEntry,
  type KeyStorage,
  type PlainSecret,
  plainSecretOf,
  previousKeyFields,
  previousKeyOf,
  type Profile,
  type ProfileDetails,
  type RotationPhase,
  type Secret,
  secretFields,
  textsIn,
} from "./profile.ts";

/** A secret and the state of its rotation. */
export interface StoredSecret {
  readonly secret: PlainSecret;
  readonly rotation: RotationPhase | null;
}

/** What saving a profile came to. */
export interface SavedProfile {
  readonly secret: Secret;
  /** The entry of the profile's last secret, if it couldn't be removed. */
  readonly staleEntry: KeychainEntry | null;
}

/** What removing profiles came to. */
export interface RemovedProfiles {
  /** In the file's order. */
  readonly removed: readonly string[];
  /** Why a profile was kept; `null`: all were removed. */
  readonly failure: unknown;
}

/** The saved profiles and their secrets. */
export class SecretStore {
  readonly #context: Context;
  readonly #location: CredentialsLocation;

  /**
   * @param context Runs the keychain's helper.
   * @param location Where credentials are saved.
   */
  constructor(context: Context, location: CredentialsLocation) {
    this.#context = context;
    this.#location = location;
  }

  /**
   * Reads a profile's secret.
   *
   * @throws {ConfigurationError | SystemError} When the keychain can't be read, or no longer has the secret.
   */
  async read({ secret, rotation }: Profile): Promise<StoredSecret> {
    if (secret.kind !== "keychain") return { secret, rotation };
    const text = textsIn(await (await this.#helper(secret.helper)).get(secret.reference));
    // The entry is written before the file.
    const previous = previousKeyOf(text);
    return { secret: plainSecretOf(text)!, rotation: previous === null ? rotation : { phase: "replaced", previous } };
  }

  /**
   * Saves a profile in place of one of the same name.
   *
   * @param profile The profile.
   * @param storage Where its secret is stored.
   * @param target The platform that the secret is for.
   * @throws {ConfigurationError | SystemError} When it can't be saved.
   */
  async save(
    profile: Profile & { readonly secret: PlainSecret },
    storage: KeyStorage,
    target: URL,
  ): Promise<SavedProfile> {
    const document = await readCredentials(this.#location);
    const before = document.find(profile.name)?.secret ?? null;
    const secret = storage === "file"
      ? profile.secret
      : await this.#addEntry(document.credentialHelper, profile, target);
    try {
      await updateCredentials(this.#location, (document) => document.save({ ...profile, secret }));
    } catch (error) {
      // Nothing would refer to the new entry.
      if (secret.kind === "keychain" && (before === null || !isSameSecret(secret, before))) {
        await this.#erase(secret).catch(() => {});
      }
      throw error;
    }
    // Last of all, so that the file never refers to an entry that is gone.
    const isStale = before?.kind === "keychain" && !isSameSecret(before, secret);
    const isErased = !isStale || await this.#erase(before).then(() => true, () => false);
    if (!isErased && this.#context.stopped.aborted) return { secret, staleEntry: null };
    return { secret, staleEntry: isErased ? null : before as KeychainEntry };
  }

  /**
   * Changes a profile, unless its secret has been replaced or removed meanwhile.
   *
   * @param name The profile's name.
   * @param before The secret that it is expected to have.
   * @param changes A new secret, rotation phase or details; the rest stays.
   * @returns Whether the profile was changed.
   * @throws {ConfigurationError | SystemError} When it can't be read or saved.
   */
  async replace(
    name: string,
    before: PlainSecret,
    changes: Partial<ProfileDetails & StoredSecret>,
  ): Promise<boolean> {
    const { secret: after = before, rotation, ...details } = changes;
    const profile = (await readCredentials(this.#location)).find(name);
    if (profile === null) return false;
    const isEntry = profile.secret.kind === "keychain";
    if (isEntry) {
      const current = await this.#readIfPresent(profile);
      if (current === null || !isSameSecret(current.secret, before)) return false;
      const there = entryFields(current);
      const fields = entryFields({ secret: after, rotation: rotation === undefined ? current.rotation : rotation });
      if (JSON.stringify(there) !== JSON.stringify(fields)) {
        await this.#write(profile.secret as KeychainEntry, name, fields);
      }
    }
    return await updateCredentials(this.#location, (document) => {
      const there = document.find(name);
      if (there === null || !isSameSecret(there.secret, isEntry ? profile.secret : before)) return false;
      const secret = isEntry ? there.secret : after;
      document.save({ ...there, ...details, secret, rotation: rotation === undefined ? there.rotation : rotation });
      return true;
    });
  }

  /**
   * Removes profiles with their secrets. A profile whose keychain entry can't be removed is kept: nobody must be told
   * that a key is gone that is not.
   *
   * @param names The profiles' names.
   * @param forgetsDefault Whether no profile is the default one any more.
   */
  async remove(names: readonly string[], forgetsDefault: boolean): Promise<RemovedProfiles> {
    const document = await readCredentials(this.#location);
    // An entry that is gone, and a file that can't be told so, would be the worst of both.
    if (names.some((it) => document.find(it)?.secret.kind === "keychain")) await requireWritable(this.#location);
    const removable: string[] = [];
    let failure: unknown = null;
    for (const name of names) {
      const secret = document.find(name)?.secret;
      try {
        if (secret?.kind === "keychain") await this.#erase(secret);
        removable.push(name);
      } catch (error) {
        failure = error;
      }
    }
    const removed = await updateCredentials(this.#location, (document) => {
      const there = document.profileNames().filter((name) => removable.includes(name));
      for (const name of there) document.remove(name);
      if (forgetsDefault) document.choose(null);
      return there;
    });
    return { removed, failure };
  }

  async #addEntry(
    helper: string | null,
    { name, secret, rotation }: Profile & { readonly secret: PlainSecret },
    target: URL,
  ): Promise<KeychainEntry> {
    const { secretReference } = await import("./credential_helper.ts");
    const reference = await secretReference(target, this.#location.file, name);
    const used = await (await this.#helper(helper)).store(reference, name, entryFields({ secret, rotation }));
    return { kind: "keychain", helper: used, reference };
  }

  async #write({ helper, reference }: KeychainEntry, profile: string, fields: EntryFields): Promise<void> {
    await (await this.#helper(helper)).store(reference, profile, fields);
  }

  async #readIfPresent(profile: Profile): Promise<StoredSecret | null> {
    try {
      return await this.read(profile);
    } catch (error) {
      if (error instanceof ConfigurationError) return null;
      throw error;
    }
  }

  async #erase({ helper, reference }: KeychainEntry): Promise<void> {
    await (await this.#helper(helper)).erase(reference);
  }

  async #helper(name: string | null): Promise<CredentialHelper> {
    const { CredentialHelper } = await import("./credential_helper.ts");
    return new CredentialHelper(this.#context, name);
  }
}

function entryFields({ secret, rotation }: StoredSecret): EntryFields {
  const present = Object.entries(secretFields(secret)).filter((it): it is [string, string] => it[1] !== null);
  const previous = rotation?.phase === "replaced" && rotation.previous.key !== null ? rotation.previous : null;
  return { ...Object.fromEntries(present), ...(previous === null ? {} : previousKeyFields(previous)) };
}
