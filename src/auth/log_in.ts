/**
 * Use case: verify a key with the platform and save it under a profile (seed: "fluxloop auth login").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, requireWritable, updateCredentials } from "../credentials/credential_store.ts";
import type { StoredSecret } from "../credentials/credential_helper.ts";
import type { KeptKey, KeyStorage, Profile } from "../credentials/profile.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import type { GitExposure } from "../credentials/git_exposure.ts";
import { storeTitle } from "../credentials/secret_stores.ts";
import { utcDate } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { apiUrlText, DEFAULT_API_URL } from "../api_client/api_url.ts";
import { identify } from "../api_client/client.ts";
import { type Identity, UNKNOWN_IDENTITY } from "../api_client/identity.ts";
import type { RequestOptions, Target } from "../api_client/transport.ts";
import { FluxloopError, InterruptedError, NetworkError, PlatformError } from "../errors.ts";
import { forgetKey, keepKey, selectStorage } from "./key_storage.ts";
import { apiUrlOf, chosenApiUrl, type KeyOptions, overridingVariable, selectProfile } from "./resolve_credential.ts";
import { type AbandonedRotation, abandonUnlessItsOwn, waitsInStore } from "./rotate_end.ts";

/** What the command line says of a login. */
export interface LoginOptions extends Pick<KeyOptions, "profile" | "apiUrl"> {
  /** Whether the login goes through the browser (`--web`). */
  readonly web?: boolean;
  /** `--storage`. */
  readonly storage?: string;
  /** Whether the key is kept (`--save`, the default) or only verified (`--no-save`). */
  readonly save: boolean;
}

/** A login that lacks nothing but the key. */
export interface LoginPlan {
  readonly profile: string;
  readonly apiUrl: URL;
  /** Where the credentials will be saved; `null` when they will not. */
  readonly location: CredentialsLocation | null;
  readonly storage: KeyStorage;
  /** Whether another program keeps the key, or did so until now. */
  readonly needsProcesses: boolean;
  /** The helper that the credentials file names for the system's own store, or `null`. */
  readonly helper: string | null;
  /** Where the profile's key was kept until now, when that was not the file. */
  readonly keptUntilNow: KeptKey | null;
}

/** What a login came to. */
export interface LoginResult {
  readonly profile: string;
  /** The file that the credentials were saved to, as people write it; `null` when they were not. */
  readonly savedTo: string | null;
  /** What people call the system's own store, where the key is there and not in the file; else `null`. */
  readonly keptBy: string | null;
  /** What people call the store that the profile's old key could not be removed from; else `null`. */
  readonly leftBehind: string | null;
  /** The rotation of the profile that nobody will finish now, or `null`. */
  readonly abandoned: AbandonedRotation | null;
  readonly apiUrl: URL;
  readonly maskedKey: string;
  readonly identity: Identity;
  /** The variable whose key stands over the saved one in every other command, or `null`. */
  readonly overriddenBy: string | null;
  /** Where git would take what was saved into a commit, or `null`. */
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
  const document = await readCredentials(location);
  if (location !== null) await requireWritable(location);
  const profile = selectProfile(context, document, options).name;
  const chosen = chosenApiUrl(context, options);
  // A broken entry is what a new login repairs.
  const saved = document.isReadable(profile) ? document.profile(profile) : null;
  const storage = selectStorage(context, document, saved, options.storage);
  const keptUntilNow = saved?.keptKey ?? null;
  // A browser is a process, too; the login through it gives the power up before it has a token.
  const isRotated = location !== null && waitsInStore(location, profile);
  const needsProcesses = storage === "keychain" || keptUntilNow !== null || isRotated;
  if (!options.save || !(needsProcesses || options.web)) context.renounceProcesses();
  const apiUrl = chosen ?? (saved === null ? new URL(DEFAULT_API_URL) : apiUrlOf(saved));
  return {
    needsProcesses,
    profile,
    location,
    apiUrl,
    storage,
    helper: document.credentialHelper,
    keptUntilNow,
  };
}

/**
 * Verifies the key or the access token, then saves it; nothing is saved before the platform has accepted it.
 *
 * @param context The outside world.
 * @param plan From {@linkcode planLogin}.
 * @param secret The whole key, or the tokens of a login through the browser.
 * @param requests How requests are made.
 * @throws {InvalidKeyError | PermissionDeniedError | NetworkError | PlatformError} As the platform has it; nothing is
 * saved.
 * @throws {ConfigurationError | SystemError} When the key is good and cannot be saved.
 */
