/**
 * Downloads from the releases page. Redirects are followed to other hosts, because releases are stored elsewhere, but never
 * away from HTTPS. No key and no cookie is sent.
 *
 * @module
 */
import { connectionFailure, SilenceError } from "../api_client/connection_failure.ts";
import { proxyFor } from "../api_client/proxy.ts";
import { backoff, isTransient, RETRIES } from "../api_client/retry.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { userAgent } from "../build_info.ts";
import type { Context } from "../context.ts";
import { FluxloopError, InterruptedError, NetworkError, NotFoundError, ReleaseError } from "../errors.ts";
import type { ReleaseSource } from "./source.ts";
import { isVersion } from "./version.ts";

/** How long the server may send nothing, in milliseconds. */
const SILENCE = 30_000;
/** How long a download may take, in milliseconds. */
const DEADLINE = 60 * 60 * 1000;
const REDIRECT_LIMIT = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/** How to request something. */
export interface DownloadOptions extends RequestOptions {
  /** Called with the number of bytes so far, and of all bytes if the server tells it. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** One of several attempts. */
interface Attempt extends DownloadOptions {
  readonly context: Context;
  readonly signal: AbortSignal;
  /** Restarts the wait for the next data. */
  readonly onData: () => void;
}

/** The server sends an error instead of a file. */
class StatusError extends ReleaseError {
  constructor(url: URL, readonly status: number) {
    super(`${url.host} sent HTTP ${status} instead of a release. Try again later.`);
  }
}

/** A connection failure that may not happen again. */
class TransientError extends NetworkError {}

/**
 * Downloads a file.
 *
 * @param limit The largest file, in bytes.
 * @returns Its bytes, or `null` if it doesn't exist.
 * @throws {NetworkError} If the server can't be reached or stops sending.
 * @throws {ReleaseError} If the server sends an error or too much, or redirects away from HTTPS.
 */
export async function download(
  context: Context,
  url: URL,
  limit: number,
  options: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer> | null> {
  return await withRetries(context, url, options, async (attempt) => {
    const { response, at } = await follow(attempt, url, () => false);
    if (response!.status === 404) return null;
    if (response!.status !== 200) throw new StatusError(at, response!.status);
    return await readBody(response!, at, limit, attempt);
  });
}

/**
 * Returns the version of the latest release, to which the releases page redirects.
 *
 * @throws {NotFoundError} If there is no release.
 * @throws As {@linkcode download}.
 */
export async function latestVersion(
  context: Context,
  { url }: ReleaseSource,
  options: DownloadOptions,
): Promise<string> {
  const page = new URL(`${url}/latest`);
  const version = await withRetries(context, page, options, async (attempt) => {
    const { response, at } = await follow(attempt, page, (it) => taggedVersion(it) !== null);
    await response?.body?.cancel();
    if (response !== null && response.status >= 400 && response.status !== 404) {
      throw new StatusError(at, response.status);
    }
    return taggedVersion(at);
  });
  if (version === null) throw new NotFoundError(`No release found at ${url}`);
  return version;
}

function taggedVersion({ pathname }: URL): string | null {
  const version = /\/releases\/tag\/v([^/]+)$/.exec(pathname)?.[1];
  return version !== undefined && isVersion(version) ? version : null;
}

async function withRetries<T>(
  context: Context,
  url: URL,
  options: DownloadOptions,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const stopped = AbortSignal.any([context.stopped, ...(options.signal ? [options.signal] : [])]);
  for (let attempts = 1;; attempts++) {
    try {
      return await runOnce(context, url, { ...options, signal: stopped }, run);
    } catch (error) {
      const mayPass = error instanceof StatusError ? isTransient(error.status) : error instanceof TransientError;
      if (!mayPass || attempts > RETRIES) throw error;
      const pause = backoff(attempts, context.random(new Uint8Array(1))[0] / 255);
      options.log?.(`  again in ${(pause / 1000).toFixed(1)} s`);
      await context.sleep(pause, stopped);
    }
  }
}

async function runOnce<T>(
  context: Context,
  url: URL,
  options: DownloadOptions & { readonly signal: AbortSignal },
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const startTimer = () => setTimeout(() => silence.abort(new SilenceError("no data", SILENCE)), SILENCE);
  let timer = startTimer();
  const onData = () => {
    clearTimeout(timer);
    timer = startTimer();
  };
  const deadline = AbortSignal.timeout(options.deadline ?? DEADLINE);
  const signal = AbortSignal.any([silence.signal, deadline, options.signal]);
  try {
    return await run({ ...options, context, signal, onData });
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (error instanceof FluxloopError) throw error;
    const proxy = proxyFor(context, url);
    const failure = deadline.aborted
      ? { ...connectionFailure(error), reason: "it didn't finish in time", isTelling: true, isTransient: false }
      : connectionFailure(error, proxy !== null);
    const Failure = failure.isTransient ? TransientError : NetworkError;
    throw new Failure(url, failure, { proxy: proxy?.shown, cause: error, to: "the release server" });
  } finally {
    clearTimeout(timer);
  }
}

/** Follows redirects until there is a response that isn't one, or a URL that `isTarget` accepts, which isn't requested. */
async function follow(
  { context, signal, onData, caCerts = [], log = () => {} }: Attempt,
  first: URL,
  isTarget: (url: URL) => boolean,
): Promise<{ readonly response: Response | null; readonly at: URL }> {
  const headers = { "User-Agent": userAgent(context.system) };
  let at = first;
  for (let count = 0; count <= REDIRECT_LIMIT; count++) {
    if (at.protocol !== "https:") {
      throw new ReleaseError(
        `${first.host} redirects to ${at.protocol}//${at.host}, which isn't secure. Nothing was installed.`,
      );
    }
    if (isTarget(at)) return { response: null, at };
    const request = new Request(at, { headers, redirect: "manual", signal });
    const response = await context.fetch(request, { proxy: proxyFor(context, at), caCerts });
    onData();
    // Not the query: it contains the storage's permission to read the file.
    log(`GET ${at.origin}${at.pathname} -> ${response.status}`);
    const location = response.headers.get("location");
    if (!REDIRECTS.includes(response.status) || location === null) return { response, at };
    await response.body?.cancel();
    const next = URL.parse(location, at);
    if (next === null) throw new ReleaseError(`${at.host} redirects to an invalid URL`);
    at = next;
  }
  throw new ReleaseError(`Too many redirects from ${first.host}`);
}

async function readBody(response: Response, url: URL, limit: number, { onData, onProgress }: Attempt) {
  const length = response.headers.get("content-length");
  const total = length === null ? null : Number(length);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new ReleaseError(`${url.host} sent more than the limit of ${limit} bytes`);
    chunks.push(chunk);
    onData();
    onProgress?.(size, total);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
