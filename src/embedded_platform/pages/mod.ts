/**
 * The pages, where people manage their API keys and approve logins. They work without scripts.
 *
 * @module
 */
import { HttpError, readForm } from "../http.ts";
import type { Call, Route } from "../router.ts";
import type { Platform } from "../storage.ts";
import { decide, enterCode, showCodeField, showDecision } from "./connect.ts";
import { addKey, askDelete, askRegenerate, regenerate, remove, showKeys } from "./keys.ts";
import { asset, cardPage, PATHS, redirect } from "./layout.ts";
import { markup } from "./markup.ts";
import { hashed, type PageSession, PageSessions, type SignedInCall } from "./sessions.ts";
import { ICON, STYLE_SHEET } from "./style.ts";

type Handler = (call: SignedInCall, cookie: string) => Response;

/** The pages of a platform. */
export class Pages {
  /** The first sign-in link, which works once. */
  readonly signInUrl: string;
  readonly #sessions: PageSessions;
  readonly #cookieName: string;

  /** @param onSignIn Called with the next sign-in link when one was used. */
  constructor(private readonly platform: Platform, private readonly onSignIn: (nextLink: string) => void) {
    this.#sessions = new PageSessions(platform);
    // Cookies don't depend on the port: without it, two platforms on one machine would sign each other out.
    this.#cookieName = `fluxloop_session_${new URL(platform.url).port}`;
    this.signInUrl = this.#newLink();
  }

  /** Returns the routes of the pages and of the files they load. */
  routes(): Route[] {
    const signedIn = (method: "GET" | "POST", path: string, handler: Handler): Route => {
      return { method, path, handler: (call) => this.#respond(call, method, handler) };
    };
    return [
      { method: "GET", path: PATHS.style, handler: () => asset("text/css; charset=utf-8", STYLE_SHEET) },
      { method: "GET", path: PATHS.icon, handler: () => asset("image/svg+xml", ICON) },
      {
        method: "GET",
        path: PATHS.signIn,
        handler: ({ request }) => this.#elsewhere(request) ?? this.#signIn(request),
      },
      signedIn("POST", PATHS.signOut, (_, cookie) => this.#signOut(cookie)),
      signedIn("GET", "/", () => redirect(PATHS.keys)),
      signedIn("GET", PATHS.keys, showKeys),
      signedIn("POST", PATHS.keys, addKey),
      signedIn("GET", `${PATHS.keys}/{id}/regenerate`, askRegenerate),
      signedIn("POST", `${PATHS.keys}/{id}/regenerate`, regenerate),
      signedIn("GET", `${PATHS.keys}/{id}/delete`, askDelete),
      signedIn("POST", `${PATHS.keys}/{id}/delete`, remove),
      signedIn("GET", PATHS.connect, showCodeField),
      signedIn("POST", PATHS.connect, enterCode),
      signedIn("GET", `${PATHS.connect}/{number}`, showDecision),
      signedIn("POST", `${PATHS.connect}/{number}`, decide),
    ];
  }

  async #respond({ request, params }: Call, method: "GET" | "POST", handler: Handler): Promise<Response> {
    const elsewhere = method === "GET" ? this.#elsewhere(request) : null;
    if (elsewhere !== null) return elsewhere;
    // There may be several: another program on this machine can set one with the same name for a path.
    const cookie = cookiesOf(request, this.#cookieName).find((it) => this.#sessions.find(it) !== null);
    if (cookie === undefined) return message(401, "Sign in first", `${SIGN_IN_AGAIN} Then come back to this page.`);
    const session = this.#sessions.find(cookie)!;
    try {
      const form = method === "POST" ? await readForm(request) : new URLSearchParams();
      if (method === "POST" && hashed(form.get("form_token") ?? "") !== hashed(session.formToken)) {
        throw new HttpError(403, "This form is out of date, and nothing was changed. Reload the page and try again");
      }
      return handler({ platform: this.platform, session, url: new URL(request.url), params, form }, cookie);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const { status, body: { detail } } = error;
      const text = typeof detail === "string" ? detail : "The form is invalid";
      return message(status, status === 404 ? "Not found" : "This isn’t possible", `${text}.`, { session });
    }
  }

  /**
   * Refuses to be prefetched, which would use up the sign-in link and what a page shows once, and redirects from other
   * names of this machine, for which the browser has no cookie.
   */
  #elsewhere(request: Request): Response | null {
    if (isPrefetch(request)) return new Response(null, { status: 503 });
    const { origin, pathname, search } = new URL(request.url);
    const { url } = this.platform;
    return origin === url ? null : redirect(url + pathname + search);
  }

  #signIn(request: Request): Response {
    const token = new URL(request.url).searchParams.get("token") ?? "";
    const cookie = this.#sessions.signIn(token);
    if (cookie === null) return message(403, "This link can’t be used again", SIGN_IN_AGAIN);
    this.onSignIn(this.#newLink());
    return redirect(PATHS.keys, { "set-cookie": `${this.#cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict` });
  }

  #signOut(cookie: string): Response {
    this.#sessions.end(cookie);
    const headers = { "set-cookie": `${this.#cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0` };
    return message(200, "You are signed out", SIGN_IN_AGAIN, { headers });
  }

  #newLink(): string {
    return `${this.platform.url}${PATHS.signIn}?token=${this.#sessions.newLink()}`;
  }
}

const SIGN_IN_AGAIN =
  "Open the newest sign-in link from the terminal in which “fluxloop platform serve” runs. Each link works once.";

function message(
  status: number,
  title: string,
  text: string,
  more: { readonly session?: PageSession; readonly headers?: Record<string, string> } = {},
): Response {
  return cardPage({ title, body: markup`<p>${text}</p>`, status, ...more });
}

function cookiesOf(request: Request, name: string): string[] {
  const pairs = (request.headers.get("cookie") ?? "").split(/;\s*/).map((it) => it.split("="));
  return pairs.filter(([key]) => key === name).map(([, value]) => value ?? "");
}

function isPrefetch({ method, headers }: Request): boolean {
  return method === "HEAD" || /prefetch|prerender/.test(`${headers.get("sec-purpose")} ${headers.get("purpose")}`);
}
