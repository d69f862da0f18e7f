/**
 * Sends HTTP requests: connection, redirects, retries and deadlines.
 *
 * @module
 */
import { userAgent } from "../build_info.ts";
import type { Context } from "../context.ts";
import { FluxloopError, InterruptedError, NetworkError } from "../errors.ts";
import { connectionFailure, ResponseTimeoutError } from "./connection_failure.ts";
import { proxyFor } from "./proxy.ts";
import { followRedirects, RedirectError } from "./redirects.ts";
import type { RequestOptions } from "./transport.ts";
import { tunnelRefusal } from "./tunnel_refusal.ts";

/** The maximum number of retries. */
const RETRIES = 3;
/** The first pause between two attempts, in milliseconds; each further one is twice as long. */
const FIRST_PAUSE = 200;

/** A request, and how to make it. */
export interface Exchange<T> extends Pick<RequestOptions, "caCerts" | "log"> {
  readonly url: URL;
  readonly method: string;
  /** In addition to `User-Agent`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Whether sending it twice has the same effect as sending it once (RFC 9110, 9.2.2). */
  readonly isRepeatable: boolean;
  /** Which redirects are followed; by default those within the origin. */
  readonly isAllowed?: (next: URL) => boolean;
  /** The URLs at which redirects end without a request, because only the URL is needed. */
  readonly isEnd?: (url: URL) => boolean;
  /** The time limit in milliseconds, including retries and redirects. */
  readonly deadline: number;
  /** How long a response's first byte may take, in milliseconds. */
  readonly firstByte: number;
  /** Reads a response's body; `fail` aborts the reading. */
  readonly read: (response: Response, url: URL, fail: (reason: Error) => void) => Promise<T>;
  /** The server's name in errors, if it isn't the platform. */
  readonly server?: string;
}

/** A complete response. */
export interface Outcome<T> {
  /** The URL after redirects. */
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly content: T;
}

/**
 * Sends a request, and retries it if that is safe and may help.
 *
 * @returns The response, whatever its status.
 * @throws {NetworkError} If the server can't be reached or doesn't finish in time.
 * @throws {RedirectError} If a redirect isn't allowed, or there are too many.
 * @throws What `read` throws.
 */
export async function exchange<T>(context: Context, request: Exchange<T>): Promise<Outcome<T>> {
  const { url, deadline, isRepeatable, log } = request;
  const end = context.monotonic() + deadline;
  const timeout = AbortSignal.timeout(deadline);
  const signal = AbortSignal.any([timeout, context.stopped]);
  const proxy = proxyFor(context, url);
  try {
    for (let attempt = 0;; attempt++) {
      const outcome = await attempted(context, request, signal);
      const isLast = !isRepeatable || attempt === RETRIES;
      const pause = isLast ? Infinity : pauseAfter(context, outcome, attempt, proxy !== null);
      if (context.monotonic() + pause >= end) {
        if (outcome instanceof Error) throw outcome;
        return outcome;
      }
      log?.(`  retrying in ${(pause / 1000).toFixed(1)} s`);
      await context.sleep(pause, signal);
    }
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (isFinal(error)) throw error;
    const late = new ResponseTimeoutError("no complete response", deadline);
    const failure = connectionFailure(timeout.aborted ? late : error, proxy !== null);
    const refusal = failure.isTunnel && proxy !== null ? await tunnelRefusal(context, proxy, url, signal) : null;
    if (context.stopped.aborted) throw new InterruptedError();
    const more = { proxy: proxy?.shown, cause: error, to: request.server };
    throw new NetworkError(url, { ...failure, reason: refusal ?? failure.reason }, more);
  }
}

/** Tells whether an error isn't a failed connection: then it is thrown as it is, without a retry. */
function isFinal(error: unknown): boolean {
  return error instanceof FluxloopError || error instanceof RedirectError || !(error instanceof Error);
}

/** Makes one attempt. Returns the response, or the error that prevented it. */
async function attempted<T>(context: Context, request: Exchange<T>, signal: AbortSignal): Promise<Outcome<T> | Error> {
  const { url, method, isAllowed } = request;
  try {
    return await followRedirects(url, method, (next) => send(context, request, next, signal), isAllowed);
  } catch (error) {
    if (isFinal(error) || signal.aborted) throw error;
    return error as Error;
  }
}

/** Returns the pause before the next attempt, in milliseconds; `Infinity` if another attempt is pointless. */
function pauseAfter(context: Context, outcome: Outcome<unknown> | Error, attempt: number, hasProxy: boolean): number {
  // A random part spreads the retries of many clients.
  const usual = FIRST_PAUSE * 2 ** attempt * (0.5 + context.random(new Uint8Array(1))[0] / 255);
  if (outcome instanceof Error) return connectionFailure(outcome, hasProxy).isTransient ? usual : Infinity;
  const isTransient = [429, 502, 503, 504].includes(outcome.status);
  return isTransient ? retryAfter(outcome.headers, context.now()) ?? usual : Infinity;
}

/** Converts `Retry-After`, which holds seconds or a date (RFC 9110, 10.2.3), to milliseconds, or `null`. */
export function retryAfter(headers: Headers, now: Date): number | null {
  const value = headers.get("retry-after")?.trim();
  if (!value) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now.getTime());
}

async function send<T>(context: Context, exchange: Exchange<T>, url: URL, signal: AbortSignal): Promise<Outcome<T>> {
  const { method, body, firstByte, caCerts = [], log, read, isEnd } = exchange;
  if (isEnd?.(url)) {
    const response = new Response();
    return { url, status: 200, headers: response.headers, content: await read(response, url, () => {}) };
  }
  const start = context.monotonic();
  const proxy = proxyFor(context, url);
  // Without the query, which grants access to a file in a storage service's URL.
  const place = `${url.origin}${url.pathname}${proxy ? ` through ${proxy.shown}` : ""}`;
  const failing = new AbortController();
  // Newer runtimes share `setTimeout` with Node.js, and loading it would take as long as the request.
  const timeout = AbortSignal.timeout(firstByte);
  const onTimeout = () => failing.abort(new ResponseTimeoutError("no response", firstByte));
  timeout.addEventListener("abort", onTimeout);
  try {
    const headers = { "User-Agent": userAgent(context.system), ...exchange.headers };
    const own = AbortSignal.any([signal, failing.signal]);
    const init = { method, headers, body, signal: own, redirect: "manual" } as const;
    const response = await context.fetch(new Request(url, init), { proxy, caCerts });
    timeout.removeEventListener("abort", onTimeout);
    const content = await read(response, url, (reason) => failing.abort(reason));
    log?.(`${method} ${place} -> ${response.status} (${Math.round(context.monotonic() - start)} ms)`);
    return { url, status: response.status, headers: response.headers, content };
  } catch (error) {
    if (!isFinal(error)) log?.(`${method} ${place} -> ${connectionFailure(error, proxy !== null).reason}`);
    throw error;
  }
}