export async function logIn(
  context: Context,
  plan: LoginPlan,
  secret: StoredSecret,
  requests?: RequestOptions,
): Promise<LoginResult> {
  const key = "tokens" in secret ? secret.tokens.accessToken : secret.apiKey;
  const identity = await verified(context, { apiUrl: plan.apiUrl, key }, "tokens" in secret, requests);
  const { keptKey, leftBehind } = plan.location === null
    ? { keptKey: null, leftBehind: null }
    : await save(context, plan, plan.location, secret, identity);
  const abandoned = plan.location === null ? null : await endRotation(context, plan.location, plan.profile, identity);
  return {
    profile: plan.profile,
    keptBy: keptKey === null ? null : storeTitle(keptKey.helper),
    savedTo: plan.location?.shown ?? null,
    apiUrl: plan.apiUrl,
    leftBehind,
    abandoned,
    maskedKey: maskKey(key),
    identity,
    overriddenBy: overridingVariable(context),
    exposure: plan.location === null || keptKey !== null ? null : await gitExposure(context, plan.location),
  };
}

/**
 * Tokens come from the platform itself and are handed out once: where it cannot be asked about them just then, they are
 * kept all the same.
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

/** @returns Where the key is kept, when that is not the file; and where an old one could not be removed from. */
async function save(
  context: Context,
  plan: LoginPlan,
  location: CredentialsLocation,
  secret: StoredSecret,
  identity: Identity,
): Promise<{ readonly keptKey: KeptKey | null; readonly leftBehind: string | null }> {
  const keptKey = plan.storage === "keychain" ? await keepKey(context, plan.helper, location, plan, secret) : null;
  const profile = profileFor(plan, secret, keptKey, identity);
  try {
    await updateCredentials(location, (document) => document.save(profile));
  } catch (error) {
    // What could not be saved must not stay behind in the keychain, where nothing would refer to it.
    if (keptKey !== null && keptKey.reference !== plan.keptUntilNow?.reference) {
      await forgetKey(context, keptKey).catch(() => {});
    }
    throw error;
  }
  // Last of all, so that at no moment the file refers to a key that is gone.
  const { keptUntilNow } = plan;
  const moved = keptUntilNow !== null &&
    (keptKey?.helper !== keptUntilNow.helper || keptKey.reference !== keptUntilNow.reference);
  return { keptKey, leftBehind: moved ? await leftBehind(context, keptUntilNow) : null };
}

/** The login is done by now: what is left of a rotation is worth a word, and no failure. */
async function endRotation(
  context: Context,
  location: CredentialsLocation,
  profile: string,
  { key }: Identity,
): Promise<AbandonedRotation | null> {
  try {
    return await abandonUnlessItsOwn(context, location, profile, key?.id ?? null);
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    return null; // It is told again by whoever looks at the profile.
  }
}

/** The login is done by now: an old key that cannot be removed is worth a word, and no failure. */
async function leftBehind(context: Context, keptUntilNow: KeptKey): Promise<string | null> {
  try {
    await forgetKey(context, keptUntilNow);
    return null;
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    return storeTitle(keptUntilNow.helper);
  }
}

async function gitExposure(context: Context, { file }: CredentialsLocation): Promise<GitExposure | null> {
  // The matcher of git's patterns is needed here alone.
  const { findGitExposure } = await import("../credentials/git_exposure.ts");
  try {
    return findGitExposure(context, file);
  } catch {
    return null; // The credentials are saved; that git's files cannot be read is no reason to say otherwise.
  }
}

function profileFor(plan: LoginPlan, secret: StoredSecret, keptKey: KeptKey | null, identity: Identity): Profile {
  const day = (time: Date | "never" | null | undefined) => time instanceof Date ? utcDate(time) : null;
  const apiUrl = apiUrlText(plan.apiUrl);
  return {
    name: plan.profile,
    apiKey: keptKey === null && "apiKey" in secret ? secret.apiKey : null,
    tokens: keptKey === null && "tokens" in secret ? secret.tokens : null,
    keptKey,
    account: identity.account?.email ?? null,
    expires: day(identity.key?.expiresAt),
    apiUrl: apiUrl === DEFAULT_API_URL ? null : apiUrl,
    keyId: identity.key?.id ?? null,
    created: day(identity.key?.createdAt),
  };
}
