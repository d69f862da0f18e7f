import type { Context } from "../../context.ts";
import { connectionFailure } from "../../api_client/connection_failure.ts";
import { proxyFor } from "../../api_client/proxy.ts";
import { followRedirects, RedirectError } from "../../api_client/redirects.ts";
import { retryAfter } from "../../api_client/exchange.ts";
import { type HttpRunner, RunError, type Runner, type RunRequest } from "../model.ts";
import { requestTemplate } from "./http_request.ts";
import { readResponse, TransientError } from "./http_response.ts";
import { textFinder } from "./output_path.ts";
import { withTimeLimit } from "./time_limit.ts";

/**
 * Runs an agent that is a server, with one request per run, which is retried as configured.
 *
 * @throws {ConfigurationError} When the proxy's URL is invalid.
 */
export function httpRunner(
  context: Context,
  configuration: HttpRunner,
  caCerts: readonly string[] = [],
): Runner {
  const { method, url, timeout, retry, streamOutputPath } = configuration;
  const connection = { proxy: proxyFor(context, url), caCerts };
  const requestOf = requestTemplate(context, configuration);
  const textOf = streamOutputPath === null ? null : textFinder(streamOutputPath);
  const reading = { ...configuration, textOf };

  const attempt = async (run: RunRequest, signal: AbortSignal): Promise<string> => {
    const { url, init } = requestOf(run);
    const send = (to: URL) => context.fetch(new Request(to, { ...init, signal }), connection);
    return await readResponse(await followRedirects(url, method, send), reading);
  };
  const failureOf = (error: unknown): unknown => {
    if (error instanceof RedirectError) {
      const message = error.target === null
        ? "The server redirects in a loop"
        : `The server redirects to ${error.target || "another address"}; nothing was sent there`;
      return new RunError("http", message);
    }
    if (!(error instanceof Error) || error instanceof RunError) return error;
    const { reason, isTransient } = connectionFailure(error, connection.proxy !== null);
    const message = `Can't reach the server at ${url.host}: ${reason}`;
    return isTransient ? new TransientError(message, null) : new RunError("http", message);
  };
  /** Returns the pause before a retry, in milliseconds; `null` if a retry is pointless. */
  const pauseAfter = (error: unknown): number | null => {
    if (!(error instanceof TransientError)) return null;
    if (error.response === null) return retry.backoff;
    const { status, headers } = error.response;
    return retry.statusCodes.includes(status) ? Math.max(retry.backoff, retryAfter(headers, context.now()) ?? 0) : null;
  };
  const withRetries = async (run: RunRequest, signal: AbortSignal): Promise<string> => {
    const end = context.monotonic() + timeout;
    for (let retries = 0;; retries++) {
      try {
        return await attempt(run, signal);
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureOf(error);
        const pause = retries < retry.attempts ? pauseAfter(failure) : null;
        if (pause === null || context.monotonic() + pause >= end) throw failure;
        await context.sleep(pause, signal);
      }
    }
  };
  const timedOut = () => new RunError("timeout", `The server's response wasn't complete within ${timeout / 1000} s`);
  return {
    run: (request, signal) => withTimeLimit(timeout, signal, timedOut, (signal) => withRetries(request, signal)),
    close: () => Promise.resolve(),
  };
}
