/**
 * Use case: verify a key with the platform and save it under a profile (seed: "fluxloop auth login").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, updateCredentials } from "../credentials/credential_store.ts";
import type { Profile } from "../credentials/credentials_document.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import type { GitExposure } from "../credentials/git_exposure.ts";
import { utcDate } from "../output/expiry.ts";
import { maskKey } from "../output/mask.ts";
import { apiUrlText, DEFAULT_API_URL } from "../platform/api_url.ts";
import { identify } from "../platform/client.ts";
import type { Identity } from "../platform/identity.ts";
import type { RequestLog } from "../platform/transport.ts";
import { apiUrlOf, chosenApiUrl, type KeyOptions, overridingVariable, selectProfile } from "./resolve_credential.ts";

/** What the command line says of a login. */
export interface LoginOptions extends Pick<KeyOptions, "profile" | "apiUrl"> {
  /** Whether the key is kept (`--save`, the default) or only verified (`--no-save`). */
  readonly save: boolean;
}

/** A login that lacks nothing but the key. */
export interface LoginPlan {
  readonly profile: string;
  readonly apiUrl: URL;
  /** Where the credentials will be saved; `null` when they will not. */
  readonly location: CredentialsLocation | null;
}

/** What a login came to. */
export interface LoginResult {
  readonly profile: string;
  /** The file that the credentials were saved to, as people write it; `null` when they were not. */
  readonly savedTo: string | null;
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
 * @throws {ConfigurationError} When the credentials file is there and cannot be read: it is never overwritten.
 */
export async function planLogin(context: Context, options: LoginOptions): Promise<LoginPlan> {
  const location = options.save ? requireCredentialsLocation(context) : null;
  const document = await readCredentials(location);
  const profile = selectProfile(context, document, options).name;
  const chosen = chosenApiUrl(context, options);
  // A broken entry is what a new login repairs.
  const saved = document.isReadable(profile) ? document.profile(profile) : null;
  return { profile, location, apiUrl: chosen ?? (saved === null ? new URL(DEFAULT_API_URL) : apiUrlOf(saved)) };
}

/**
 * Verifies the key, then saves it; nothing is saved before the platform has accepted it.
 *
 * @param context The outside world.
 * @param plan From {@linkcode planLogin}.
 * @param key The whole key.
 * @param log Told of each request.
 * @throws {InvalidKeyError | PermissionDeniedError | NetworkError | PlatformError} As the platform has it; nothing is
 * saved.
 * @throws {ConfigurationError | SystemError} When the key is good and cannot be saved.
 */
export async function logIn(context: Context, plan: LoginPlan, key: string, log?: RequestLog): Promise<LoginResult> {
  const identity = await identify(context, { apiUrl: plan.apiUrl, key }, log);
  if (plan.location !== null) {
    const profile = profileFor(plan, key, identity);
    await updateCredentials(plan.location, (document) => document.save(profile));
  }
  return {
    profile: plan.profile,
    savedTo: plan.location?.shown ?? null,
    apiUrl: plan.apiUrl,
    maskedKey: maskKey(key),
    identity,
    overriddenBy: overridingVariable(context),
    exposure: plan.location === null ? null : await gitExposure(context, plan.location),
  };
}

async function gitExposure(context: Context, { file }: CredentialsLocation): Promise<GitExposure | null> {
  // The matcher of git's patterns is needed here alone.
  const { findGitExposure } = await import("../credentials/git_exposure.ts");
  return findGitExposure(context, file);
}

function profileFor(plan: LoginPlan, key: string, identity: Identity): Profile {
  const day = (time: Date | null | undefined) => time ? utcDate(time) : null;
  const apiUrl = apiUrlText(plan.apiUrl);
  return {
    name: plan.profile,
    apiKey: key,
    account: identity.account?.email ?? null,
    expires: day(identity.key?.expiresAt),
    apiUrl: apiUrl === DEFAULT_API_URL ? null : apiUrl,
    keyId: identity.key?.id ?? null,
    created: day(identity.key?.createdAt),
  };
}
