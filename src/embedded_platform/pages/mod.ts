/**
 * The embedded platform's pages: where people manage their API keys and approve logins (design: platform-api.md, "The
 * embedded platform"). They work without scripts.
 *
 * @module
 */
import { Refusal } from "../answers.ts";
import type { Call, Handler as RouteHandler, Route } from "../router.ts";
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
type SignedInHandler = (call: SignedInCall, cookie: string) => Response;

/** The pages of people who have signed in: what GET shows, and what POST does. */
const PAGES: readonly { readonly path: `/${string}`; readonly GET: Handler; readonly POST?: Handler }[] = [
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

  constructor(options: PagesOptions) {
    this.#options = options;
    const { platform } = options;
    this.#sessions = new PageSessions(platform.random, () => platform.now());
    // Cookies belong to a host, whatever the port: two platforms on one machine would log each other out.
    this.#cookieName = `fluxloop_session_${new URL(platform.url).port}`;
    this.signInUrl = this.#newLink();
  }

  /** @returns The routes of the pages and of what they load. */
  routes(): Route[] {
    const open = (path: Route["path"], handler: RouteHandler<Call>): Route => {
      return { method: "GET", path, access: "public", handler };
    };
    const signedIn = (method: "GET" | "POST", path: Route["path"], handler: SignedInHandler): Route => {
      return { method, path, access: "public", handler: (call) => this.#answer(call, method, handler) };
    };
    return [
      open(PATHS.style, () => asset("text/css; charset=utf-8", STYLE_SHEET)),
      open(PATHS.icon, () => asset("image/svg+xml", ICON)),
      open(PATHS.signIn, ({ request }) => this.#atHome(request) ?? this.#signIn(request, new URL(request.url))),
      signedIn("POST", PATHS.signOut, (_, cookie) => this.#signOut(cookie)),
      ...PAGES.flatMap(({ path, GET, POST }) => [
        signedIn("GET", path, GET),
        ...(POST === undefined ? [] : [signedIn("POST", path, POST)]),
      ]),
    ];
  }

  /** @returns A redirect, where another name of this machine was used: the browser has no cookie of ours there. */
  #atHome(request: Request): Response | null {
    const { origin, pathname, search } = new URL(request.url);
    const { url } = this.#options.platform;
    return origin === url ? null : redirect(url + pathname + search);
  }

  async #answer({ request, params }: Call, method: "GET" | "POST", handler: SignedInHandler): Promise<Response> {
    const home = method === "GET" ? this.#atHome(request) : null;
    if (home !== null) return home;
    // There may be several: another program on this host can set one of the same name, for a path of ours.
    const cookies = cookiesOf(request, this.#cookieName);
    const cookie = cookies.find((it) => this.#sessions.find(it) !== null);
    const session = cookie === undefined ? null : this.#sessions.find(cookie);
    if (cookie === undefined || session === null) return signInPage();
    try {
      const form = method === "POST" ? await readForm(request) : new Form(new URLSearchParams());
      if (method === "POST" && !isOwnForm(form, session)) return forgedPage(session);
      const { platform } = this.#options;
      const url = new URL(request.url);
      const isLookingAhead = looksAhead(request);
      return handler({ platform, sessions: this.#sessions, session, url, params, form, isLookingAhead }, cookie);
    } catch (error) {
      if (error instanceof Refusal) return refusalPage(error);
      throw error;
    }
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
  const text = "The form belongs to another session. Nothing was changed; reload the page and send it again.";
  return page(403, messagePage("This form was rejected", text, session));
}

function refusalPage({ status, body, headers }: Refusal): Response {
  const text = typeof body.detail === "string" ? body.detail : "The form is invalid";
  return page(status, messagePage(status === 404 ? "Not found" : "This isn’t possible", `${text}.`), headers);
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
