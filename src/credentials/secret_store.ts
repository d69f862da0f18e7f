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
import { withFileLock } from "./file_lock.ts";
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

/** How long to wait for another process that changes the keychain, in milliseconds: it may have to be unlocked. */
const KEYCHAIN_TIMEOUT = 60_000;

/** A secret and the state of its rotation. */
export interface StoredSecret {
  readonly secret: PlainSecret;
  readonly rotation: RotationPhase | null;
}

/** The result of saving a profile. */
export interface SavedProfile {
  readonly secret: Secret;
  /** The entry of the profile's last secret, if it couldn't be removed. */
  readonly staleEntry: KeychainEntry | null;
}

/** The result of removing profiles. */
export interface RemovedProfiles {
  /** In the file's order. */
  readonly removed: readonly string[];
  /** Why a profile was kept; `null`: all were removed. */
  readonly failure: unknown;
}

/** The saved profiles and their secrets. Each method throws when the file or the keychain can't be read or changed. */
export class SecretStore {
  readonly #context: Context;
  readonly #location: CredentialsLocation;

  constructor(context: Context, location: CredentialsLocation) {
    this.#context = context;
    this.#location = location;
  }

  /** Reads a profile's secret. */
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
   * @param storage Where its secret is stored.
   * @param target The platform that the secret is for.
   */
  async save(
    profile: Profile & { readonly secret: PlainSecret },
    storage: KeyStorage,
    target: URL,
  ): Promise<SavedProfile> {
    return await this.#exclusively(storage === "keychain" ? null : [profile.name], async () => {
      const document = await readCredentials(this.#location);
      const before = document.find(profile.name)?.secret ?? null;
      const secret = storage === "file"
        ? profile.secret
        : await this.#addEntry(document.setting("credential_helper"), profile, target);
      const isSameEntry = before !== null && isSameSecret(before, secret);
      try {
        await updateCredentials(this.#location, (document) => document.save({ ...profile, secret }));
      } catch (error) {
        // Nothing would refer to the new entry.
        if (secret.kind === "keychain" && !isSameEntry) await this.#erase(secret).catch(() => {});
        throw error;
      }
      // Last of all, so that the file never refers to an entry that is gone.
      if (before?.kind !== "keychain" || isSameEntry) return { secret, staleEntry: null };
      const isErased = await this.#erase(before).then(() => true, () => this.#context.stopped.aborted);
      return { secret, staleEntry: isErased ? null : before };
    });
  }

  /**
   * Changes a profile, unless its secret has been replaced or removed meanwhile.
   *
   * @param before The secret that it is expected to have.
   * @param changes A new secret, rotation phase or details; the rest stays.
   * @returns Whether the profile was changed.
   */
  async replace(name: string, before: PlainSecret, changes: Partial<ProfileDetails & StoredSecret>): Promise<boolean> {
    return await this.#exclusively([name], async () => {
      const profile = (await readCredentials(this.#location)).find(name);
      if (profile === null) return false;
      const { secret: after = before, ...others } = changes;
      const entry = profile.secret.kind === "keychain" ? profile.secret : null;
      if (entry !== null) {
        const current = await this.#readIfPresent(profile);
        if (current === null || !isSameSecret(current.secret, before)) return false;
        const fields = entryFields({ rotation: current.rotation, ...others, secret: after });
        if (JSON.stringify(entryFields(current)) !== JSON.stringify(fields)) {
          await (await this.#helper(entry.helper)).store(entry.reference, name, fields);
        }
      }
      return await updateCredentials(this.#location, (document) => {
        const current = document.find(name);
        if (current === null || !isSameSecret(current.secret, entry ?? before)) return false;
        document.save({ ...current, ...others, secret: entry ?? after });
        return true;
      });
    });
  }

  /**
   * Removes profiles with their secrets. A profile whose keychain entry can't be removed is kept: nobody must be told
   * that a key is gone that is not.
   *
   * @param forgetsDefault Whether no profile is the default one any more.
   */
  async remove(names: readonly string[], forgetsDefault: boolean): Promise<RemovedProfiles> {
    return await this.#exclusively(names, async () => {
      const document = await readCredentials(this.#location);
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
        const present = document.profileNames().filter((name) => removable.includes(name));
        for (const name of present) document.remove(name);
        if (forgetsDefault) document.choose(null);
        return present;
      });
      return { removed, failure };
    });
  }

  /**
   * Runs `work`, which changes keychain and file, while no other process does so.
   *
   * @param names Profiles whose entries are changed if they have any; `null`: the keychain is changed anyway.
   */
  async #exclusively<T>(names: readonly string[] | null, work: () => Promise<T>): Promise<T> {
    const document = await readCredentials(this.#location);
    if (names !== null && !names.some((it) => document.find(it)?.secret.kind === "keychain")) return await work();
    // Without it, an entry could be changed that the file can't be told about.
    await requireWritable(this.#location);
    const options = { timeout: KEYCHAIN_TIMEOUT, location: this.#location };
    return await withFileLock(`${this.#location.file}._keychain.lock`, work, options);
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
