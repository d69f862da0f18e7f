/**
 * Files of a release over https: redirects are followed to other hosts, as the releases' own server leads to its stores,
 * and never away from https. Nothing secret is sent: no key, no cookie.
 *
 * @module
 */
import { userAgent } from "../build_info.ts";
import type { Context } from "../context.ts";
import { FluxloopError, InterruptedError, NetworkError, ReleaseError } from "../errors.ts";
import { connectionFailure, SilenceError } from "../api_client/connection_failure.ts";
import { proxyFor } from "../api_client/proxy.ts";
import { backoff, isTransient, RETRIES } from "../api_client/retry.ts";
import type { RequestOptions } from "../api_client/transport.ts";

/** How long the server may say nothing, in milliseconds: a slow line is no reason to stop. */
const SILENCE = 30_000;
/** How long a file may take altogether where nothing else is said, in milliseconds. */
const LONGEST = 60 * 60 * 1000;
const REDIRECT_LIMIT = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** How a file is asked for. */
export interface DownloadOptions extends RequestOptions {
  /** The most bytes to take. */
  readonly limit: number;
  /** Told how many bytes there are so far, and how many there will be where the server says so. */
  readonly onProgress?: (done: number, of: number | null) => void;
  /** Ends the download. */
  readonly signal?: AbortSignal;
}

/** What a download needs, whichever attempt it is. */
interface Fetching extends DownloadOptions {
  readonly context: Context;
  readonly signal: AbortSignal;
  /** Told of each sign of life. */
  readonly alive: () => void;
}

/**
 * Downloads a file, up to three times more where the connection fails in passing.
 *
 * @param context The outside world.
 * @param url Its address.
 * @param options How.
 * @returns Its bytes; `null` where the server has no such file.
 * @throws {NetworkError} When the server cannot be reached or falls silent.
 * @throws {ReleaseError} When it answers with anything else, leads away from https or sends too much.
 * @throws {InterruptedError} When the program is told to stop.
 */
export async function download(
  context: Context,
  url: URL,
  options: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return await repeated(context, url, options, async (fetching) => {
    const { response, at } = await follow(fetching, url, () => false);
    if (response === null || response.status === 404) return null;
    if (response.status !== 200) throw new AnswerError(at, response.status);
    return await bodyOf(response, at, fetching);
  });
}

/**
 * Follows redirects up to an address of the form that is looked for.
 *
 * @param context The outside world.
 * @param url Where to begin.
 * @param isGoal Whether an address is it; it is not asked for itself.
 * @param options How.
 * @returns The address; `null` where the redirects end before it.
 * @throws As {@linkcode download}.
 */
export async function redirectTarget(
  context: Context,
  url: URL,
  isGoal: (url: URL) => boolean,
  options: Omit<DownloadOptions, "limit">,
): Promise<URL | null> {
  return await repeated(context, url, { ...options, limit: 0 }, async (fetching) => {
    const { response, at } = await follow(fetching, url, isGoal);
    await response?.body?.cancel();
    if (response === null) return at;
    if (response.status >= 400 && response.status !== 404) throw new AnswerError(at, response.status);
    return null;
  });
}

/** The server answers, and not with what it was asked for. */
class AnswerError extends ReleaseError {
  constructor(url: URL, readonly status: number) {
    super(`${url.host} answered with HTTP ${status} instead of a release; try again later`);
  }
}

async function repeated<T>(
  context: Context,
  url: URL,
  options: DownloadOptions,
  attempt: (fetching: Fetching) => Promise<T>,
): Promise<T> {
  for (let attempts = 1;; attempts++) {
    try {
      return await watched(context, url, options, attempt);
    } catch (error) {
      const passing = error instanceof AnswerError ? isTransient(error.status) : error instanceof TransientError;
      if (!passing || attempts > RETRIES) throw error;
      const pause = backoff(attempts, context.random(new Uint8Array(1))[0] / 255);
      options.log?.(`  again in ${(pause / 1000).toFixed(1)} s`);
      await context.sleep(pause, AbortSignal.any([context.stopped, ...(options.signal ? [options.signal] : [])]));
    }
  }
}

/** A failure of the connection that may be over a moment later. */
class TransientError extends NetworkError {}

/** Runs one attempt, and ends it when the server falls silent or the time is over. */
async function watched<T>(
  context: Context,
  url: URL,
  options: DownloadOptions,
  attempt: (fetching: Fetching) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const wait = () => setTimeout(() => silence.abort(new SilenceError("no data", SILENCE)), SILENCE);
  let timer = wait();
  const alive = () => {
    clearTimeout(timer);
    timer = wait();
  };
  const deadline = AbortSignal.timeout(options.deadline ?? LONGEST);
  const ends = [silence.signal, deadline, context.stopped, ...(options.signal ? [options.signal] : [])];
  try {
    return await attempt({ ...options, context, signal: AbortSignal.any(ends), alive });
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (error instanceof FluxloopError) throw error;
    const proxy = proxyFor(context, url);
    const failure = deadline.aborted
      ? { ...connectionFailure(error), reason: "it was not done in time", isTelling: true, isTransient: false }
      : connectionFailure(error, proxy !== null);
    const kind = failure.isTransient ? TransientError : NetworkError;
    throw new kind(url, failure, { proxy: proxy?.shown, cause: error, to: "the releases" });
  } finally {
    clearTimeout(timer);
  }
}

/** Makes requests until one is no redirect, or leads to what `isGoal` looks for: then there is no response. */
async function follow(
  { context, signal, alive, caCerts = [], log = () => {} }: Fetching,
  first: URL,
  isGoal: (url: URL) => boolean,
): Promise<{ readonly response: Response | null; readonly at: URL }> {
  let url = first;
  for (let redirects = 0;; redirects++) {
    if (url.protocol !== "https:") {
      throw new ReleaseError(
        `${first.host} redirects to ${url.protocol}//${url.host}, which isn't secure. Nothing was installed.`,
      );
    }
    if (isGoal(url)) return { response: null, at: url };
    if (redirects > REDIRECT_LIMIT) throw new ReleaseError(`Too many redirects from ${first.host}`);
    const proxy = proxyFor(context, url);
    const request = new Request(url, {
      headers: { "User-Agent": userAgent(context.system) },
      redirect: "manual",
      signal,
    });
    const response = await context.fetch(request, { proxy, caCerts });
    alive();
    // What stands behind the path is a store's own permission to read one file.
    log(`GET ${url.origin}${url.pathname} -> ${response.status}`);
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return { response, at: url };
    await response.body?.cancel();
    const next = URL.parse(location, url);
    if (next === null) throw new ReleaseError(`${url.host} redirects to an invalid URL`);
    url = next;
  }
}

async function bodyOf(response: Response, url: URL, { limit, alive, onProgress }: Fetching) {
  const told = Number(response.headers.get("content-length") ?? NaN);
  const of = Number.isSafeInteger(told) ? told : null;
  const tooLarge = () => new ReleaseError(`${url.host} sent more than a release can have (${limit} bytes)`);
  if (of !== null && of > limit) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
    alive();
    onProgress?.(size, of);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
