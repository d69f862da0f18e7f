/**
 * Signing in through the browser: the device flow of the platform, RFC 8628 in spirit (OpenAPI paths
 * `/api/cli-connect/*`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InvalidKeyError, NotFoundError, PermissionDeniedError, PlatformError } from "../errors.ts";
import { isObject, jsonOf } from "./response.ts";
import { isLoopback } from "./api_url.ts";
import { type RequestOptions, send } from "./transport.ts";

/** A login that a person has yet to approve. */
export interface DeviceLogin {
  /** Gets the tokens; a secret. */
  readonly deviceCode: string;
  /** What the person compares, and types where the address does not carry it. */
  readonly userCode: string;
  /** The page on which the login is approved: https, or http on this machine. */
  readonly verificationUrl: URL;
  readonly expiresAt: Date;
  /** Milliseconds between two questions. */
  readonly interval: number;
}

/** The tokens of a login, and who signed in where the platform tells. */
export interface IssuedTokens {
  readonly accessToken: string;
  /** `null` where the platform leaves the old one as it is. */
  readonly refreshToken: string | null;
  readonly expiresAt: Date;
}

/** What became of a login until now. */
export type DeviceLoginState =
  | { readonly status: "pending" | "denied" | "expired" }
  /** The platform wants to be asked less often; after so many milliseconds, where it says how many. */
  | { readonly status: "slow_down"; readonly pause: number | null }
  | { readonly status: "approved"; readonly tokens: IssuedTokens };

/** How long an access token is good whose end the platform does not tell, in milliseconds. */
const USUAL_LIFETIME = 60 * 60 * 1000;
const USUAL_INTERVAL = 5;
const SECOND = 1000;
/** The longest that is believed, in seconds: a day. */
const LONGEST = 24 * 60 * 60;

/**
 * Begins a login (`POST /api/cli-connect/start`).
 *
 * @param context The outside world.
 * @param apiUrl The platform.
 * @param requests How requests are made.
 * @throws {NetworkError} When the platform cannot be reached.
 * @throws {PlatformError} When it fails, knows no such login, or its answer cannot be read.
 */
export async function startDeviceLogin(
  context: Context,
  apiUrl: URL,
  requests?: RequestOptions,
): Promise<DeviceLogin> {
  const began = context.now().getTime();
  const response = await anonymously(apiUrl, () => post(context, apiUrl, "/api/cli-connect/start", {}, requests));
  const fields = objectOf(response);
  const lifetime = secondsOf(fields.expires_in ?? fields.expires_in_sec, "expires_in");
  return {
    deviceCode: textOf(fields.device_code, "device_code"),
    userCode: textOf(fields.user_code, "user_code"),
    verificationUrl: pageOf(textOf(fields.verification_url, "verification_url")),
    expiresAt: new Date(began + lifetime * SECOND),
    interval: Math.max(1, secondsOf(fields.interval ?? fields.interval_sec ?? USUAL_INTERVAL, "interval")) * SECOND,
  };
}

/**
 * Asks once what became of a login (`POST /api/cli-connect/complete`).
 *
 * @throws {NetworkError} When the platform cannot be reached.
 * @throws {PlatformError} When it fails or its answer cannot be read.
 */
export async function pollDeviceLogin(
  context: Context,
  apiUrl: URL,
  deviceCode: string,
  requests?: RequestOptions,
): Promise<DeviceLoginState> {
  const message = { method: "POST", path: "/api/cli-connect/complete", body: { device_code: deviceCode } } as const;
  const response = await send(context, { apiUrl, key: null }, message, requests);
  if (response.status === 429) {
    const seconds = Number(response.headers.get("retry-after"));
    return { status: "slow_down", pause: seconds > 0 && seconds <= LONGEST ? seconds * SECOND : null };
  }
  // A platform that has forgotten the code says that there is none.
  if ((response.status === 404 || response.status === 410) && isPlatforms(response)) return { status: "expired" };
  const fields = objectOf(await anonymously(apiUrl, () => Promise.resolve(jsonOf(response, apiUrl))));
  switch (fields.status) {
    case "pending":
    case "denied":
    case "expired":
      return { status: fields.status };
    case "slow_down":
      return { status: "slow_down", pause: null };
    case "approved":
      return { status: "approved", tokens: tokensOf(context, fields.credential, null) };
    default:
      throw unreadable("status");
  }
}

