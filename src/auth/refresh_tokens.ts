/**
 * Refreshes the tokens of a browser login before its access token expires, in one process at a time (OpenAPI path
 * `/api/cli-connect/refresh`).
 *
 * @module
 */
import { refreshDeviceLogin } from "../api_client/device_login.ts";
import { DEFAULT_DEADLINE, type RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials, requireWritable, withRequestLock } from "../credentials/credential_store.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import type { Tokens } from "../credentials/profile.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { InvalidLoginError, NetworkError, PlatformError } from "../errors.ts";

/** How long before its expiry an access token is replaced, in milliseconds: commands take time, and clocks differ. */
const AHEAD = 5 * 60 * 1000;
/** How long another process that holds a lock may take in addition to its requests, in milliseconds. */
const GRACE = 5_000;

/** A saved browser login. */
export interface SavedLogin {
  readonly location: CredentialsLocation;
  readonly name: string;
  readonly tokens: Tokens;
  /** The platform that issued the tokens, to which alone they are sent. */
  readonly apiUrl: URL;
  readonly requests: RequestOptions | undefined;
}

/** Returns how long to wait for a process that makes `count` requests while it holds a lock, in milliseconds. */
export function lockTimeout(requests: RequestOptions | undefined, count = 1): number {
  return count * (requests?.deadline ?? DEFAULT_DEADLINE) + GRACE;
}

/**
 * Refreshes the tokens if the access token expires soon. If the platform can't be reached, an unexpired token is kept.
 *
 * @param keepsExpired Whether an expired token is kept then, too.
 */
export async function refreshTokens(context: Context, login: SavedLogin, keepsExpired: boolean): Promise<Tokens> {
  const isUsable = ({ expiresAt }: Tokens) => Date.parse(expiresAt) - context.now().getTime() > AHEAD;
  if (isUsable(login.tokens)) return login.tokens;
  try {
    return await replaceTokens(context, login, isUsable);
  } catch (error) {
    const isTransient = error instanceof NetworkError || error instanceof PlatformError;
    const isKept = keepsExpired || Date.parse(login.tokens.expiresAt) > context.now().getTime();
    if (isTransient && isKept) return login.tokens;
    throw error;
  }
}

/** Replaces an access token that the platform has rejected. @returns The new one. */
export async function replaceRejected(context: Context, login: SavedLogin, rejected: string): Promise<string> {
  const isUsable = ({ accessToken }: Tokens) => accessToken !== rejected;
  const { accessToken } = await replaceTokens(context, login, isUsable);
  if (accessToken === rejected) throw new InvalidLoginError(login.name);
  return accessToken;
}

/** Replaces the tokens under the profile's lock, unless another process has saved usable ones meanwhile. */
async function replaceTokens(
  context: Context,
  { location, name, apiUrl, tokens: known, requests }: SavedLogin,
  isUsable: (tokens: Tokens) => boolean,
): Promise<Tokens> {
  const store = new SecretStore(location);
  // Otherwise the old refresh token could be used up and the new one lost.
  await requireWritable(location);
  return await withRequestLock(location, name, lockTimeout(requests), async () => {
    const profile = (await readCredentials(location)).find(name);
    const saved = profile === null ? null : (await store.read(profile)).secret;
    const tokens = saved?.kind === "tokens" ? saved : known;
    if (isUsable(tokens)) return tokens;
    const issued = await refreshDeviceLogin(context, { apiUrl, requests }, tokens);
    if (issued === null) throw new InvalidLoginError(name);
    const refreshed: Tokens = { kind: "tokens", ...issued };
    // A logout or login in the meantime takes precedence.
    await store.replace(name, tokens, { secret: refreshed });
    return refreshed;
  });
}
