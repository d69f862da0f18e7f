/**
 * Runs an agent that is a server: one request a run, repeated where the configuration says so.
 *
 * @module
 */
import type { Connection, Context } from "../../context.ts";
import { connectionFailure } from "../../api_client/connection_failure.ts";
import { proxyFor } from "../../api_client/proxy.ts";
import { followRedirects, RedirectError } from "../../api_client/redirects.ts";
import { retryAfter } from "../../api_client/retry.ts";
import { type AgentResponse, type HttpRunner, RunError, type Runner, type RunRequest } from "../model.ts";
import { RequestTemplate } from "./http_request.ts";
import { HttpFault, type Reading, readResponse } from "./http_response.ts";
import { textFinder } from "./output_path.ts";
import { withTimeLimit } from "./time_limit.ts";

/** What an HTTP runner must know besides its own part of the configuration. */
export interface HttpBounds {
  /** Characters of output; `null` for no limit of its own. */
  readonly outputCharLimit: number | null;
  /** Certificate authorities to trust besides the system's, in PEM form. */
  readonly caCerts: readonly string[];
}

/**
 * @param context The outside world. The proxy is chosen as for the platform; loopback needs none.
 * @param configuration The server and its requests. `retry.attempts` is how often a request is repeated at most.
 * @returns A runner whose requests share their connections.
 * @throws {ConfigurationError} When the path, a header or the proxy's address is invalid.
 */
export function httpRunner(context: Context, configuration: HttpRunner, bounds: HttpBounds): Runner {
  return new Server(context, configuration, bounds);
}

class Server implements Runner {
  readonly #context: Context;
  readonly #configuration: HttpRunner;
  readonly #connection: Connection;
  readonly #template: RequestTemplate;
  readonly #reading: Reading;

  constructor(context: Context, configuration: HttpRunner, { outputCharLimit, caCerts }: HttpBounds) {
    const { url, streamOutputPath } = configuration;
    this.#context = context;
    this.#configuration = configuration;
    this.#connection = { proxy: proxyFor(context, url), caCerts };
    this.#template = new RequestTemplate(context, configuration);
    const textOf = streamOutputPath === null ? null : textFinder(streamOutputPath);
    this.#reading = { ...configuration, textOf, outputCharLimit };
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<AgentResponse> {
    const { timeout } = this.#configuration;
    const message = `The server's response wasn't complete within ${timeout / 1000} s`;
    const timedOut = () => new RunError({ kind: "timeout", message, stderr: [] });
    return await withTimeLimit(timeout, signal, timedOut, async (signal) => {
      try {
        return { output: await this.#repeated(request, signal) };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof HttpFault) throw new RunError({ ...error.fault, stderr: [] }, { cause: error });
        throw error;
      }
    });
  }

  close(): Promise<void> {
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
    const { url, init } = this.#template.fill(run);
    const send = (to: URL) => this.#context.fetch(new Request(to, { ...init, signal }), this.#connection);
    return await readResponse(await followRedirects(url, this.#configuration.method, send), this.#reading);
  }

  #faultOf(error: unknown): HttpFault | null {
    if (error instanceof HttpFault) return error;
    if (error instanceof RedirectError) {
      const { target } = error;
      return new HttpFault({
        kind: "http",
        message: target === null
          ? "The server redirects in circles"
          : `The server redirects to ${target || "another address"}; nothing was sent there`,
      });
    }
    if (!(error instanceof Error)) return null;
    const { reason, isTransient } = connectionFailure(error, this.#connection.proxy !== null);
    const message = `Can't reach the server at ${this.#configuration.url.host}: ${reason}`;
    return new HttpFault({ kind: "http", message }, isTransient ? "cut off" : null);
  }

  /** @returns How long to wait before the next attempt, in milliseconds; `null` where it would change nothing. */
  #pauseAfter({ response }: HttpFault): number | null {
    const { backoff, statusCodes } = this.#configuration.retry;
    if (response === null || response === "cut off") return response === null ? null : backoff;
    if (!statusCodes.includes(response.status)) return null;
    return Math.max(backoff, retryAfter(response.headers, this.#context.now()) ?? 0);
  }
}