/**
 * Exchanges a refresh token (`POST /api/cli-connect/refresh`).
 *
 * @param old The access token that is to be replaced: what the platform leaves out keeps its old value.
 * @returns The new tokens; `null` where the platform refuses: the login has ended.
 * @throws {NetworkError} When the platform cannot be reached.
 * @throws {PlatformError} When it fails or its answer cannot be read.
 */
export async function refreshDeviceLogin(
  context: Context,
  apiUrl: URL,
  old: { readonly accessToken: string; readonly refreshToken: string },
  requests?: RequestOptions,
): Promise<IssuedTokens | null> {
  const body = { refresh_token: old.refreshToken };
  const message = { method: "POST", path: "/api/cli-connect/refresh", body } as const;
  const response = await send(context, { apiUrl, key: null }, message, requests);
  if ([400, 401, 403, 404, 410, 422].includes(response.status)) {
    if (isPlatforms(response)) return null;
    throw new PlatformError(`${apiUrl.host} answered with a web page, as a proxy in between does; try again later`);
  }
  return tokensOf(context, objectOf(jsonOf(response, apiUrl)).credential, old.accessToken);
}

/**
 * Ends a login at the platform (`POST /api/cli-connect/revoke`). One that has ended already is fine.
 *
 * @throws {NetworkError} When the platform cannot be reached.
 * @throws {PlatformError} When it fails.
 */
export async function revokeDeviceLogin(
  context: Context,
  apiUrl: URL,
  refreshToken: string,
  requests?: RequestOptions,
): Promise<void> {
  const message = { method: "POST", path: "/api/cli-connect/revoke", body: { refresh_token: refreshToken } } as const;
  const response = await send(context, { apiUrl, key: null }, message, requests);
  if (response.status === 204 || response.status === 200 || response.status === 401) return;
  jsonOf(response, apiUrl);
}

async function post(
  context: Context,
  apiUrl: URL,
  path: string,
  body: unknown,
  requests?: RequestOptions,
): Promise<unknown> {
  return jsonOf(await send(context, { apiUrl, key: null }, { method: "POST", path, body }, requests), apiUrl);
}

/** No key was sent, so that whatever is said of keys is no answer of this platform. */
async function anonymously<T>(apiUrl: URL, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOfKeys = error instanceof InvalidKeyError || error instanceof PermissionDeniedError;
    if (!isOfKeys && !(error instanceof NotFoundError)) throw error;
    throw new PlatformError(`${apiUrl.host} does not know logins through the browser; log in with an API key`, {
      cause: error,
    });
  }
}

function tokensOf(context: Context, credential: unknown, oldAccessToken: string | null): IssuedTokens {
  if (!isObject(credential)) throw unreadable("credential");
  const { access_token: access, refresh_token: refresh, expires_at: expires } = credential;
  const end = typeof expires === "string" ? new Date(expires) : new Date(context.now().getTime() + USUAL_LIFETIME);
  if (Number.isNaN(end.getTime())) throw unreadable("credential.expires_at");
  const isFirst = oldAccessToken === null;
  return {
    accessToken: secretOf(isFirst ? access : access ?? oldAccessToken, "credential.access_token"),
    refreshToken: isFirst || (refresh ?? null) !== null ? secretOf(refresh, "credential.refresh_token") : null,
    expiresAt: end,
  };
}

/** What goes into a header and a line of a file. */
function secretOf(value: unknown, at: string): string {
  const text = textOf(value, at);
  if (/^[\x21-\x7e]{1,8192}$/.test(text)) return text;
  throw unreadable(at);
}

/** A web page is of a proxy in between, which does not know what became of a login. */
function isPlatforms({ text }: { readonly text: string }): boolean {
  return !text.trimStart().startsWith("<");
}

/** The address is opened in a browser: it must not be a file, a script or another program's. */
function pageOf(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return url;
  } catch {
    // Told below.
  }
  throw new PlatformError("The platform names a page for the login that is not a secure web address");
}

function objectOf(value: unknown): Record<string, unknown> {
  if (isObject(value)) return value;
  throw unreadable("its answer");
}

function textOf(value: unknown, at: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw unreadable(at);
}

function secondsOf(value: unknown, at: string): number {
  if (typeof value === "number" && value > 0 && value <= LONGEST) return value;
  throw unreadable(at);
}

function unreadable(at: string): PlatformError {
  return new PlatformError(`The platform's answer cannot be read: ${at} is not what it should be`);
}
