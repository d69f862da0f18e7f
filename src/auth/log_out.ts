/**
 * Use case: remove saved credentials (seed: "fluxloop auth logout").
 *
 * @module
 */
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials, requireWritable } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { UsageError } from "../errors.ts";
import { abandoned, type AbandonedRotation } from "./abandoned_rotation.ts";
import { overridingVariable } from "./resolve_credential.ts";
import { selectProfile } from "./select_profile.ts";

/** What the command line says about a logout. */
export interface LogoutOptions {
  readonly profile?: string;
  /** Excludes `profile`. */
  readonly all: boolean;
  /** Whether the key is revoked at the platform before it is removed here (`--revoke`). */
  readonly revoke?: boolean;
}

/** What a logout came to. */
export interface LogoutResult {
  /** The profiles that were removed, in the file's order. */
  readonly profiles: readonly string[];
  /** Rotations of theirs that nobody will finish now. */
  readonly abandoned: readonly AbandonedRotation[];
  /** Whether their keys were revoked, too. */
  readonly isRevoked: boolean;
  /** The variable whose key stays in use, or `null`. */
  readonly overriddenBy: string | null;
}

/**
 * Removes one profile's credentials, or all. It makes no request unless it is to revoke them, too: then what can't be
 * revoked is not removed.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param requests How requests are made.
 * @throws {UsageError} When both are given.
 * @throws {NotLoggedInError} When no profile is named and the default one doesn't exist.
 * @throws {NotFoundError} When a profile is named or selected and doesn't exist.
 * @throws {ConfigurationError | SystemError} When the file can't be read or written; it is as it was.
 * @throws {NetworkError | PlatformError} When a key can't be revoked that is to be; nothing is removed then.
 */
export async function logOut(
  context: Context,
  options: LogoutOptions,
  requests?: RequestOptions,
): Promise<LogoutResult> {
  if (options.all && options.profile !== undefined) throw new UsageError("--all can't be combined with --profile");
  const location = requireCredentialsLocation(context);
  const about = { isRevoked: options.revoke === true, overriddenBy: overridingVariable(context) };
  const document = await readCredentials(location);
  const names = options.all ? document.profileNames() : [selectedName(context, document, options)];
  // Without anything to remove, neither a folder nor a file is made.
  if (names.length === 0) return { ...about, profiles: [], abandoned: [] };
  const store = new SecretStore(context, location);
  if (options.revoke) {
    await requireWritable(location);
    const { revokeProfile } = await import("./revoke_profile.ts");
    for (const name of names) await revokeProfile(context, store, document.require(name, "--profile"), requests);
  }
  const { removed, failure } = await store.remove(names, options.all);
  if (failure !== null) throw failure;
  const rotations = options.revoke ? [] : document.profiles().filter(({ name }) => removed.includes(name));
  return {
    ...about,
    profiles: removed,
    abandoned: rotations.map((it) => abandoned(it, it.keyId)).filter((it) => it !== null),
  };
}

function selectedName(context: Context, document: CredentialsDocument, options: LogoutOptions): string {
  const { name, chosenBy } = selectProfile(context, document, options);
  // One that can't be read can be removed all the same.
  return document.has(name) ? name : document.require(name, chosenBy).name;
}
