/**
 * Use case: verify a key with the platform and save it under a profile (seed: "fluxloop auth login").
 *
 * @module
 */
import { apiUrlText, DEFAULT_API_URL } from "../api_client/api_url.ts";
import { identify } from "../api_client/client.ts";
import { type Identity, UNKNOWN_IDENTITY } from "../api_client/identity.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials, requireWritable } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { GitExposure } from "../credentials/git_exposure.ts";
import { type CredentialsLocation, credentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import type { KeyStorage, PlainSecret, Profile, ProfileDetails } from "../credentials/profile.ts";
import { type SavedProfile, SecretStore } from "../credentials/secret_store.ts";
import { storeTitle } from "../credentials/secret_stores.ts";
import { NetworkError, PlatformError, UsageError } from "../errors.ts";
import { utcDate } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { abandoned, type AbandonedRotation } from "./abandoned_rotation.ts";
import { overridingVariable } from "./resolve_credential.ts";
import { apiUrlOf, chosenApiUrl, type ProfileOptions, selectProfile } from "./select_profile.ts";

/** What the command line says about a login. */
export interface LoginOptions extends ProfileOptions {
  /** `--storage`. */
  readonly storage?: string;
  /** Whether the key is saved (`--save`, the default) or only verified (`--no-save`). */
  readonly save: boolean;
}

/** A login that lacks only the secret. */
export interface LoginPlan {
  readonly profile: string;
  readonly apiUrl: URL;
  /** Where the credentials will be saved; `null`: nowhere. */
  readonly location: CredentialsLocation | null;
  readonly storage: KeyStorage;
}

/** What a login came to. */
export interface LoginResult {
  readonly profile: string;
  /** The file that the credentials were saved to, as people write it; `null`: they were not saved. */
  readonly savedTo: string | null;
  /** What people call the keychain, if the secret is there; else `null`. */
  readonly keychain: string | null;
  /** What people call the keychain that the profile's last entry couldn't be removed from; else `null`. */
  readonly staleEntryIn: string | null;
  /** The profile's rotation that nobody will finish now, or `null`. */
  readonly abandoned: AbandonedRotation | null;
  readonly apiUrl: URL;
  readonly maskedKey: string;
  readonly identity: Identity;
  /** The variable whose key overrides the saved one in every other command, or `null`. */
  readonly overriddenBy: string | null;
  /** Where git would commit what was saved, or `null`. */
  readonly exposure: GitExposure | null;
}

/**
 * Decides all that can be decided before a key is asked for, so that nobody types one in vain.
 *
 * @throws {UsageError} When the profile's name or the API URL is wrong.
 * @throws {ConfigurationError | SystemError} When the credentials file can't be read or saved.
 */
export async function planLogin(context: Context, options: LoginOptions): Promise<LoginPlan> {
  const location = options.save ? requireCredentialsLocation(context) : null;
  // A key that is not saved goes to the profile's platform, too.
  const document = await readCredentials(credentialsLocation(context));
  if (location !== null) await requireWritable(location);
  const { name } = selectProfile(context, document, options);
  // A broken entry is what a new login repairs.
  const saved = document.find(name);
  const chosen = chosenApiUrl(context, options);
  return {
    profile: name,
    location,
    apiUrl: chosen ?? (saved === null ? new URL(DEFAULT_API_URL) : apiUrlOf(saved)),
    storage: selectStorage(context, document, saved, options.storage),
  };
}

/**
 * Verifies the key or the access token, then saves it; nothing is saved before the platform has accepted it.
 *
 * @param context The outside world.
 * @param plan From {@linkcode planLogin}.
 * @param secret The key, or the tokens of a login through the browser.
 * @param requests How requests are made.
 * @throws {InvalidKeyError | PermissionDeniedError | NetworkError | PlatformError} As the platform has it; nothing is
 * saved.
 * @throws {ConfigurationError | SystemError} When the key is valid and can't be saved.
 */
export async function logIn(
  context: Context,
  plan: LoginPlan,
  secret: PlainSecret,
  requests?: RequestOptions,
): Promise<LoginResult> {
  const { location, profile, apiUrl } = plan;
  const key = secret.kind === "tokens" ? secret.accessToken : secret.key;
  const identity = await verified(context, { apiUrl, key }, secret.kind === "tokens", requests);
  const result = {
    profile,
    apiUrl,
    identity,
    maskedKey: maskKey(key),
    overriddenBy: overridingVariable(context),
    savedTo: location?.shown ?? null,
  };
  if (location === null) return { ...result, keychain: null, staleEntryIn: null, abandoned: null, exposure: null };
  const { saved, abandoned } = await save(context, plan, location, secret, identity);
  const keychain = saved.secret.kind === "keychain" ? storeTitle(saved.secret.helper) : null;
  return {
    ...result,
    keychain,
    abandoned,
    staleEntryIn: saved.staleEntry && storeTitle(saved.staleEntry.helper),
    exposure: keychain === null ? await gitExposure(location) : null,
  };
}

/** @returns What the platform says about a new key, as the fields of a profile. */
export function keyDetails({ account, key }: Identity): Omit<ProfileDetails, "apiUrl"> {
  const day = (time: Date | "never" | null | undefined) => time instanceof Date ? utcDate(time) : null;
  return {
    account: account?.email ?? null,
    expires: day(key?.expiresAt),
    keyId: key?.id ?? null,
    created: day(key?.createdAt),
  };
}

/**
 * Tokens come from the platform itself and are handed out once: where it can't be asked about them just then, they are
 * saved all the same.
 */
async function verified(
  context: Context,
  target: Target,
  isIssued: boolean,
  requests?: RequestOptions,
): Promise<Identity> {
  try {
    return await identify(context, target, requests);
  } catch (error) {
    if (isIssued && (error instanceof NetworkError || error instanceof PlatformError)) return UNKNOWN_IDENTITY;
    throw error;
  }
}

async function save(
  context: Context,
  { profile: name, apiUrl, storage }: LoginPlan,
  location: CredentialsLocation,
  secret: PlainSecret,
  identity: Identity,
): Promise<{ readonly saved: SavedProfile; readonly abandoned: AbandonedRotation | null }> {
  const store = new SecretStore(context, location);
  const before = (await readCredentials(location)).find(name);
  const details = {
    ...keyDetails(identity),
    apiUrl: apiUrlText(apiUrl) === DEFAULT_API_URL ? null : apiUrlText(apiUrl),
  };
  // With the same key as before, a rotation can still be finished.
  const isSameKey = before !== null && before.rotation !== null && details.keyId !== null &&
    details.keyId === before.keyId && details.apiUrl === before.apiUrl;
  const rotation = isSameKey ? (await store.read(before)).rotation : null;
  const saved = await store.save({ name, secret, rotation, ...details }, storage, apiUrl);
  return { saved, abandoned: before === null || isSameKey ? null : abandoned(before, details.keyId) };
}

/** @returns The option, the variable, where the profile's secret is, the file's `storage:`, or the file. */
function selectStorage(
  context: Context,
  document: CredentialsDocument,
  profile: Profile | null,
  option: string | undefined,
): KeyStorage {
  if (option !== undefined) return parseStorage(option, "--storage");
  const variable = context.env("FLUXLOOP_STORAGE") || undefined;
  if (variable !== undefined) return parseStorage(variable, "FLUXLOOP_STORAGE");
  if (profile !== null) return profile.secret.kind === "keychain" ? "keychain" : "file";
  return document.storage === null ? "file" : parseStorage(document.storage, "storage: in the credentials file");
}

function parseStorage(text: string, origin: string): KeyStorage {
  if (text === "file" || text === "keychain") return text;
  throw new UsageError(`${origin} must be file or keychain`);
}

async function gitExposure({ file }: CredentialsLocation): Promise<GitExposure | null> {
  // The matcher of git's patterns is needed here alone.
  const { findGitExposure } = await import("../credentials/git_exposure.ts");
  try {
    return findGitExposure(file);
  } catch {
    return null; // The credentials are saved; that git's files can't be read is no reason to say otherwise.
  }
}
