/**
 * Downloads from the releases page. Redirects are followed to other hosts, because releases are stored elsewhere, but never
 * away from HTTPS. No key and no cookie is sent.
 *
 * @module
 */
import { connectionFailure, SilenceError } from "../api_client/connection_failure.ts";
import { proxyFor } from "../api_client/proxy.ts";
import { followRedirects, RedirectError } from "../api_client/redirects.ts";
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

/** How to request something. */
export interface DownloadOptions extends RequestOptions {
  /** Called with the number of bytes so far, and of all bytes if the server tells it. */
  readonly onProgress?: (done: number, total: number | null) => void;
}

/** One of several attempts. */
interface Attempt {
  /** Requests a URL, without following redirects. */
  readonly get: (url: URL) => Promise<Response>;
  /** Restarts the wait for the next data. */
  readonly onData: () => void;
}

/** The server sends an error instead of a file. */
class StatusError extends ReleaseError {
  constructor({ host }: URL, readonly status: number) {
    super(`${host} sent HTTP ${status} instead of a release. Try again later.`);
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
  return await withRetries(context, url, options, async ({ get, onData }) => {
    let at = url;
    const response = await follow(url, (next) => get(at = next));
    if (response.status === 404) return null;
    if (response.status !== 200) throw new StatusError(at, response.status);
    return await readBody(response, at, limit, onData, options.onProgress);
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
  options: RequestOptions,
): Promise<string> {
  const page = new URL(`${url}/latest`);
  const version = await withRetries(context, page, options, async ({ get }) => {
    let at = page;
    // The release's own page isn't needed: its URL has the version.
    const response = await follow(page, async (next) => taggedVersion(at = next) === null ? await get(next) : OK);
    await response.body?.cancel();
    if (response.status >= 400 && response.status !== 404) throw new StatusError(at, response.status);
    return taggedVersion(at);
  });
  if (version === null) throw new NotFoundError(`No release found at ${url}`);
  return version;
}

const OK = new Response();

function taggedVersion({ pathname }: URL): string | null {
  const version = /\/releases\/tag\/v([^/]+)$/.exec(pathname)?.[1];
  return version !== undefined && isVersion(version) ? version : null;
}

async function withRetries<T>(
  context: Context,
  url: URL,
  options: RequestOptions,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  for (let attempts = 1;; attempts++) {
    try {
      return await runOnce(context, url, options, run);
    } catch (error) {
      const mayPass = error instanceof StatusError ? isTransient(error.status) : error instanceof TransientError;
      if (!mayPass || attempts > RETRIES) throw error;
      const pause = backoff(attempts, context.random(new Uint8Array(1))[0] / 255);
      options.log?.(`  retrying in ${(pause / 1000).toFixed(1)} s`);
      await context.sleep(pause, context.stopped);
    }
  }
}

async function runOnce<T>(
  context: Context,
  url: URL,
  { deadline = DEADLINE, caCerts = [], log = () => {} }: RequestOptions,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const startTimer = () => setTimeout(() => silence.abort(new SilenceError("no data", SILENCE)), SILENCE);
  let timer = startTimer();
  const onData = () => {
    clearTimeout(timer);
    timer = startTimer();
  };
  const timeout = AbortSignal.timeout(deadline);
  const signal = AbortSignal.any([silence.signal, timeout, context.stopped]);
  const get = async (at: URL) => {
    const request = new Request(at, {
      headers: { "User-Agent": userAgent(context.system) },
      redirect: "manual",
      signal,
    });
    const response = await context.fetch(request, { proxy: proxyFor(context, at), caCerts });
    onData();
    // Not the query: it contains the storage's permission to read the file.
    log(`GET ${at.origin}${at.pathname} -> ${response.status}`);
    return response;
  };
  try {
    return await run({ get, onData });
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (error instanceof FluxloopError) throw error;
    const proxy = proxyFor(context, url);
    const failure = timeout.aborted
      ? { ...connectionFailure(error), reason: "timed out", isTelling: true, isTransient: false }
      : connectionFailure(error, proxy !== null);
    const Failure = failure.isTransient ? TransientError : NetworkError;
    throw new Failure(url, failure, { proxy: proxy?.shown, cause: error, to: "the release server" });
  } finally {
    clearTimeout(timer);
  }
}

async function follow(first: URL, get: Attempt["get"]): Promise<Response> {
  try {
    return await followRedirects(first, "GET", get, ({ protocol }) => protocol === "https:");
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    if (error.target === null) throw new ReleaseError(`Too many redirects from ${first.host}`);
    throw new ReleaseError(`${first.host} redirects to a URL without HTTPS. Nothing was installed.`);
  }
}

async function readBody(
  response: Response,
  { host }: URL,
  limit: number,
  onData: () => void,
  onProgress: DownloadOptions["onProgress"],
) {
  const length = response.headers.get("content-length");
  const total = length === null ? null : Number(length);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new ReleaseError(`${host} sent more than the limit of ${limit} bytes`);
    chunks.push(chunk);
    onData();
    onProgress?.(size, total);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
