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
  /** The decoded value of each `{name}` in the route's path. */
  readonly params: Readonly<Record<string, string>>;
}

/** A method and a path, such as `/api/api-keys/{id}`, and what responds to them. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Responds, or throws an {@linkcode HttpError}. */
  readonly handler: (call: Call) => Response | Promise<Response>;
}

/**
 * Combines routes. The first one that matches is used.
 *
 * @returns A function that doesn't throw. It responds with 404 and 405 where no route matches, and with 500 if a handler
 * fails.
 */
export function createRouter(routes: readonly Route[]): (request: Request, address: string) => Promise<Response> {
  const matchers = routes.map((route) => ({ route, match: pathMatcher(route.path) }));

  async function respond(request: Request, address: string): Promise<Response> {
    const { pathname } = new URL(request.url);
    // HEAD gets the response to GET (RFC 9110, section 9.3.2); the runtime leaves out the body.
    const method = request.method === "HEAD" ? "GET" : request.method;
    const candidates = matchers.flatMap(({ route, match }) => {
      const params = match(pathname);
      return params === null ? [] : [{ route, params }];
    });
    if (candidates.length === 0) throw new HttpError(404, "Not found");
    const found = candidates.find((it) => it.route.method === method);
    if (found !== undefined) return await found.route.handler({ request, address, params: found.params });
    const allow = candidates.flatMap(({ route }) => route.method === "GET" ? ["GET", "HEAD"] : [route.method]);
    throw new HttpError(405, "Method not allowed", { allow: allow.join(", ") });
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

function pathMatcher(template: string): (path: string) => Record<string, string> | null {
  const pattern = new RegExp(`^${template.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
  return (path) => {
    const match = pattern.exec(path);
    try {
      return match && Object.fromEntries(
        Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
      );
    } catch {
      // Invalid percent-encoding.
      return null;
    }
  };
}
