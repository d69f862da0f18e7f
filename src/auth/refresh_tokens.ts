/**
 * Keeps a login through the browser alive: its access token is replaced before it ends, by one process at a time (design:
 * platform-api.md, `POST /api/cli-connect/refresh`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { profileLock, readCredentials, requireWritable, updateCredentials } from "../credentials/credential_store.ts";
import type { Profile, Tokens } from "../credentials/profile.ts";
import { withFileLock } from "../credentials/file_lock.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import { LoginEndedError, NetworkError, PlatformError } from "../errors.ts";
import { type IssuedTokens, refreshDeviceLogin } from "../api_client/device_login.ts";
import { DEFAULT_DEADLINE, type RequestOptions } from "../api_client/transport.ts";
import { keepKey, savedSecret } from "./key_storage.ts";

/** An access token is replaced so long before it ends, in milliseconds: a command takes its time, and clocks differ. */
const AHEAD = 5 * 60 * 1000;
/** How much longer than a request another process is waited for, in milliseconds. */
const PATIENCE = 5_000;

/** What is to be renewed. */
export interface Renewal {
  readonly location: CredentialsLocation;
  readonly profile: Profile;
  readonly tokens: Tokens;
  /** Where the tokens come from, and may go. */
  readonly apiUrl: URL;
}

/** @returns Whether the access token ends within five minutes, or has ended. */
export function isEnding({ expiresAt }: Tokens, now: Date): boolean {
  return !(Date.parse(expiresAt) - now.getTime() > AHEAD);
}

/**
 * Replaces the access token, unless another process has done so meanwhile.
 *
 * @param context The outside world.
 * @param renewal What is to be renewed.
 * @param requests How requests are made.
 * @returns Tokens whose access token is good. Where the platform cannot be asked and the old one has not ended, the old
 * ones.
 * @throws {LoginEndedError} When the platform refuses: the person has to log in again.
 * @throws {ConfigurationError | SystemError} When the store cannot be written: then nothing is asked, because the new
 * refresh token would be lost and the old one spent.
 * @throws {NetworkError | PlatformError} When the access token has ended and the platform cannot be asked.
 */
export async function renewTokens(context: Context, renewal: Renewal, requests?: RequestOptions): Promise<Tokens> {
  const { location, profile } = renewal;
  await requireWritable(location);
  const patience = (requests?.deadline ?? DEFAULT_DEADLINE) + PATIENCE;
  return await withFileLock(profileLock(location, profile.name), async () => {
    const tokens = await savedTokens(context, renewal);
    if (!isEnding(tokens, context.now())) return tokens;
    let issued: IssuedTokens | null;
    try {
      issued = await refreshDeviceLogin(context, renewal.apiUrl, tokens, requests);
    } catch (error) {
      const isPassing = error instanceof NetworkError || error instanceof PlatformError;
      if (isPassing && Date.parse(tokens.expiresAt) > context.now().getTime()) return tokens;
      throw error;
    }
    if (issued === null) throw new LoginEndedError(profile.name);
    const renewed: Tokens = {
      accessToken: issued.accessToken,
      refreshToken: issued.refreshToken ?? tokens.refreshToken,
      expiresAt: issued.expiresAt.toISOString(),
    };
    await save(context, renewal, renewed);
    return renewed;
  }, { patience, signal: context.stopped });
}

/** @returns The tokens as they are by now; those known before where the profile is gone or something else. */
async function savedTokens(context: Context, { location, profile, tokens }: Renewal): Promise<Tokens> {
  const document = await readCredentials(location);
  const there = document.isReadable(profile.name) ? document.profile(profile.name) : null;
  const secret = there === null ? null : await savedSecret(context, there);
  return secret !== null && "tokens" in secret ? secret.tokens : tokens;
}

async function save(context: Context, { location, profile, apiUrl }: Renewal, tokens: Tokens): Promise<void> {
  if (profile.keptKey !== null) {
    await keepKey(context, profile.keptKey.helper, location, { apiUrl, profile: profile.name }, { tokens });
    return;
  }
  await updateCredentials(location, (document) => {
    const there = document.isReadable(profile.name) ? document.profile(profile.name) : null;
    // Somebody may have logged out, or in with a key, meanwhile; that stands.
    if (there === null || there.tokens === null) return;
    document.save({ ...there, tokens });
  });
}
