/**
 * One request to the platform: the way there, the deadline, and an answer of bounded size as text. What the answer means
 * is the business of `answer.ts`.
 *
 * @module
 */
import { userAgent } from "../build_info.ts";
import type { Context } from "../context.ts";
import { FluxloopError, InterruptedError, LoginEndedError, NetworkError, PlatformError } from "../errors.ts";
import { isRejectedByPlatform } from "./response.ts";
import { apiUrlText } from "./api_url.ts";
import { boundedText } from "./bounded_body.ts";
import { type ConnectionFailure, connectionFailure, SilenceError } from "./connection_failure.ts";
import { type Proxy, proxyFor } from "./proxy.ts";
import { followRedirects, RedirectError } from "./redirects.ts";
import { tunnelRefusal } from "./tunnel_refusal.ts";
import { backoff, isPassing, RETRIES, retryAfter } from "./retry.ts";

/** How long a request may take from the first byte sent to the last one received, repetitions included, in ms. */
export const DEFAULT_DEADLINE = 30_000;
/** How long the first byte of a response may take by default, in milliseconds: some servers accept and say nothing. */
const FIRST_BYTE = 15_000;
/** The most bytes of an answer that are read; the platform's largest are far below. */
const ANSWER_LIMIT = 8 * 1024 * 1024;

/** Where requests go and with what. */
export interface Target {
  readonly apiUrl: URL;
  /** An API key or an access token; it is sent to `apiUrl`'s origin and nowhere else. `null`: none is sent. */
  readonly key: string | null;
  /** The login through the browser that the key is an access token of; `null`: it is an API key. */
  readonly login?: Login | null;
}

/** A login through the browser, whose access tokens can be replaced. */
export interface Login {
  /** The profile's name. */
  readonly profile: string;
  /**
   * @param rejected The access token that the platform has rejected.
   * @returns Another one.
   * @throws {LoginEndedError} When the platform issues no other.
   */
  refresh(rejected: string): Promise<string>;
}

/** What is asked of the platform. */
export interface Message {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below the API URL, such as `/api/auth/me`. */
  readonly path: string;
  /** Sent as JSON; nothing is sent where it is left out. */
  readonly body?: unknown;
  /**
   * Makes a `POST` one that the platform does once however often it comes (`Idempotency-Key`). Without it a `POST` is never
   * sent a second time.
   */
  readonly idempotencyKey?: string;
}

/** How requests are made. */
export interface RequestOptions {
  /** Told of each request that was made, for `--verbose`; the line holds no secret. */
  readonly log?: (line: string) => void;
  /** Called with each response that is returned to the caller, whatever its status. */
  readonly onResponse?: (response: PlatformResponse) => void;
  /** Milliseconds for the whole, repetitions and redirects included. */
  readonly deadline?: number;
  /** Certificate authorities to trust beside the system's, in PEM form. */
  readonly caCerts?: readonly string[];
}

