/**
 * Runs an agent that is a server: one request a run, repeated where the configuration says so.
 *
 * @module
 */
import type { Connection, Context } from "../../context.ts";
import { connectionFailure } from "../../api_client/connection_failure.ts";
import { proxyFor } from "../../api_client/proxy.ts";
import { retryAfter } from "../../api_client/retry.ts";
import { type AgentAnswer, type HttpRunner, RunError, type Runner, type RunRequest } from "../model.ts";
import { HttpFault, readAnswer, type Reading } from "./http_answer.ts";
import { type RequestMaker, requestMaker } from "./http_request.ts";
import { textFinder } from "./output_path.ts";
import { TimeLimit } from "./time_limit.ts";

/** How many redirects inside the server's own origin are followed. */
const REDIRECT_LIMIT = 5;

/**
 * @param context The outside world. The proxy is chosen as for the platform; this machine itself needs none.
 * @param configuration The server, and what it is asked. `retry.attempts` is how often a request is repeated at most.
 * @param outputCharLimit Characters of output; `null` for no bound of its own.
 * @returns A runner, whose requests share their connections.
 * @throws {ConfigurationError} When the path, a header or the proxy's address is none.
 */
export function httpRunner(context: Context, configuration: HttpRunner, outputCharLimit: number | null): Runner {
  return new Server(context, configuration, outputCharLimit);
}

class Server implements Runner {
  readonly #context: Context;
  readonly #configuration: HttpRunner;
  readonly #connection: Connection;
  readonly #make: RequestMaker;
  readonly #reading: Reading;
  readonly #timeLimit: TimeLimit;

  constructor(context: Context, configuration: HttpRunner, outputCharLimit: number | null) {
    const { url, streamOutputPath } = configuration;
    this.#context = context;
    this.#configuration = configuration;
    this.#connection = { proxy: proxyFor(context, url), caCerts: [] };
    this.#timeLimit = new TimeLimit(configuration.timeout);
    this.#make = requestMaker(context, configuration);
    const textOf = streamOutputPath === null ? null : textFinder(streamOutputPath);
    this.#reading = { ...configuration, textOf, outputCharLimit };
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<AgentAnswer> {
    signal.throwIfAborted();
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal.reason);
    const timed = this.#timeLimit.start(() => stop.abort());
    signal.addEventListener("abort", onAbort);
    try {
      return { output: await this.#repeated(request, stop.signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HttpFault) throw new RunError({ ...error.fault, stderr: [] }, { cause: error });
      if (!stop.signal.aborted) throw error;
      const message = `The server did not answer whole within ${this.#configuration.timeout / 1000} s`;
      throw new RunError({ kind: "timeout", message, stderr: [] }, { cause: error });
    } finally {
      this.#timeLimit.stop(timed);
      signal.removeEventListener("abort", onAbort);
    }
  }

  close(): Promise<void> {
    this.#timeLimit.close();
    return Promise.resolve();
  }

  async #repeated(request: RunRequest, signal: AbortSignal): Promise<string> {
    const { timeout, retry } = this.#configuration;
    const end = this.#context.monotonic() + timeout;
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#attempt(request, signal);
      } catch (error) {
        const fault = signal.aborted ? null : this.#faultOf(error);
        if (fault === null) throw error;
        const pause = attempt < retry.attempts ? this.#pauseAfter(fault) : null;
        if (pause === null || this.#context.monotonic() + pause >= end) throw fault;
        await this.#context.sleep(pause, signal);
      }
    }
  }

  async #attempt(run: RunRequest, signal: AbortSignal): Promise<string> {
    let request = this.#make(run, signal);
    for (let redirects = 0;; redirects++) {
      const response = await this.#context.fetch(request, this.#connection);
      const next = redirectOf(response, request);
      if (next === null) return await readAnswer(response, this.#reading);
      await response.body?.cancel();
      if (redirects === REDIRECT_LIMIT) throw refused("The server redirects in circles");
      if (next.origin !== this.#configuration.url.origin) {
        throw refused(`The server redirects to ${next.host || "another address"}; nothing was sent there`);
      }
      request = this.#make(run, signal, next);
    }
  }

  #faultOf(error: unknown): HttpFault | null {
    if (error instanceof HttpFault) return error;
    if (!(error instanceof Error)) return null;
    const { reason, isPassing } = connectionFailure(error, this.#connection.proxy !== null);
    const message = `The server at ${this.#configuration.url.host} cannot be reached: ${reason}`;
    return new HttpFault({ kind: "http", message }, isPassing ? "cut off" : null);
  }

  /** @returns How long to wait before the next attempt, in milliseconds; `null` where it would change nothing. */
  #pauseAfter({ reply }: HttpFault): number | null {
    const { backoff, statusCodes } = this.#configuration.retry;
    if (reply === null || reply === "cut off") return reply === null ? null : backoff;
    if (!statusCodes.includes(reply.status)) return null;
    return Math.max(backoff, retryAfter(reply.headers, this.#context.now()) ?? 0);
  }
}

/** Those that say nothing of the method are followed with GET alone: a browser would turn a POST into one (RFC 9110, 15.4). */
function redirectOf({ status, headers }: Response, { method, url }: Request): URL | null {
  const location = headers.get("location");
  const followed = method === "GET" ? [301, 302, 303, 307, 308] : [307, 308];
  return followed.includes(status) && location !== null && URL.canParse(location, url) ? new URL(location, url) : null;
}

function refused(message: string): HttpFault {
  return new HttpFault({ kind: "http", message });
}
