/**
 * The sessions of users who have signed in to the pages. All sessions end when the platform stops.
 *
 * @module
 */
import type { CreatedKey } from "../api_keys.ts";
import { hashSecret, randomSecret } from "../secrets.ts";
import type { Platform } from "../storage.ts";
import { after, MINUTE } from "../time.ts";
import { messagePage, PATHS, redirect } from "./layout.ts";

const LIFETIME = 12 * 60 * MINUTE;
const SIGN_IN_AGAIN =
  "Open the newest sign-in link from the terminal in which “fluxloop platform serve” runs. Each link works once.";

/** A signed-in user's session. */
export interface PageSession {
  /** Included in every form of this session, so that forms of other sites are rejected. */
  readonly formToken: string;
  expiresAt: string;
  /** The logins whose code was entered in this session, and the codes. */
  readonly logins: Map<number, string>;
  /** New keys, which the page of keys shows once. */
  readonly newKeys: CreatedKey[];
  /** A message that the next page shows once. */
  notice: string | null;
  /** When wrong codes were entered. */
  wrongCodes: string[];
}

/** A signed-in user's request. */
export interface SignedInCall {
  readonly platform: Platform;
  readonly session: PageSession;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
  /** The form's fields; none for GET. */
  readonly form: URLSearchParams;
}

/** The sessions, and the link that starts the next one. */
export class PageSessions {
  /** By the hash of the cookie. */
  readonly #sessions = new Map<string, PageSession>();
  readonly #cookieName: string;
  #tokenHash = "";

  /** @param onSignIn Called with the next sign-in link when one was used. */
  constructor(private readonly platform: Platform, private readonly onSignIn: (nextLink: string) => void) {
    // Cookies don't depend on the port: without it, two platforms on one machine would sign each other out.
    this.#cookieName = `fluxloop_session_${new URL(platform.url).port}`;
  }

  /** Returns a new sign-in link, which replaces the previous one and works once. */
  newLink(): string {
    const token = `flux_si_${randomSecret(this.platform.random)}`;
    this.#tokenHash = hashSecret(token);
    return `${this.platform.url}${PATHS.signIn}?token=${token}`;
  }

  /** Signs the user in and uses up the link. */
  signIn(url: URL): Response {
    if (hashSecret(url.searchParams.get("token") ?? "") !== this.#tokenHash) {
      return messagePage(403, "This link can’t be used again", SIGN_IN_AGAIN);
    }
    this.onSignIn(this.newLink());
    const { random, now } = this.platform;
    for (const [key, session] of this.#sessions) if (!this.#isCurrent(session)) this.#sessions.delete(key);
    const cookie = randomSecret(random);
    this.#sessions.set(hashSecret(cookie), {
      formToken: randomSecret(random),
      expiresAt: after(now(), LIFETIME),
      logins: new Map(),
      newKeys: [],
      notice: null,
      wrongCodes: [],
    });
    return redirect(PATHS.keys, this.#cookie(cookie));
  }

  /** Finds the session of a request. */
  find(request: Request): PageSession | undefined {
    const pairs = (request.headers.get("cookie") ?? "").split(/;\s*/).map((it) => it.split("="));
    // There may be several: another program on this machine can set one with the same name for a path.
    const cookies = pairs.filter(([name]) => name === this.#cookieName).map(([, value = ""]) => value);
    return cookies.map((it) => this.#sessions.get(hashSecret(it))).find((it) =>
      it !== undefined && this.#isCurrent(it)
    );
  }

  signOut(session: PageSession): Response {
    session.expiresAt = this.platform.now();
    return messagePage(200, "You are signed out", SIGN_IN_AGAIN, { headers: this.#cookie("", "; Max-Age=0") });
  }

  /** The page for people who haven't signed in. */
  signedOutPage(): Response {
    return messagePage(401, "Sign in first", `${SIGN_IN_AGAIN} Then come back to this page.`);
  }

  #cookie(value: string, more = ""): Record<string, string> {
    return { "set-cookie": `${this.#cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict${more}` };
  }

  #isCurrent({ expiresAt }: PageSession): boolean {
    return expiresAt > this.platform.now();
  }
}
