/**
 * The pages, where people manage their API keys and approve logins. They work without scripts.
 *
 * @module
 */
import { HttpError, readForm } from "../http.ts";
import type { Call, Route } from "../router.ts";
import { hashSecret } from "../secrets.ts";
import type { Platform } from "../storage.ts";
import { decide, enterCode, showCodeField, showDecision } from "./connect.ts";
import { addKey, regenerate, remove } from "./keys.ts";
import { deletePage, keysPage, regeneratePage } from "./keys_view.ts";
import { asset, messagePage, PATHS, redirect } from "./layout.ts";
import { type PageSessions, type SignedInCall } from "./sessions.ts";
import { ICON, STYLE_SHEET } from "./style.ts";

type Handler = (call: SignedInCall) => Response;

/** Returns the routes of the pages and of the files they load. */
export function pageRoutes(platform: Platform, sessions: PageSessions): Route[] {
  const pages: [method: "GET" | "POST", path: string, handler: Handler][] = [
    ["GET", "/", () => redirect(PATHS.keys)],
    ["POST", PATHS.signOut, ({ session }) => sessions.signOut(session)],
    ["GET", PATHS.keys, (call) => keysPage(call)],
    ["POST", PATHS.keys, addKey],
    ["GET", `${PATHS.keys}/{id}/regenerate`, regeneratePage],
    ["POST", `${PATHS.keys}/{id}/regenerate`, regenerate],
    ["GET", `${PATHS.keys}/{id}/delete`, (call) => deletePage(call)],
    ["POST", `${PATHS.keys}/{id}/delete`, remove],
    ["GET", PATHS.connect, showCodeField],
    ["POST", PATHS.connect, enterCode],
    ["GET", `${PATHS.connect}/{number}`, showDecision],
    ["POST", `${PATHS.connect}/{number}`, decide],
  ];
  return [
    { method: "GET", path: PATHS.style, handler: () => asset("text/css; charset=utf-8", STYLE_SHEET) },
    { method: "GET", path: PATHS.icon, handler: () => asset("image/svg+xml", ICON) },
    {
      method: "GET",
      path: PATHS.signIn,
      handler: ({ request }) => refusalOrRedirect(platform, request) ?? sessions.signIn(new URL(request.url)),
    },
    ...pages.map(([method, path, handler]): Route => {
      return { method, path, handler: (call) => respond(platform, sessions, call, handler) };
    }),
  ];
}

/** Responds to a signed-in user's request, with errors as pages. */
async function respond(
  platform: Platform,
  sessions: PageSessions,
  { request, params }: Call,
  handler: Handler,
): Promise<Response> {
  const isForm = request.method === "POST";
  const response = isForm ? null : refusalOrRedirect(platform, request);
  if (response !== null) return response;
  const session = sessions.find(request);
  if (session === undefined) return sessions.signedOutPage();
  try {
    const form = isForm ? await readForm(request) : new URLSearchParams();
    if (isForm && hashSecret(form.get("form_token") ?? "") !== hashSecret(session.formToken)) {
      throw new HttpError(403, "This form is out of date, and nothing was changed. Reload the page and try again");
    }
    return handler({ platform, session, url: new URL(request.url), params, form });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { status, body: { detail } } = error;
    const text = typeof detail === "string" ? detail : "The form is invalid";
    return messagePage(status, status === 404 ? "Not found" : "This isn’t possible", `${text}.`, { session });
  }
}

/**
 * Refuses prefetches, which would use up the sign-in link and what a page shows only once, and redirects from other names
 * of this machine, for which the browser has no cookie. Returns `null` for any other request.
 */
function refusalOrRedirect({ url }: Platform, { method, headers, url: requested }: Request): Response | null {
  const isPrefetch = method === "HEAD" ||
    /prefetch|prerender/.test(`${headers.get("sec-purpose")} ${headers.get("purpose")}`);
  if (isPrefetch) return new Response(null, { status: 503 });
  const { origin, pathname, search } = new URL(requested);
  return origin === url ? null : redirect(url + pathname + search);
}
