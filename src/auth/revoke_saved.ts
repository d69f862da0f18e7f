/**
 * Revoking what a profile holds, with itself (seed: "Revoking Access").
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { InvalidKeyError, PlatformError } from "../errors.ts";
import { deleteApiKey } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import { revokeDeviceLogin } from "../api_client/device_login.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import { parseApiKey } from "./api_key.ts";
import { savedSecret } from "./key_storage.ts";
import { apiUrlOf, requireProfile } from "./resolve_credential.ts";

/**
 * Makes a profile's key, or the tokens of its login through the browser, be refused from now on. What is refused already
 * is fine.
 *
 * @param context The outside world.
 * @param document The saved credentials.
 * @param name A profile that is there.
 * @param requests How requests are made.
 * @throws {NetworkError | PlatformError} When the platform cannot be asked, or does not let a key revoke itself.
 * @throws {ConfigurationError | SystemError} When the profile or its key cannot be read.
 */
export async function revokeSaved(
  context: Context,
  document: CredentialsDocument,
  name: string,
  requests?: RequestOptions,
): Promise<void> {
  const profile = requireProfile(document, { name, chosenBy: "--profile" });
  const apiUrl = apiUrlOf(profile);
  const secret = await savedSecret(context, profile);
  if ("tokens" in secret) {
    await revokeDeviceLogin(context, apiUrl, secret.tokens.refreshToken, requests);
    return;
  }
  const target = { apiUrl, key: parseApiKey(secret.apiKey, `profile "${name}"`) };
  try {
    await revokeKey(context, target, requests);
  } catch (error) {
    if (!(error instanceof InvalidKeyError)) throw error;
  }
}

/** The id that was saved is of the last login; the platform knows better, and older ones know none. */
async function revokeKey(context: Context, target: Target, requests?: RequestOptions): Promise<void> {
  const id = (await identify(context, target, requests)).key?.id ?? null;
  if (id !== null && await deleteApiKey(context, target, id, requests)) return;
  throw new PlatformError(
    `${target.apiUrl.host} does not let a key revoke itself; delete it on the platform's page of API keys`,
  );
}
