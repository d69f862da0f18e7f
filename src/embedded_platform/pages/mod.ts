/**
 * The embedded platform's pages: where people see to their API keys and let programs in (design: platform-api.md, "The
 * embedded platform"). They work without any script.
 *
 * @module
 */
import { Refusal } from "../answers.ts";
import { pathMatcher } from "../router.ts";
import type { Platform } from "../routes.ts";
import { hashSecret } from "../secret.ts";
import { asset, page, redirect } from "./answer.ts";
import type { SignedInCall } from "./call.ts";
import { decide, enterCode, showCodeField, showDecision } from "./connect.ts";
import { Form, readForm } from "./form.ts";
import { addKey, askDelete, askRegenerate, regenerate, remove, showKeys } from "./keys.ts";
import { messagePage, PATHS } from "./layout.ts";
import { type PageSession, PageSessions } from "./page_sessions.ts";
import { ICON, STYLE_SHEET } from "./style.ts";

type Handler = (call: SignedInCall) => Response;

/** The pages of those who have signed in: what GET shows, and what POST does. */
const PAGES: readonly { readonly path: string; readonly GET: Handler; readonly POST?: Handler }[] = [
  { path: "/", GET: () => redirect(PATHS.keys) },
  { path: PATHS.keys, GET: showKeys, POST: addKey },
  { path: `${PATHS.keys}/{id}/regenerate`, GET: askRegenerate, POST: regenerate },
  { path: `${PATHS.keys}/{id}/delete`, GET: askDelete, POST: remove },
  { path: PATHS.connect, GET: showCodeField, POST: enterCode },
  { path: `${PATHS.connect}/{number}`, GET: showDecision, POST: decide },
];

/** How to serve pages. */
export interface PagesOptions {
  readonly platform: Platform;
  /** Who signs in with the link. */
  readonly accountId: string;
  /** Called when the sign-in link was used, with the one that is good from now on. */
  onSignIn(nextLink: string): void;
}

/** The pages of a platform. */
export class Pages {
  /** The first sign-in link. It is good once. */
  readonly signInUrl: string;
  readonly #options: PagesOptions;
  readonly #sessions: PageSessions;
  readonly #cookieName: string;
  readonly #matchers = PAGES.map((route) => ({ route, match: pathMatcher(route.path) }));

  constructor(options: PagesOptions) {
    this.#options = options;
    const { platform } = options;
    this.#sessions = new PageSessions(platform.random, () => platform.now());
    // Cookies belong to a host, whatever the port: two platforms on one machine would log each other out.
    this.#cookieName = `fluxloop_session_${new URL(platform.url).port}`;
    this.signInUrl = this.#newLink();
  }

  /** @returns Whether a path is one of a page. */
  has(pathname: string): boolean {
    return Object.values<string>(PATHS).includes(pathname) || this.#matchers.some(({ match }) => match(pathname));
  }

  /**
   * Answers a request for a page.
   *
   * @param request One that came under a host name of ours, for a path of which {@linkcode has} says yes.
   * @throws {Error} What a handler throws that is no {@linkcode Refusal}.
   */
  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const method = request.method === "HEAD" ? "GET" : request.method;
    if (method !== "GET" && method !== "POST") return notAllowed();
    if (method === "GET" && url.pathname === PATHS.style) return asset("text/css; charset=utf-8", STYLE_SHEET);
    if (method === "GET" && url.pathname === PATHS.icon) return asset("image/svg+xml", ICON);
    const home = this.#options.platform.url;
    // Under another name of this machine the browser has no cookie of ours.
    if (method === "GET" && url.origin !== home) return redirect(home + url.pathname + url.search);
    if (url.pathname === PATHS.signIn) return method === "GET" ? this.#signIn(request, url) : notAllowed();
    try {
      return await this.#answerSignedIn(request, url, method);
    } catch (error) {
      if (error instanceof Refusal) return refusalPage(error);
      throw error;
    }
  }

  async #answerSignedIn(request: Request, url: URL, method: "GET" | "POST"): Promise<Response> {
    // There may be several: another program on this host can set one of the same name, for a path of ours.
    const cookies = cookiesOf(request, this.#cookieName);
    const cookie = cookies.find((it) => this.#sessions.find(it) !== null);
    const session = cookie === undefined ? null : this.#sessions.find(cookie);
    if (cookie === undefined || session === null) return signInPage();
    const form = method === "POST" ? await readForm(request) : new Form(new URLSearchParams());
    if (method === "POST" && !isOwnForm(form, session)) return forgedPage(session);
    if (url.pathname === PATHS.signOut) return method === "POST" ? this.#signOut(cookie) : notAllowed();

    const { platform } = this.#options;
    const hit = this.#matchers.map(({ route, match }) => ({ route, params: match(url.pathname) }))
      .find(({ params }) => params !== undefined)!;
    const handler = hit.route[method];
    if (handler === undefined) return notAllowed();
    const isLookingAhead = looksAhead(request);
    return handler({ platform, sessions: this.#sessions, session, url, params: hit.params!, form, isLookingAhead });
  }

  #signIn(request: Request, url: URL): Response {
    const token = url.searchParams.get("token") ?? "";
    // What looks ahead must not use up the link.
    const cookie = looksAhead(request) ? null : this.#sessions.signIn(token, this.#options.accountId);
    if (cookie === null) {
      return page(403, messagePage("This link has been used", SIGN_IN_AGAIN));
    }
    this.#options.onSignIn(this.#newLink());
    return redirect(PATHS.keys, { "set-cookie": `${this.#cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Strict` });
  }

  #signOut(cookie: string): Response {
    this.#sessions.end(cookie);
    const headers = { "set-cookie": `${this.#cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0` };
    return page(200, messagePage("You are signed out", SIGN_IN_AGAIN), headers);
  }

  #newLink(): string {
    return `${this.#options.platform.url}${PATHS.signIn}?token=${this.#sessions.newLink()}`;
  }
}

const SIGN_IN_AGAIN =
  "Open the newest sign-in link in the terminal in which “fluxloop platform serve” runs. Each link is good once.";

function signInPage(): Response {
  return page(401, messagePage("Sign in first", `${SIGN_IN_AGAIN} Then come back to this page.`));
}

function forgedPage(session: PageSession): Response {
  const text = "The form is of another session, or of another page. Nothing was done; load the page and send it again.";
  return page(403, messagePage("This form is not taken", text, session));
}

function refusalPage({ status, body, headers }: Refusal): Response {
  const text = typeof body.detail === "string" ? body.detail : "What was sent cannot be taken";
  return page(status, messagePage(status === 404 ? "Not found" : "That cannot be done", `${text}.`), headers);
}

function notAllowed(): Response {
  return page(405, messagePage("That cannot be done", "This page does not take such a request."), {
    allow: "GET, POST",
  });
}

/** Compared through hashes of both, so that the time it takes tells nothing. */
function isOwnForm(form: Form, { formToken }: PageSession): boolean {
  return hashSecret(form.get("form_token")).join() === hashSecret(formToken).join();
}

function cookiesOf(request: Request, name: string): string[] {
  const pairs = (request.headers.get("cookie") ?? "").split(/;\s*/).map((it) => it.split("="));
  return pairs.filter(([key]) => key === name).map(([, value]) => value ?? "");
}

/** For a preview, or for speed: nobody sees the answer yet, if ever. */
function looksAhead({ method, headers }: Request): boolean {
  return method === "HEAD" || /prefetch|prerender/.test(`${headers.get("sec-purpose")} ${headers.get("purpose")}`);
}
