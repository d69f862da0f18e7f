/**
 * One request to the platform: the way there, the deadline, and an answer of bounded size as text. What the answer means
 * is the business of `answer.ts`.
 *
 * @module
 */
import { userAgent } from "../build_info.ts";
import type { Context } from "../context.ts";
import { InterruptedError, NetworkError, PlatformError } from "../errors.ts";
import { apiUrlText, isLoopback } from "./api_url.ts";
import { connectionFailure } from "./connection_failure.ts";

/** How long a request may take from the first byte sent to the last one received, in milliseconds. */
export const DEFAULT_DEADLINE = 30_000;
/** The most bytes of an answer that are read; the platform's largest are far below. */
const ANSWER_LIMIT = 8 * 1024 * 1024;
/** How many redirects inside the platform's own origin are followed. */
const REDIRECT_LIMIT = 5;

/** Where requests go and with what. */
export interface Target {
  readonly apiUrl: URL;
  /** An API key or an access token; it is sent to `apiUrl`'s origin and nowhere else. */
  readonly key: string;
}

/** What came back. */
export interface Answer {
  readonly method: string;
  readonly path: string;
  /** 100 to 599. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Told of each request that was answered, for `--verbose`; the URL holds no secret. */
export type RequestLog = (line: string) => void;

/**
 * Sends a GET request.
 *
 * @param context The outside world.
 * @param target Where to and with which key.
 * @param path Below the API URL, such as `/api/auth/me`.
 * @param log Told of each request.
 * @param deadline Milliseconds for the whole, redirects included.
 * @returns The answer, whatever its status; redirects inside the origin have been followed.
 * @throws {NetworkError} When the platform cannot be reached or does not finish in time.
 * @throws {PlatformError} When the answer is too large, or leads elsewhere.
 * @throws {InterruptedError} When the program is told to stop.
 */
export async function get(
  context: Context,
  target: Target,
  path: string,
  log: RequestLog = () => {},
  deadline = DEFAULT_DEADLINE,
): Promise<Answer> {
  const timeout = AbortSignal.timeout(deadline);
  const signal = AbortSignal.any([timeout, context.stopped]);
  const headers = {
    "Accept": "application/json",
    "Authorization": `Bearer ${target.key}`,
    "User-Agent": userAgent(context.system),
  };
  let url = new URL(apiUrlText(target.apiUrl) + path);
  try {
    for (let redirects = 0;; redirects++) {
      const start = context.monotonic();
      const request = new Request(url, { headers, signal, redirect: "manual" });
      // Loopback is never left to the runtime, which would send it to `HTTP_PROXY` together with the key.
      const response = await context.fetch(request, { direct: isLoopback(url) });
      const text = await readBounded(response, target.apiUrl);
      log(`GET ${url.href} -> ${response.status} (${Math.round(context.monotonic() - start)} ms)`);
      const next = redirectOf(response, url);
      if (next === undefined) return { method: "GET", path, status: response.status, headers: response.headers, text };
      if (next.origin !== url.origin) {
        const place = next.host === "" ? "something that is no web address" : next.host;
        throw new PlatformError(`${url.host} redirects to ${place}; your key was not sent there`);
      }
      if (redirects === REDIRECT_LIMIT) throw new PlatformError(`${url.host} redirects in circles`);
      url = next;
    }
  } catch (error) {
    if (context.stopped.aborted) throw new InterruptedError();
    if (error instanceof PlatformError) throw error;
    const failure = timeout.aborted ? `no complete answer within ${deadline / 1000} seconds` : connectionFailure(error);
    log(`GET ${url.href} -> ${failure}`);
    throw new NetworkError(target.apiUrl, failure, { cause: error });
  }
}

function redirectOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get("location");
  if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return undefined;
  try {
    return new URL(location, from);
  } catch {
    return undefined;
  }
}

async function readBounded(response: Response, apiUrl: URL): Promise<string> {
  // A length that is told bounds the answer as well as counting does, and faster; packed, it says nothing of the size.
  const length = response.headers.get("content-length");
  const isPacked = response.headers.has("content-encoding");
  if (length !== null && Number(length) <= ANSWER_LIMIT && !isPacked) return await response.text();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > ANSWER_LIMIT) {
      throw new PlatformError(`${apiUrl.host} sent more than ${ANSWER_LIMIT / 1024 / 1024} MiB in one answer`);
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}
