/**
 * Downloads from the releases page. Redirects are followed to other hosts, because releases are stored elsewhere, but never
 * away from HTTPS. No key and no cookie is sent.
 *
 * @module
 */
import { ResponseTimeoutError } from "../api_client/connection_failure.ts";
import { type Exchange, exchange, type Outcome } from "../api_client/exchange.ts";
import { RedirectError } from "../api_client/redirects.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { NotFoundError, ReleaseError } from "../errors.ts";
import type { ReleaseSource } from "./source.ts";
import { isVersion } from "./version.ts";

/** How long the server may send nothing, in milliseconds. */
const TIMEOUT = 30_000;
/** How long a download may take, in milliseconds. */
const DEADLINE = 60 * 60 * 1000;

/** Options of a download. */
export interface DownloadOptions extends RequestOptions {
  /** Called with the number of bytes so far, and the total number if the server sends it. */
  readonly onProgress?: (done: number, total: number | null) => void;
}

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
  { onProgress = () => {}, ...options }: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const read: Exchange<Uint8Array<ArrayBuffer>>["read"] = async (response, { host }, fail) => {
    const length = response.headers.get("content-length");
    const total = length === null ? null : Number(length);
    const startTimer = () => setTimeout(() => fail(new ResponseTimeoutError("no data", TIMEOUT)), TIMEOUT);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    let timer = startTimer();
    try {
      for await (const chunk of (response.status === 200 ? response.body : null) ?? []) {
        clearTimeout(timer);
        timer = startTimer();
        size += chunk.length;
        if (size > limit) throw new ReleaseError(`${host} sent more than the limit of ${limit} bytes`);
        chunks.push(chunk);
        onProgress(size, total);
      }
    } finally {
      clearTimeout(timer);
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  };
  const outcome = await get(context, url, options, read);
  if (outcome.status === 404) return null;
  if (outcome.status !== 200) throw statusError(outcome);
  return outcome.content;
}

/**
 * Returns the version of the latest release, to which the releases page redirects.
 *
 * @throws {NotFoundError} If there is no release.
 * @throws Like {@linkcode download}.
 */
export async function latestVersion(
  context: Context,
  { url }: ReleaseSource,
  options: RequestOptions,
): Promise<string> {
  const discard = async ({ body }: Response) => await body?.cancel();
  // The release's own page isn't needed: its URL has the version.
  const isEnd = (it: URL) => taggedVersion(it) !== null;
  const outcome = await get(context, new URL(`${url}/latest`), options, discard, isEnd);
  const version = taggedVersion(outcome.url);
  if (version !== null) return version;
  if (outcome.status >= 400 && outcome.status !== 404) throw statusError(outcome);
  throw new NotFoundError(`No release found at ${url}`);
}

function taggedVersion({ pathname }: URL): string | null {
  const version = /\/releases\/tag\/v([^/]+)$/.exec(pathname)?.[1];
  return version !== undefined && isVersion(version) ? version : null;
}

async function get<T>(
  context: Context,
  url: URL,
  { deadline = DEADLINE, caCerts, log }: RequestOptions,
  read: Exchange<T>["read"],
  isEnd?: Exchange<T>["isEnd"],
): Promise<Outcome<T>> {
  const isAllowed = ({ protocol }: URL) => protocol === "https:";
  const how = { method: "GET", isRepeatable: true, deadline, firstByte: TIMEOUT, isAllowed, isEnd, caCerts, log, read };
  try {
    return await exchange(context, { ...how, url, server: "the release server" });
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    if (error.target === null) throw new ReleaseError(`Too many redirects from ${url.host}`);
    throw new ReleaseError(`${url.host} redirects to a URL without HTTPS. Nothing was installed.`);
  }
}

function statusError({ url: { host }, status }: Outcome<unknown>): ReleaseError {
  return new ReleaseError(`${host} sent HTTP ${status} instead of a release. Try again later.`);
}
