/**
 * Takes a request to the route that answers it.
 *
 * @module
 */
import { json, Refusal } from "./answers.ts";
import type { Caller } from "./authenticate.ts";
import type { SentenceError } from "./contract.ts";

/** A request on its way to a handler. */
export interface Call {
  readonly request: Request;
  /** Where it comes from, as an address. */
  readonly address: string;
  /** What stands in the path for each `{name}` of the template, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** A request of somebody who is known. */
export interface AuthenticatedCall extends Call {
  readonly caller: Caller;
}

interface RoutePlace {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** The path as the OpenAPI document writes it: `/api/api-keys/{id}`. */
  readonly path: `/${string}`;
  /** The operation of the OpenAPI document that this is; pages have none. */
  readonly operationId?: string;
}

/** Answers a request, or throws a {@linkcode Refusal}. */
export type Handler<C extends Call> = (call: C) => Response | Promise<Response>;

/** A route. `access` is who may come: everybody, or whoever has a key. */
export type Route =
  & RoutePlace
  & (
    | { readonly access: "public"; readonly handler: Handler<Call> }
    | { readonly access: "api_key"; readonly handler: Handler<AuthenticatedCall> }
  );

/**
 * Puts routes together.
 *
 * @param routes Of two that match a path, the first one answers.
 * @param authenticate Tells who is asking, or throws a {@linkcode Refusal}.
 * @returns A function that answers every request: 404 for a path that no route has, 405 for a method that no route of
 * this path has, 500 where a handler fails. It does not throw.
 */
export function createRouter(
  routes: readonly Route[],
  authenticate: (request: Request) => Caller,
): (request: Request, address: string) => Promise<Response> {
  const matchers = routes.map((route) => ({ route, match: pathMatcher(route.path) }));

  async function answer(request: Request, address: string): Promise<Response> {
    const { pathname } = new URL(request.url);
    // HEAD is answered like GET (RFC 9110, section 9.3.2); the runtime leaves the body out.
    const method = request.method === "HEAD" ? "GET" : request.method;
    const candidates = matchers.flatMap(({ route, match }) => {
      const params = match(pathname);
      return params === undefined ? [] : [{ route, params }];
    });
    if (candidates.length === 0) throw notFound();
    const hit = candidates.find((it) => it.route.method === method);
    if (hit === undefined) throw methodNotAllowed(candidates.map((it) => it.route.method));

    const { route, params } = hit;
    if (route.access === "public") return await route.handler({ request, address, params });
    return await route.handler({ request, address, params, caller: authenticate(request) });
  }

  return async (request, address) => {
    try {
      return await answer(request, address);
    } catch (error) {
      return error instanceof Refusal ? error.response() : internalError();
    }
  };
}

/** @returns The answer to a request whose handler failed. It says nothing of how: that may hold a key. */
export function internalError(): Response {
  return json(500, { detail: "Internal error" } satisfies SentenceError);
}

function notFound(): Refusal {
  return new Refusal(404, { detail: "Not found" } satisfies SentenceError);
}

function methodNotAllowed(methods: readonly string[]): Refusal {
  const allowed = methods.flatMap((it) => it === "GET" ? ["GET", "HEAD"] : [it]);
  const body: SentenceError = { detail: "Method not allowed" };
  return new Refusal(405, body, { allow: allowed.join(", ") });
}

/** @returns What takes a path apart as `template` has it: the value of each `{name}`; `undefined` for another path. */
function pathMatcher(template: string): (path: string) => Record<string, string> | undefined {
  const parts = template.split("/").map((it) => {
    const name = /^\{(.+)\}$/.exec(it)?.[1];
    return name === undefined ? { text: it } : { name };
  });
  return (path) => {
    const segments = path.split("/");
    if (segments.length !== parts.length) return undefined;
    const params: Record<string, string> = {};
    for (const [index, part] of parts.entries()) {
      if (part.name === undefined) {
        if (segments[index] !== part.text) return undefined;
      } else {
        const value = decoded(segments[index]);
        if (!value) return undefined;
        params[part.name] = value;
      }
    }
    return params;
  };
}

/** @returns The segment without percent-encoding; `undefined` where that is broken. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
