/**
 * Reads and saves profiles with their secrets, which are stored in the credentials file or in the operating system's
 * keychain.
 *
 * @module
 */
import { ConfigurationError } from "../errors.ts";
import { CredentialHelper, keychainName, secretReference } from "./credential_helper.ts";
import { readCredentials, requireWritable, updateCredentials } from "./credential_store.ts";
import type { CredentialsDocument } from "./credentials_document.ts";
import { withFileLock } from "./file_lock.ts";
import type { CredentialsLocation } from "./location.ts";
import {
  entryFieldsOf,
  isSameSecret,
  type KeychainEntry,
  type KeyStorage,
  type PlainSecret,
  type Profile,
  type ProfileDetails,
  type StoredSecret,
} from "./profile.ts";

/** How long to wait for a process that changes the keychain, in milliseconds: the user may have to unlock it. */
const KEYCHAIN_TIMEOUT = 60_000;

/** Where a profile's secret was saved. Keychains are named as in {@linkcode keychainName}. */
export interface SavedSecret {
  /** `null` if it is in the credentials file. */
  readonly keychain: string | null;
  /** The profile's previous keychain entry, if it couldn't be removed; otherwise `null`. */
  readonly staleEntry: { readonly name: string; readonly keychain: string } | null;
}

/** The saved profiles and their secrets. Each method throws when the file or the keychain can't be read or changed. */
export class SecretStore {
  constructor(readonly location: CredentialsLocation) {}

  /** Reads a profile's secret. */
  async read({ secret, rotation }: Profile): Promise<StoredSecret> {
    if (secret.kind !== "keychain") return { secret, rotation };
    const stored = await this.#helper(secret.helper).get(secret.reference);
    // The entry is written before the file, so it may be newer.
    return { ...stored, rotation: stored.rotation ?? rotation };
  }

  /** Saves a profile, replacing one of the same name. `target` is the API URL that its secret is for. */
  async save(
    profile: Profile & { readonly secret: PlainSecret },
    storage: KeyStorage,
    target: URL,
  ): Promise<SavedSecret> {
    return await this.#exclusively(storage === "keychain" ? null : [profile.name], async (document) => {
      const before = document.find(profile.name)?.secret ?? null;
      const secret = storage === "file"
        ? profile.secret
        : await this.#addEntry(document.setting("credential_helper"), profile, target);
      const isSameEntry = before !== null && isSameSecret(before, secret);
      try {
        await updateCredentials(this.location, (document) => document.save({ ...profile, secret }));
      } catch (error) {
        // Nothing refers to the new entry.
        if (secret.kind === "keychain" && !isSameEntry) await this.#erase(secret).catch(() => {});
        throw error;
      }
      const keychain = secret.kind === "keychain" ? keychainName(secret.helper) : null;
      // Last of all, so that the file never refers to an entry that is gone.
      if (before?.kind !== "keychain" || isSameEntry) return { keychain, staleEntry: null };
      const isErased = await this.#erase(before).then(() => true, () => this.location.context.stopped.aborted);
      return {
        keychain,
        staleEntry: isErased ? null : { name: before.reference, keychain: keychainName(before.helper) },
      };
    });
  }

  /**
   * Changes a profile, unless its secret has been replaced or removed meanwhile.
   *
   * @param before The secret that the profile is expected to have.
   * @param changes A new secret, rotation phase or details; the rest is kept.
   * @returns Whether the profile was changed.
   */
  async replace(name: string, before: PlainSecret, changes: Partial<ProfileDetails & StoredSecret>): Promise<boolean> {
    return await this.#exclusively([name], async (document) => {
      const profile = document.find(name);
      if (profile === null) return false;
      const { secret: after = before, ...others } = changes;
      const entry = profile.secret.kind === "keychain" ? profile.secret : null;
      if (entry !== null) {
        const current = await this.read(profile).catch((error) => {
          if (error instanceof ConfigurationError) return null;
          throw error;
        });
        if (current === null || !isSameSecret(current.secret, before)) return false;
        const changed = { rotation: current.rotation, ...others, secret: after };
        if (JSON.stringify(entryFieldsOf(current)) !== JSON.stringify(entryFieldsOf(changed))) {
          await this.#helper(entry.helper).store(entry.reference, changed);
        }
      }
      return await updateCredentials(this.location, (document) => {
        const current = document.find(name);
        if (current === null || !isSameSecret(current.secret, entry ?? before)) return false;
        document.save({ ...current, ...others, secret: entry ?? after });
        return true;
      });
    });
  }

  /**
   * Removes profiles with their secrets.
   *
   * @param forgetsDefault Whether to unset the default profile, even if it isn't among them.
   * @returns The removed profiles, in the file's order.
   * @throws When a keychain entry can't be removed; its profile is kept, the others are removed.
   */
  async remove(names: readonly string[], forgetsDefault: boolean): Promise<string[]> {
    return await this.#exclusively(names, async (document) => {
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
      const removed = await updateCredentials(this.location, (document) => {
        const present = document.profileNames().filter((name) => removable.includes(name));
        for (const name of present) document.remove(name);
        if (forgetsDefault) document.choose(null);
        return present;
      });
      if (failure !== null) throw failure;
      return removed;
    });
  }

  /**
   * Runs `work`, which changes the file and possibly the keychain. Only one process at a time may change the keychain.
   *
   * @param names The profiles that `work` changes; `null` if it changes the keychain in any case.
   */
  async #exclusively<T>(
    names: readonly string[] | null,
    work: (document: CredentialsDocument) => Promise<T>,
  ): Promise<T> {
    const document = await readCredentials(this.location);
    if (names !== null && !names.some((it) => document.find(it)?.secret.kind === "keychain")) {
      return await work(document);
    }
    // The keychain must not be changed if the file then can't be.
    await requireWritable(this.location);
    const locked = async () => await work(await readCredentials(this.location));
    return await withFileLock(this.location, `${this.location.file}.-keychain.lock`, locked, KEYCHAIN_TIMEOUT);
  }

  async #addEntry(
    helper: string | null,
    { name, secret, rotation }: Profile & { readonly secret: PlainSecret },
    target: URL,
  ): Promise<KeychainEntry> {
    const reference = await secretReference(target, this.location.file, name);
    const used = await this.#helper(helper).store(reference, { secret, rotation });
    return { kind: "keychain", helper: used, reference };
  }

  async #erase({ helper, reference }: KeychainEntry): Promise<void> {
    await this.#helper(helper).erase(reference);
  }

  #helper(name: string | null): CredentialHelper {
    return new CredentialHelper(this.location.context, name);
  }
}
