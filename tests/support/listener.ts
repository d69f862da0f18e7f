/**
 * A real HTTP server on the loopback address that records its requests.
 *
 * @module
 */

/** A recorded request. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
}

/** A listening server. */
export interface Listener {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Its requests, in order. */
  readonly requests: SeenRequest[];
  stop(): Promise<void>;
}

/** Starts a server on a random port that responds with `respond`. */
export function listen(respond: (request: Request) => Response | Promise<Response>): Listener {
  const requests: SeenRequest[] = [];
  const abort = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => {} }, (request) => {
    requests.push({ method: request.method, url: request.url, headers: new Headers(request.headers) });
    return respond(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    async stop() {
      abort.abort();
      await server.finished;
    },
  };
}
