import { deleteApiKey } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import { revokeDeviceLogin } from "../api_client/device_login.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials, requireWritable } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import type { Profile } from "../credentials/profile.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { FluxloopError, InvalidKeyError, NotLoggedInError, PlatformError, SystemError } from "../errors.ts";
import { type AbandonedRotation, abandonedRotation } from "./abandoned_rotation.ts";
import { parseApiKey } from "./api_key.ts";
import { removeOrphanedKey, retireKey } from "./rotation_keys.ts";
import { apiUrlOf, type ProfileOptions, selectProfile } from "./select_profile.ts";

/** The options of a logout. */
export interface LogoutOptions extends Omit<ProfileOptions, "apiUrl"> {
  /** Can't be combined with `profile`. */
  readonly all: boolean;
  /** Whether to revoke the key on the platform before removing it here (`--revoke`). */
  readonly revoke?: boolean;
}

/** The result of a logout. */
export interface LogoutResult {
  /** The removed profiles, in the file's order. */
  readonly profiles: readonly string[];
  readonly abandoned: readonly AbandonedRotation[];
  readonly isRevoked: boolean;
}

/**
 * Removes one profile's credentials, or all (hosted documentation: "fluxloop auth logout"). Makes requests only to revoke
 * them; if any can't be revoked, nothing is removed.
 */
export async function logOut(context: Context, options: LogoutOptions): Promise<LogoutResult> {
  const location = requireCredentialsLocation(context);
  const isRevoked = options.revoke === true;
  const document = await readCredentials(location);
  const names = options.all ? document.profileNames() : [selectedName(context, document, options)];
  // Without profiles there is nothing to change, and no folder or file is created.
  if (names.length === 0) return { isRevoked, profiles: [], abandoned: [] };
  const store = new SecretStore(location);
  if (isRevoked) {
    await requireWritable(location);
    for (const it of names) await revoke(context, store, document.require(it, "--profile"), options.requests);
  }
  const removed = await store.remove(names, options.all).catch((error) => {
    if (!isRevoked || !(error instanceof FluxloopError)) throw error;
    throw new SystemError(`The credentials are revoked but still saved here. ${error.message}`, { cause: error });
  });
  const rotations = isRevoked ? [] : document.profiles().filter((it) => removed.includes(it.name));
  return {
    isRevoked,
    profiles: removed,
    abandoned: rotations.map((it) => abandonedRotation(it, it.keyId)).filter((it) => it !== null),
  };
}

function selectedName(context: Context, document: CredentialsDocument, options: LogoutOptions): string {
  const { name, chosenBy } = selectProfile(context, document, options);
  if (chosenBy === null && document.profileNames().length === 0) {
    throw new NotLoggedInError([], "There are no saved credentials to remove.");
  }
  // A profile that can't be read can be removed.
  return document.has(name) ? name : document.require(name, chosenBy).name;
}

/**
 * Revokes a profile's key and those of its unfinished rotation, or the tokens of its browser login (hosted documentation:
 * "Revoking Access"). Succeeds if they are already invalid.
 */
async function revoke(
  context: Context,
  store: SecretStore,
  profile: Profile,
  requests?: RequestOptions,
): Promise<void> {
  const apiUrl = apiUrlOf(profile);
  const { secret, rotation } = await store.read(profile);
  if (secret.kind === "tokens") return await revokeDeviceLogin(context, { apiUrl, requests }, secret.refreshToken);
  const target = { apiUrl, key: parseApiKey(secret.key, `profile "${profile.name}"`), requests };
  if (rotation?.phase === "replaced" && rotation.key !== null) {
    const refusal = await retireKey(context, { ...target, key: rotation.key }, rotation.id, null);
    if (refusal instanceof PlatformError) throw refusal;
  }
  try {
    if (rotation?.phase === "requested") await removeOrphanedKey(context, target, rotation);
    // The saved id may belong to an older key. Older platforms don't send one.
    const id = (await identify(context, target)).key?.id ?? null;
    if (id !== null && await deleteApiKey(context, target, id)) return;
  } catch (error) {
    if (error instanceof InvalidKeyError) return;
    throw error;
  }
  throw new PlatformError(
    `${apiUrl.host} doesn't let a key revoke itself. Delete it on the platform's API keys page.`,
  );
}
