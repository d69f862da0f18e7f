/**
 * Requests to the platform: connection, retries, deadline, and a response of bounded size.
 *
 * @module
 */
import { userAgent } from "../build_info.ts";
import type { Context } from "../context.ts";
import { FluxloopError, InterruptedError, LoginEndedError, NetworkError, PlatformError } from "../errors.ts";
import { isRejectedByPlatform } from "./response.ts";
import { apiUrlText } from "./api_url.ts";
import { boundedText } from "./bounded_body.ts";
import { connectionFailure, SilenceError } from "./connection_failure.ts";
import { type Proxy, proxyFor } from "./proxy.ts";
import { followRedirects, RedirectError } from "./redirects.ts";
import { tunnelRefusal } from "./tunnel_refusal.ts";
import { backoff, isTransient, RETRIES, retryAfter } from "./retry.ts";

/** How long a request may take by default, with its retries, in milliseconds. */
export const DEFAULT_DEADLINE = 30_000;
/** How long a server may take to begin its response once the request is sent, in milliseconds. */
const FIRST_BYTE = 15_000;
/** The slowest line on which a request can be sent whole, in bytes per millisecond. */
const SLOWEST_LINE = 4;
const RESPONSE_LIMIT = 8 * 1024 * 1024;

/** The platform, and the key to use. */
export interface Target {
  readonly apiUrl: URL;
  /** An API key or an access token, sent to `apiUrl`'s origin only. `null`: none is sent. */
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
   * @throws {LoginEndedError} When the platform doesn't issue another one.
   */
  refresh(rejected: string): Promise<string>;
}

/** A request's content. */
export interface Message {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the API URL, such as `/api/auth/me`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The least that {@linkcode RequestOptions.deadline} is raised to, in milliseconds. */
  readonly leastDeadline?: number;
  /** Makes the platform act once however often a `POST` is sent; without it, a `POST` isn't retried. */
  readonly idempotencyKey?: string;
}

/** How to make requests. */
export interface RequestOptions {
  /** Called with a line for each attempt, for `--verbose`; it holds no secret. */
  readonly log?: (line: string) => void;
  /** Called with each response that is returned. */
  readonly onResponse?: (response: PlatformResponse) => void;
  /** Milliseconds for a request, with its retries and redirects. */
  readonly deadline?: number;
  /** Certificate authorities to trust in addition to the system's, in PEM form. */
  readonly caCerts?: readonly string[];
}

