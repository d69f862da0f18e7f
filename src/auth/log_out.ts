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
 * Removes one profile's credentials, or all. Makes requests only to revoke them; when one can't be revoked, nothing is
 * removed.
 *
 * @throws {UsageError} When both are given.
 * @throws {NotLoggedInError | NotFoundError} When there is no such profile.
 * @throws {ConfigurationError | SystemError} When the file can't be read or written; it is unchanged then.
 * @throws {NetworkError | PlatformError} When a key can't be revoked.
 */
export async function logOut(
  context: Context,
  options: LogoutOptions,
  requests?: RequestOptions,
): Promise<LogoutResult> {
  if (options.all && options.profile !== undefined) throw new UsageError("--all can't be combined with --profile");
  const location = requireCredentialsLocation(context);
  const isRevoked = options.revoke === true;
  const overriddenBy = overridingVariable(context);
  const document = await readCredentials(location);
  const names = options.all ? document.profileNames() : [selectedName(context, document, options)];
  // Neither a folder nor a file is created for nothing.
  if (names.length === 0) return { isRevoked, overriddenBy, profiles: [], abandoned: [] };
  const store = new SecretStore(context, location);
  if (isRevoked) {
    await requireWritable(location);
    const { revokeProfile } = await import("./revoke_profile.ts");
    for (const it of names) await revokeProfile(context, store, document.require(it, "--profile"), requests);
  }
  const { removed, failure } = await store.remove(names, options.all);
  if (failure !== null) throw failure;
  const rotations = isRevoked ? [] : document.profiles().filter((it) => removed.includes(it.name));
  return {
    isRevoked,
    overriddenBy,
    profiles: removed,
    abandoned: rotations.map((it) => abandoned(it, it.keyId)).filter((it) => it !== null),
  };
}

function selectedName(context: Context, document: CredentialsDocument, options: LogoutOptions): string {
  const { name, chosenBy } = selectProfile(context, document, options);
  // A profile that can't be read can be removed.
  return document.has(name) ? name : document.require(name, chosenBy).name;
}
