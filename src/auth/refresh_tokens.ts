/**
 * Keeps a login through the browser alive: its access token is replaced before it expires, by one process at a time
 * (OpenAPI path `/api/cli-connect/refresh`).
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
import { LoginEndedError, NetworkError, PlatformError } from "../errors.ts";

/** An access token is replaced this long before it expires, in milliseconds: commands take time, and clocks differ. */
const AHEAD = 5 * 60 * 1000;
/** How much longer than its requests another process is waited for, in milliseconds. */
const GRACE = 5_000;

/** A saved login through the browser. */
export interface SavedLogin {
  readonly location: CredentialsLocation;
  readonly name: string;
  readonly tokens: Tokens;
  /** Where the tokens come from, and may be sent. */
  readonly apiUrl: URL;
  readonly requests: RequestOptions | undefined;
}

/** @returns How long to wait for another process that makes so many requests while it holds a lock, in milliseconds. */
export function lockTimeout(requests: RequestOptions | undefined, count = 1): number {
  return count * (requests?.deadline ?? DEFAULT_DEADLINE) + GRACE;
}

/**
 * Replaces the access token if it expires soon; one that hasn't expired is kept if the platform can't be asked.
 *
 * @param keepsExpired Whether one that has expired is kept then, too.
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

/** Replaces an access token that the platform has rejected. @returns Another one. */
export async function replaceRejected(context: Context, login: SavedLogin, rejected: string): Promise<string> {
  const isUsable = ({ accessToken }: Tokens) => accessToken !== rejected;
  const { accessToken } = await replaceTokens(context, login, isUsable);
  if (accessToken === rejected) throw new LoginEndedError(login.name);
  return accessToken;
}

/** Replaces the tokens under the profile's lock, unless another process has saved usable ones meanwhile. */
async function replaceTokens(
  context: Context,
  { location, name, apiUrl, tokens: known, requests }: SavedLogin,
  isUsable: (tokens: Tokens) => boolean,
): Promise<Tokens> {
  const store = new SecretStore(location);
  // Else the old refresh token would be spent, and the new one lost.
  await requireWritable(location);
  return await withRequestLock(location, name, lockTimeout(requests), async () => {
    const profile = (await readCredentials(location)).find(name);
    const saved = profile === null ? null : (await store.read(profile)).secret;
    const tokens = saved?.kind === "tokens" ? saved : known;
    if (isUsable(tokens)) return tokens;
    const issued = await refreshDeviceLogin(context, { apiUrl, requests }, tokens);
    if (issued === null) throw new LoginEndedError(name);
    const refreshed: Tokens = { kind: "tokens", ...issued };
    // A logout or login in the meantime takes precedence.
    await store.replace(name, tokens, { secret: refreshed });
    return refreshed;
  });
}