/** A response that was read to its end. */
export interface PlatformResponse {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What all attempts of a request share. */
interface Sending {
  readonly context: Context;
  readonly target: Target;
  readonly message: Message;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer> | null;
  readonly proxy: Proxy | null;
  readonly caCerts: readonly string[];
  /** How long the response's first byte may take, in milliseconds. */
  readonly firstByte: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/**
 * Sends a request, and retries it where that is safe and may help.
 *
 * @returns The response, whatever its status. Redirects within the origin are followed.
 * @throws {NetworkError} When the platform can't be reached or doesn't finish in time.
 * @throws {PlatformError} When the response is too large or redirects elsewhere.
 * @throws {LoginEndedError} On 401 with an access token and with its replacement.
 */
export async function send(context: Context, target: Target, message: Message): Promise<PlatformResponse> {
  const { login, key } = target;
  const first = await sendWithKey(context, target, message);
  if (!login || key === null || !isRejectedByPlatform(first)) return first;
  // The token looked valid: this machine's clock is slow, or the token was revoked early.
  const second = await sendWithKey(context, { ...target, key: await login.refresh(key) }, message);
  if (isRejectedByPlatform(second)) throw new LoginEndedError(login.profile);
  return second;
}

async function sendWithKey(context: Context, target: Target, message: Message): Promise<PlatformResponse> {
  const { log = () => {}, onResponse = () => {}, caCerts = [], deadline: chosen } = target.requests ?? {};
  const { method, path, leastDeadline = 0 } = message;
  const deadline = Math.max(chosen ?? DEFAULT_DEADLINE, leastDeadline);
  const end = context.monotonic() + deadline;
  const timeout = AbortSignal.timeout(deadline);
  const signal = AbortSignal.any([timeout, context.stopped]);
  const url = new URL(apiUrlText(target.apiUrl) + path);
  const proxy = proxyFor(context, url);
  const body = message.body === undefined ? null : new TextEncoder().encode(JSON.stringify(message.body));
  // Whoever sets a longer time means it: a report may take a minute to compute.
  const firstByte = Math.max(FIRST_BYTE, chosen ?? 0) + (body?.length ?? 0) / SLOWEST_LINE;
  const headers = headersOf(context, target, message);
  const sending: Sending = { context, target, message, url, headers, body, proxy, caCerts, firstByte, log, signal };
  try {
    for (let attempt = 1;; attempt++) {
      const outcome = await attemptOf(sending);
      const pause = isRepeatable(message) ? pauseAfter(sending, outcome, attempt) : null;
      if (pause === null || context.monotonic() + pause >= end) {
        if (outcome instanceof Error) throw outcome;
        const response = { method, path, ...outcome };
        onResponse(response);
        return response;
      }
      log(`  retrying in ${(pause / 1000).toFixed(1)} s`);
      await context.sleep(pause, signal);
    }
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (error instanceof FluxloopError) throw error;
    const late = new SilenceError("no complete response", deadline);
    const failure = connectionFailure(timeout.aborted ? late : error, proxy !== null);
    const refusal = failure.isTunnel && proxy !== null ? await tunnelRefusal(context, proxy, url, signal) : null;
    if (context.stopped.aborted) throw new InterruptedError();
    throw new NetworkError(target.apiUrl, { ...failure, reason: refusal ?? failure.reason }, {
      proxy: proxy?.shown,
      cause: error,
    });
  }
}

function headersOf(context: Context, { key }: Target, { body, idempotencyKey }: Message): Record<string, string> {
  return {
    "Accept": "application/json",
    "User-Agent": userAgent(context.system),
    ...(key === null ? {} : { "Authorization": `Bearer ${key}` }),
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
  };
}

/** Whether sending it twice changes nothing (RFC 9110, 9.2.2). */
function isRepeatable({ method, idempotencyKey }: Message): boolean {
  return method !== "POST" || idempotencyKey !== undefined;
}

type Received = Pick<PlatformResponse, "status" | "headers" | "text">;

/** One attempt. @returns The response, or why there is none. */
async function attemptOf(sending: Sending): Promise<Received | Error> {
  const { url: first, message, signal } = sending;
  try {
    return await followRedirects(first, message.method, (url) => exchange(sending, url));
  } catch (error) {
    if (error instanceof RedirectError) {
      const { target } = error;
      if (target === null) throw new PlatformError(`${first.host} redirects too many times`);
      throw new PlatformError(
        `${first.host} redirects to ${target || "an invalid URL"}. Your key was not sent there. Check the API URL.`,
      );
    }
    if (error instanceof FluxloopError || signal.aborted || !(error instanceof Error)) throw error;
    return error;
  }
}

/** @returns Milliseconds until the next attempt; `null` if there is none. */
function pauseAfter({ context, proxy }: Sending, outcome: Received | Error, attempt: number): number | null {
  if (attempt > RETRIES) return null;
  const usual = backoff(attempt, context.random(new Uint8Array(1))[0] / 255);
  if (outcome instanceof Error) return connectionFailure(outcome, proxy !== null).isTransient ? usual : null;
  return isTransient(outcome.status) ? retryAfter(outcome.headers, context.now()) ?? usual : null;
}

async function exchange(sending: Sending, url: URL): Promise<Received> {
  const { context, target, message: { method }, headers, body, proxy, caCerts, firstByte, signal, log } = sending;
  const start = context.monotonic();
  const done = (outcome: string) => log(`${method} ${url.href}${proxy ? ` through ${proxy.shown}` : ""} -> ${outcome}`);
  const silence = new AbortController();
  // `setTimeout` would take as long as the request to load: newer runtimes share it with Node.js.
  const patience = AbortSignal.timeout(firstByte);
  const onSilence = () => silence.abort(new SilenceError("no response", firstByte));
  patience.addEventListener("abort", onSilence);
  try {
    const init = {
      method,
      headers,
      body,
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: "manual",
    } as const;
    const response = await context.fetch(new Request(url, init), { proxy, caCerts });
    patience.removeEventListener("abort", onSilence);
    const text = await boundedText(response, RESPONSE_LIMIT);
    if (text === null) {
      throw new PlatformError(`${target.apiUrl.host} sent a response of more than ${RESPONSE_LIMIT / 1024 / 1024} MiB`);
    }
    done(`${response.status} (${Math.round(context.monotonic() - start)} ms)`);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (!(error instanceof FluxloopError)) done(connectionFailure(error, proxy !== null).reason);
    throw error;
  }
}
