/**
 * Revoking a profile's secret (seed: "Revoking Access").
 *
 * @module
 */
import { deleteApiKey } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import { revokeDeviceLogin } from "../api_client/device_login.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import type { Profile } from "../credentials/profile.ts";
import type { SecretStore } from "../credentials/secret_store.ts";
import { InvalidKeyError, PlatformError } from "../errors.ts";
import { parseApiKey } from "./api_key.ts";
import { endKey, removeOrphanedKey } from "./rotation_keys.ts";
import { apiUrlOf } from "./select_profile.ts";

/**
 * Revokes a profile's key and those of its unfinished rotation, or the tokens of its login through the browser. It is no
 * failure that they are invalid already.
 *
 * @throws {NetworkError | PlatformError} When the platform can't be asked, or doesn't let a key revoke itself.
 * @throws {ConfigurationError | SystemError} When the secret can't be read.
 */
export async function revokeProfile(
  context: Context,
  store: SecretStore,
  profile: Profile,
  requests?: RequestOptions,
): Promise<void> {
  const apiUrl = apiUrlOf(profile);
  const { secret, rotation } = await store.read(profile);
  if (secret.kind === "tokens") return await revokeDeviceLogin(context, apiUrl, secret.refreshToken, requests);
  const target = { apiUrl, key: parseApiKey(secret.key, `profile "${profile.name}"`) };
  if (rotation?.phase === "replaced" && rotation.previous.key !== null) {
    const { key, id } = rotation.previous;
    const { refusal } = await endKey(context, { apiUrl, key }, id, null, requests);
    if (refusal !== null) throw refusal;
  }
  try {
    if (rotation?.phase === "requested") await removeOrphanedKey(context, target, rotation, requests);
    // The saved id may be an older key's. Older platforms tell none.
    const id = (await identify(context, target, requests)).key?.id ?? null;
    if (id !== null && await deleteApiKey(context, target, id, requests)) return;
  } catch (error) {
    if (error instanceof InvalidKeyError) return;
    throw error;
  }
  throw new PlatformError(
    `${apiUrl.host} does not let a key revoke itself; delete it on the platform's page of API keys`,
  );
}
