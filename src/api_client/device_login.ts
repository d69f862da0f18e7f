/**
 * Browser logins: the platform's device flow, modelled on RFC 8628 (OpenAPI paths `/api/cli-connect/*`).
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InvalidKeyError, PermissionDeniedError, PlatformError } from "../errors.ts";
import { isLoopback } from "./api_url.ts";
import { anything, checked, InvalidFieldError, object, optional, type Reader, secret, text, time } from "./fields.ts";
import { isWebPage, jsonOf, objectIn, statusError } from "./response.ts";
import { type PlatformResponse, send, type Target } from "./transport.ts";

/** The platform, without a key. */
type Platform = Omit<Target, "key">;

/** A login that waits for approval. */
export interface DeviceLogin {
  /** A secret that is exchanged for the tokens. */
  readonly deviceCode: string;
  /** The code that the user compares with the page's, or enters there. */
  readonly userCode: string;
  /** The page on which the login is approved: https, or http on this machine. */
  readonly verificationUrl: URL;
  readonly expiresAt: Date;
  /** Milliseconds between two polls. */
  readonly interval: number;
}

/** The tokens of a login. */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token expires, in ISO 8601. */
  readonly expiresAt: string;
}

type OldTokens = Pick<IssuedTokens, "accessToken" | "refreshToken">;

/** The state of a login. */
export type DeviceLoginState =
  | { readonly status: "pending" | "denied" | "expired" }
  /** The platform wants fewer polls; `pause` is in milliseconds, or `null` if unknown. */
  | { readonly status: "slow_down"; readonly pause: number | null }
  | { readonly status: "approved"; readonly tokens: IssuedTokens };

const SECOND = 1000;
/** The assumed lifetime of an access token if the platform sends none, in milliseconds. */
const USUAL_LIFETIME = 60 * 60 * SECOND;
const USUAL_INTERVAL = 5;
/** The longest accepted duration, in seconds: a day. */
const MAX_SECONDS = 24 * 60 * 60;

const seconds = checked(
  "a number of seconds",
  (it): it is number => typeof it === "number" && it > 0 && it <= MAX_SECONDS,
);
const nonEmpty = checked("a non-empty string", (it): it is string => typeof it === "string" && it !== "");
/** The URL is opened in a browser: it must not open a file, a script or another program. */
const page: Reader<URL> = (value, at) => {
  const url = URL.parse(text(value, at));
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url))) return url;
  throw new InvalidFieldError(at, "an https URL");
};

const startedLogin = object({
  device_code: nonEmpty,
  user_code: nonEmpty,
  verification_url: page,
  expires_in: optional(seconds),
  interval: optional(seconds),
  // Names on older platforms.
  expires_in_sec: optional(seconds),
  interval_sec: optional(seconds),
});

/** Starts a login. */
export async function startDeviceLogin(context: Context, platform: Platform): Promise<DeviceLogin> {
  const started = context.now().getTime();
  return anonymousJson(await post(context, platform, "start", {}), platform.apiUrl, (value, at) => {
    const { expiresIn, expiresInSec, interval, intervalSec, ...login } = startedLogin(value, at);
    const lifetime = seconds(expiresIn ?? expiresInSec, "expires_in");
    return {
      ...login,
      expiresAt: new Date(started + lifetime * SECOND),
      interval: Math.max(1, interval ?? intervalSec ?? USUAL_INTERVAL) * SECOND,
    };
  });
}

/** Asks once for the state of a login. */
export async function pollDeviceLogin(
  context: Context,
  platform: Platform,
  deviceCode: string,
): Promise<DeviceLoginState> {
  const response = await post(context, platform, "complete", { device_code: deviceCode });
  if (response.status === 429) {
    const pause = Number(response.headers.get("retry-after"));
    return { status: "slow_down", pause: pause > 0 && pause <= MAX_SECONDS ? pause * SECOND : null };
  }
  // The platform may have deleted an expired code.
  if ([404, 410].includes(response.status) && !isWebPage(response)) return { status: "expired" };
  return anonymousJson(response, platform.apiUrl, (value, at) => {
    const { status, credential } = object({ status: text, credential: anything })(value, at);
    switch (status) {
      case "pending":
      case "denied":
      case "expired":
        return { status };
      case "slow_down":
        return { status, pause: null };
      case "approved":
        return { status, tokens: tokens(context, null)(credential, "credential") };
      default:
        throw new InvalidFieldError("status", "a known status");
    }
  });
}

/**
 * Exchanges a refresh token.
 *
 * @param old The tokens to replace; one that the response leaves out stays in use.
 * @returns `null` when the login has expired or was revoked.
 */
export async function refreshDeviceLogin(
  context: Context,
  platform: Platform,
  old: OldTokens,
): Promise<IssuedTokens | null> {
  const response = await post(context, platform, "refresh", { refresh_token: old.refreshToken });
  if ([400, 401, 403, 404, 410, 422].includes(response.status)) {
    if (!isWebPage(response)) return null;
    throw statusError(response, platform.apiUrl);
  }
  const read = object({ credential: tokens(context, old) });
  return jsonOf(response, platform.apiUrl, read).credential;
}

/** Revokes a login, unless it is already invalid. */
export async function revokeDeviceLogin(context: Context, platform: Platform, refreshToken: string): Promise<void> {
  const response = await post(context, platform, "revoke", { refresh_token: refreshToken });
  if (![200, 204, 401].includes(response.status)) jsonOf(response, platform.apiUrl, anything);
}

function post(
  context: Context,
  platform: Platform,
  name: string,
  body: Record<string, string>,
): Promise<PlatformResponse> {
  return send(context, { ...platform, key: null }, { method: "POST", path: `/api/cli-connect/${name}`, body });
}

/** Like `jsonOf`, without a key: a platform that requires one, or doesn't have the path, doesn't support these logins. */
function anonymousJson<T>(response: PlatformResponse, apiUrl: URL, read: Reader<T>): T {
  // A response that isn't JSON comes from a gateway or proxy.
  if (response.status === 404 && objectIn(response) === null) throw statusError(response, apiUrl);
  const unsupported = new PlatformError(`${apiUrl.host} doesn't support browser logins. Log in with an API key.`);
  try {
    return jsonOf(response, apiUrl, read, unsupported);
  } catch (error) {
    throw error instanceof InvalidKeyError || error instanceof PermissionDeniedError ? unsupported : error;
  }
}

/** @param old Tokens that stay in use if the response leaves them out; `null` for a first login. */
function tokens(context: Context, old: OldTokens | null): Reader<IssuedTokens> {
  const token: Reader<string | null> = old === null ? secret : optional(secret);
  return (value, at) => {
    const fields = object({ access_token: token, refresh_token: token, expires_at: optional(time) })(value, at);
    const expiresAt = fields.expiresAt ?? new Date(context.now().getTime() + USUAL_LIFETIME);
    return {
      accessToken: fields.accessToken ?? old!.accessToken,
      refreshToken: fields.refreshToken ?? old!.refreshToken,
      expiresAt: expiresAt.toISOString(),
    };
  };
}