/** What came back. */
export interface PlatformResponse {
  readonly method: string;
  readonly path: string;
  /** 100 to 599. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What one request needs, whichever attempt it is. */
interface Sending {
  readonly context: Context;
  readonly target: Target;
  readonly message: Message;
  readonly headers: Record<string, string>;
  readonly proxy: Proxy | null;
  readonly caCerts: readonly string[];
  /** How long the first byte of a response may take, in milliseconds. */
  readonly firstByte: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** As {@linkcode send}, of a GET request for `path`. */
export function get(
  context: Context,
  target: Target,
  path: string,
  options?: RequestOptions,
): Promise<PlatformResponse> {
  return send(context, target, { method: "GET", path }, options);
}

/**
 * Sends a request, and sends it again where that may help and cannot harm.
 *
 * @param context The outside world.
 * @param target Where to and with which key.
 * @param message What is asked.
 * @param options How.
 * @returns The answer, whatever its status; redirects inside the origin have been followed.
 * @throws {NetworkError} When the platform cannot be reached or does not finish in time.
 * @throws {PlatformError} When the answer is too large, or leads elsewhere.
 * @throws {LoginEndedError} On 401 with the access token of a login through the browser, and with its replacement.
 * @throws {ConfigurationError} When the proxy's address is none.
 * @throws {InterruptedError} When the program is told to stop.
 */
export async function send(
  context: Context,
  target: Target,
  message: Message,
  options: RequestOptions = {},
): Promise<PlatformResponse> {
  const { login, key } = target;
  const first = await sendWithKey(context, target, message, options);
  if (!login || key === null || !isRejectedByPlatform(first)) return first;
  // The token looked valid: this machine's clock is slow, or the token was revoked early.
  const second = await sendWithKey(context, { ...target, key: await login.refresh(key) }, message, options);
  // A login has no key that somebody could have mistyped.
  if (isRejectedByPlatform(second)) throw new LoginEndedError(login.profile);
  return second;
}

async function sendWithKey(
  context: Context,
  target: Target,
  message: Message,
  options: RequestOptions,
): Promise<PlatformResponse> {
  const { log = () => {}, onResponse = () => {}, deadline = DEFAULT_DEADLINE, caCerts = [] } = options;
  const { method, path } = message;
  const url = new URL(apiUrlText(target.apiUrl) + path);
  const proxy = proxyFor(context, url);
  const end = context.monotonic() + deadline;
  const timeout = AbortSignal.timeout(deadline);
  const headers = headersOf(context, target, message);
  const signal = AbortSignal.any([timeout, context.stopped]);
  const firstByte = firstByteLimit(options.deadline);
  const sending: Sending = { context, target, message, headers, proxy, caCerts, firstByte, log, signal };
  try {
    for (let attempt = 1;; attempt++) {
      const outcome = await attemptOf(sending, url);
      const pause = isRepeatable(message) ? pauseAfter(sending, outcome, attempt) : null;
      if (pause === null || context.monotonic() + pause >= end) {
        const response = { method, path, ...conclude(outcome) };
        onResponse(response);
        return response;
      }
      log(`  again in ${(pause / 1000).toFixed(1)} s`);
      await context.sleep(pause, sending.signal);
    }
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (error instanceof FluxloopError) throw error;
    const failure = timeout.aborted ? outOfTime(deadline) : connectionFailure(error, proxy !== null);
    const refusal = failure.isTunnel && proxy !== null ? await tunnelRefusal(context, proxy, url, signal) : null;
    if (context.stopped.aborted) throw new InterruptedError();
    throw new NetworkError(target.apiUrl, { ...failure, reason: refusal ?? failure.reason }, {
      proxy: proxy?.shown,
      cause: error,
    });
  }
}

/**
 * @param deadline What the user or the caller has set for the whole request, in milliseconds.
 * @returns How long the first byte may take. Whoever sets a longer time means it: a report may take a minute to compute,
 * and an upload a minute to send.
 */
export function firstByteLimit(deadline: number | undefined): number {
  return Math.max(FIRST_BYTE, deadline ?? 0);
}

function outOfTime(deadline: number): ConnectionFailure {
  const span = deadline === 1000 ? "1 second" : `${deadline / 1000} seconds`;
  return { reason: `no complete answer within ${span}`, isTelling: true, isPassing: false, link: "connection" };
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

/** What the platform has done already it does a second time only where that changes nothing (RFC 9110, 9.2.2). */
function isRepeatable({ method, idempotencyKey }: Message): boolean {
  return method !== "POST" || idempotencyKey !== undefined;
}

type Received = Pick<PlatformResponse, "status" | "headers" | "text">;
type Outcome = { readonly received: Received } | { readonly error: unknown };

async function attemptOf(sending: Sending, url: URL): Promise<Outcome> {
  try {
    return { received: await followed(sending, url) };
  } catch (error) {
    if (error instanceof FluxloopError || sending.signal.aborted) throw error;
    return { error };
  }
}

function conclude(outcome: Outcome): Received {
  if ("received" in outcome) return outcome.received;
  throw outcome.error;
}

/** @returns How long to wait before the next attempt, in milliseconds; `null` where there is to be none. */
function pauseAfter({ context, proxy }: Sending, outcome: Outcome, attempt: number): number | null {
  if (attempt > RETRIES) return null;
  const usual = backoff(attempt, context.random(new Uint8Array(1))[0] / 255);
  if ("error" in outcome) return connectionFailure(outcome.error, proxy !== null).isPassing ? usual : null;
  const { status, headers } = outcome.received;
  return isPassing(status) ? retryAfter(headers, context.now()) ?? usual : null;
}

/** One attempt: a request, and those that its redirects ask for. */
async function followed(sending: Sending, first: URL): Promise<Received> {
  try {
    return await followRedirects(first, sending.message.method, (url) => exchange(sending, url));
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    const { target } = error;
    if (target === null) throw new PlatformError(`${first.host} redirects in circles`);
    const place = target === "" ? "something that is no web address" : target;
    throw new PlatformError(`${first.host} redirects to ${place}; your key was not sent there`);
  }
}

async function exchange(sending: Sending, url: URL): Promise<Received> {
  const { context, target, message, headers, proxy, caCerts, signal, log } = sending;
  const { method, body } = message;
  const start = context.monotonic();
  const way = proxy === null ? "" : ` through ${proxy.shown}`;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new SilenceError()), sending.firstByte);
  try {
    const request = new Request(url, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: "manual",
    });
    const response = await context.fetch(request, { proxy, caCerts });
    clearTimeout(timer);
    const text = await boundedText(response, ANSWER_LIMIT);
    if (text === null) {
      throw new PlatformError(`${target.apiUrl.host} sent more than ${ANSWER_LIMIT / 1024 / 1024} MiB in one answer`);
    }
    log(`${method} ${url.href}${way} -> ${response.status} (${Math.round(context.monotonic() - start)} ms)`);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (!(error instanceof FluxloopError)) {
      log(`${method} ${url.href}${way} -> ${connectionFailure(error, proxy !== null).reason}`);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
