/**
 * Finds the route for a request.
 *
 * @module
 */
import { HttpError, json } from "./http.ts";

/** A request for a route. */
export interface Call {
  readonly request: Request;
  /** The client's IP address. */
  readonly address: string;
  /** The value of each `{name}` in the route's path, as it is in the URL. */
  readonly params: Readonly<Record<string, string>>;
}

/** A method and a path, such as `/api/api-keys/{id}`, with their handler. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Responds, or throws an {@linkcode HttpError}. */
  readonly handler: (call: Call) => Response | Promise<Response>;
}

/** Combines routes into a function that never throws. The first route that matches is used. */
export function createRouter(routes: readonly Route[]): (request: Request, address: string) => Promise<Response> {
  const entries = routes.map((route) => {
    return { ...route, pattern: new URLPattern({ pathname: route.path.replaceAll(/\{(\w+)\}/g, ":$1") }) };
  });

  async function respond(request: Request, address: string): Promise<Response> {
    const { pathname } = new URL(request.url);
    // HEAD gets the response to GET (RFC 9110, section 9.3.2); the runtime leaves out the body.
    const method = request.method === "HEAD" ? "GET" : request.method;
    const candidates = entries.filter(({ pattern }) => pattern.test({ pathname }));
    if (candidates.length === 0) throw new HttpError(404, "Not found");
    const found = candidates.find((it) => it.method === method);
    if (found === undefined) {
      const allow = candidates.flatMap((it) => it.method === "GET" ? ["GET", "HEAD"] : [it.method]);
      throw new HttpError(405, "Method not allowed", { allow: allow.join(", ") });
    }
    const params = found.pattern.exec({ pathname })!.pathname.groups as Record<string, string>;
    return await found.handler({ request, address, params });
  }

  return async (request, address) => {
    try {
      return await respond(request, address);
    } catch (error) {
      return error instanceof HttpError ? error.response() : internalError();
    }
  };
}

/** Returns the response to a request whose handler failed, without the reason: that may contain a key. */
export function internalError(): Response {
  return json(500, { detail: "Internal error" });
}
