/**
 * Where keys are kept: in the credentials file, or in the system's own store (design: "Files"; issue of the store).
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { KeptKey, KeyStorage, Profile } from "../credentials/profile.ts";
import type { StoredSecret } from "../credentials/credential_helper.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import { UsageError } from "../errors.ts";

const VARIABLE = "FLUXLOOP_STORAGE";

/**
 * @param context Its environment tells `FLUXLOOP_STORAGE`.
 * @param document The saved credentials.
 * @param profile The profile to log in to; one that is there stays where it is unless told otherwise.
 * @param option `--storage`.
 * @returns Where its key is to be kept: the option, the variable, where it is, the file's `storage:`, or the file.
 * @throws {UsageError} When a value is neither `file` nor `keychain`.
 */
export function selectStorage(
  context: Context,
  document: CredentialsDocument,
  profile: Profile | null,
  option: string | undefined,
): KeyStorage {
  if (option !== undefined) return parseStorage(option, "--storage");
  const variable = context.env(VARIABLE) || undefined;
  if (variable !== undefined) return parseStorage(variable, VARIABLE);
  if (profile !== null) return profile.keptKey === null ? "file" : "keychain";
  return document.storage === null ? "file" : parseStorage(document.storage, "storage: in the credentials file");
}

/**
 * @param context The outside world.
 * @param profile A saved profile.
 * @returns Its key or its tokens, from wherever they are.
 * @throws {ConfigurationError | SystemError} When the system's store cannot be asked, or has them no more.
 */
export async function savedSecret(context: Context, profile: Profile): Promise<StoredSecret> {
  if (profile.keptKey === null) return secretIn(profile);
  const helper = await helperOf(context, profile.keptKey.helper);
  return await helper.get(profile.keptKey.reference);
}

/**
 * Puts a key or tokens into the system's store.
 *
 * @param context The outside world.
 * @param helper The helper that the credentials file names, or `null` for the system's own.
 * @param location The credentials file that will refer to it.
 * @param owner The platform and the profile that it is for.
 * @param secret The whole key, or the tokens.
 * @returns Where it is.
 * @throws {ConfigurationError | SystemError} When the store does not take it; it is then nowhere.
 */
export async function keepKey(
  context: Context,
  helper: string | null,
  location: CredentialsLocation,
  owner: { readonly apiUrl: URL; readonly profile: string },
  secret: StoredSecret,
): Promise<KeptKey> {
  const { secretReference } = await import("../credentials/credential_helper.ts");
  const reference = await secretReference(owner.apiUrl, location.file, owner.profile);
  const used = await (await helperOf(context, helper)).store(reference, owner.profile, secret);
  return { helper: used, reference };
}

/**
 * Removes a key from the system's store; one that is not there any more is fine.
 *
 * @throws {ConfigurationError | SystemError} When the store cannot be asked.
 */
export async function forgetKey(context: Context, { helper, reference }: KeptKey): Promise<void> {
  await (await helperOf(context, helper)).erase(reference);
}

function secretIn({ apiKey, tokens }: Profile): StoredSecret {
  return tokens === null ? { apiKey: apiKey ?? "" } : { tokens };
}

async function helperOf(context: Context, name: string | null) {
  const { CredentialHelper } = await import("../credentials/credential_helper.ts");
  return new CredentialHelper(context, name);
}

function parseStorage(text: string, origin: string): KeyStorage {
  if (text === "file" || text === "keychain") return text;
  throw new UsageError(`${origin} must be file or keychain`);
}
