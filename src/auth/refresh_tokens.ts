/**
 * Keeps a login through the browser alive: its access token is replaced before it expires, by one process at a time
 * (OpenAPI path `/api/cli-connect/refresh`).
 *
 * @module
 */
import { refreshDeviceLogin } from "../api_client/device_login.ts";
import { DEFAULT_DEADLINE, type RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { profileLock, readCredentials, requireWritable } from "../credentials/credential_store.ts";
import { withFileLock } from "../credentials/file_lock.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import type { Tokens } from "../credentials/profile.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { LoginEndedError, NetworkError, PlatformError } from "../errors.ts";

/** An access token is replaced this long before it expires, in milliseconds: commands take time, and clocks differ. */
const AHEAD = 5 * 60 * 1000;
/** How much longer than a request another process is waited for, in milliseconds. */
const PATIENCE = 5_000;

/** The login that is kept alive. */
export interface SavedLogin {
  readonly location: CredentialsLocation;
  /** The profile's name. */
  readonly name: string;
  readonly tokens: Tokens;
  /** Where the tokens come from, and may be sent. */
  readonly apiUrl: URL;
}

/**
 * Replaces the access token if it expires soon, unless another process has done so meanwhile.
 *
 * @param context The outside world.
 * @param login The login.
 * @param requests How requests are made.
 * @returns Tokens whose access token is valid. While the platform can't be asked and the old one has not expired, the
 * old ones.
 * @throws {LoginEndedError} When the platform refuses: the person has to log in again.
 * @throws {ConfigurationError | SystemError} When the store can't be written: then nothing is asked, because the new
 * refresh token would be lost and the old one spent.
 * @throws {NetworkError | PlatformError} When the access token has expired and the platform can't be asked.
 */
export async function refreshTokens(
  context: Context,
  login: SavedLogin,
  requests?: RequestOptions,
): Promise<Tokens> {
  const isUsable = (tokens: Tokens) => !isExpiring(tokens, context.now());
  if (isUsable(login.tokens)) return login.tokens;
  try {
    return await replaceTokens(context, login, isUsable, requests);
  } catch (error) {
    const isTransient = error instanceof NetworkError || error instanceof PlatformError;
    if (isTransient && Date.parse(login.tokens.expiresAt) > context.now().getTime()) return login.tokens;
    throw error;
  }
}

/**
 * Replaces an access token that the platform has rejected, unless another process has done so meanwhile.
 *
 * @param context The outside world.
 * @param login The login.
 * @param rejected The access token.
 * @param requests How requests are made.
 * @returns Another access token.
 * @throws As {@linkcode refreshTokens}.
 */
export async function replaceRejected(
  context: Context,
  login: SavedLogin,
  rejected: string,
  requests?: RequestOptions,
): Promise<string> {
  const isUsable = ({ accessToken }: Tokens) => accessToken !== rejected;
  const { accessToken } = await replaceTokens(context, login, isUsable, requests);
  if (accessToken === rejected) throw new LoginEndedError(login.name);
  return accessToken;
}

/** Replaces the tokens under the profile's lock, unless those that are saved by then are usable. */
async function replaceTokens(
  context: Context,
  login: SavedLogin,
  isUsable: (tokens: Tokens) => boolean,
  requests?: RequestOptions,
): Promise<Tokens> {
  const { location, name, apiUrl } = login;
  const store = new SecretStore(context, location);
  await requireWritable(location);
  const patience = (requests?.deadline ?? DEFAULT_DEADLINE) + PATIENCE;
  return await withFileLock(profileLock(location, name), async () => {
    const tokens = await savedTokens(store, login);
    if (isUsable(tokens)) return tokens;
    const issued = await refreshDeviceLogin(context, apiUrl, tokens, requests);
    if (issued === null) throw new LoginEndedError(name);
    const refreshed: Tokens = {
      kind: "tokens",
      accessToken: issued.accessToken,
      refreshToken: issued.refreshToken ?? tokens.refreshToken,
      expiresAt: issued.expiresAt.toISOString(),
    };
    // Somebody may have logged out, or in again, meanwhile; that stands.
    await store.replace(name, tokens, { secret: refreshed });
    return refreshed;
  }, { patience, signal: context.stopped });
}

/** @returns Whether the access token expires within five minutes, or has expired. */
function isExpiring({ expiresAt }: Tokens, now: Date): boolean {
  return !(Date.parse(expiresAt) - now.getTime() > AHEAD);
}

/** @returns The tokens as they are by now; those known before if the profile is gone or something else. */
async function savedTokens(store: SecretStore, { location, name, tokens }: SavedLogin): Promise<Tokens> {
  const profile = (await readCredentials(location)).find(name);
  const secret = profile === null ? null : (await store.read(profile)).secret;
  return secret?.kind === "tokens" ? secret : tokens;
}
