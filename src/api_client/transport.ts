/**
 * Sends requests to the platform, with a key, and limits the size of responses.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { InvalidLoginError, PlatformError } from "../errors.ts";
import { apiUrlText } from "./api_url.ts";
import { boundedText } from "./bounded_body.ts";
import { exchange } from "./exchange.ts";
import { RedirectError } from "./redirects.ts";
import { isRejectedByPlatform } from "./response.ts";

/** How long a request may take by default, with its retries, in milliseconds. */
export const DEFAULT_DEADLINE = 30_000;
/** How long a server may take to begin its response once the request is sent, in milliseconds. */
const FIRST_BYTE = 15_000;
/** The slowest connection on which an upload isn't aborted, in bytes per millisecond. */
const SLOWEST_LINE = 4;
const RESPONSE_LIMIT = 8 * 1024 * 1024;

/** The platform, and the key to use. */
export interface Target {
  readonly apiUrl: URL;
  /** An API key or an access token, sent only to `apiUrl`'s origin; `null` to send none. */
  readonly key: string | null;
  /** The browser login of an access token. */
  readonly login?: Login | null;
  readonly requests?: RequestOptions;
}

/** A browser login, whose access tokens can be replaced. */
export interface Login {
  /** The profile's name. */
  readonly profile: string;
  /**
   * Replaces an access token that the platform has rejected.
   *
   * @throws {InvalidLoginError} When the platform doesn't issue another one.
   */
  refresh(rejected: string): Promise<string>;
}

/** A request's content. */
export interface Message {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** The path below the API URL, such as `/api/auth/me`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The options that the body's fields come from: a value that the platform rejects is the user's mistake. */
  readonly options?: Readonly<Record<string, string>>;
  /** Raises a shorter {@linkcode RequestOptions.deadline} to this many milliseconds. */
  readonly minDeadline?: number;
  /** Makes the platform execute a repeated `POST` only once; without it, a `POST` isn't retried. */
  readonly idempotencyKey?: string;
}

/** How to make requests. */
export interface RequestOptions {
  /** Called with a line for each attempt, for `--verbose`; the line contains no secret. */
  readonly log?: (line: string) => void;
  /** Called with each response that is returned. */
  readonly onResponse?: (response: PlatformResponse) => void;
  /** The time limit of a request in milliseconds, including retries and redirects. */
  readonly deadline?: number;
  /** Certificate authorities to trust in addition to the system's, in PEM form. */
  readonly caCerts?: readonly string[];
}

/** A complete response. */
export interface PlatformResponse {
  readonly method: string;
  readonly path: string;
  /** See {@linkcode Message}. */
  readonly options?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Sends a request, and retries it if that is safe and may help.
 *
 * @returns The response, whatever its status. Redirects within the origin are followed.
 * @throws {NetworkError} When the platform can't be reached or doesn't finish in time.
 * @throws {PlatformError} When the response is too large or redirects elsewhere.
 * @throws {InvalidLoginError} On 401 with an access token and with its replacement.
 */
export async function send(context: Context, target: Target, message: Message): Promise<PlatformResponse> {
  const { login, key } = target;
  const first = await sendWithKey(context, target, message);
  if (!login || key === null || !isRejectedByPlatform(first)) return first;
  // The token looked valid: this machine's clock is slow, or the token was revoked early.
  const second = await sendWithKey(context, { ...target, key: await login.refresh(key) }, message);
  if (isRejectedByPlatform(second)) throw new InvalidLoginError(login.profile);
  return second;
}

async function sendWithKey(context: Context, target: Target, message: Message): Promise<PlatformResponse> {
  const { apiUrl, key } = target;
  const { log, caCerts, deadline, onResponse = () => {} } = target.requests ?? {};
  const { method, path, options, minDeadline = 0, idempotencyKey } = message;
  const body = message.body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(message.body));
  try {
    const { status, headers, content } = await exchange(context, {
      log,
      caCerts,
      url: new URL(apiUrlText(apiUrl) + path),
      method,
      body,
      headers: {
        "Accept": "application/json",
        ...(key === null ? {} : { "Authorization": `Bearer ${key}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      },
      isRepeatable: method !== "POST" || idempotencyKey !== undefined,
      deadline: Math.max(deadline ?? DEFAULT_DEADLINE, minDeadline),
      // A longer deadline is meant for the first byte, too: a report may take a minute to compute.
      firstByte: Math.max(FIRST_BYTE, deadline ?? 0) + (body?.length ?? 0) / SLOWEST_LINE,
      read: (response) => textOf(response, apiUrl),
    });
    const response = { method, path, options, status, headers, text: content };
    onResponse(response);
    return response;
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    if (error.target === null) throw new PlatformError(`${apiUrl.host} redirects too many times`);
    const place = error.target || "an invalid URL";
    throw new PlatformError(
      `${apiUrl.host} redirects to ${place}. Your key was not sent there. Check the API URL.`,
    );
  }
}

async function textOf(response: Response, { host }: URL): Promise<string> {
  const text = await boundedText(response, RESPONSE_LIMIT);
  if (text !== null) return text;
  throw new PlatformError(`${host} sent a response of more than ${RESPONSE_LIMIT / 1024 / 1024} MiB`);
}
