/**
 * People who have signed in to the pages. All sessions end when the platform stops.
 *
 * @module
 */
import { hashSecret, randomSecret } from "../secrets.ts";
import type { Platform } from "../storage.ts";
import { MINUTE } from "../time.ts";

const LIFETIME = 12 * 60 * MINUTE;

/** A person who has signed in. */
export interface PageSession {
  /** In every form of this session, so that forms of other sites are rejected. */
  readonly formToken: string;
  readonly expiresAt: number;
  /** The logins whose code was entered in this session, and the codes. */
  readonly logins: Map<number, string>;
  /** New keys, which the next page shows once. */
  newKeys: readonly { readonly key: string; readonly name: string }[];
  /** A message that the next page shows once. */
  notice: string | null;
  /** When wrong codes were entered. */
  wrongCodes: number[];
}

/** A request of a person who has signed in. */
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
  readonly #sessions = new Map<string, PageSession>();
  #link: string | null = null;

  constructor(private readonly platform: Platform) {}

  /** Returns a new sign-in token, which replaces the previous one. */
  newLink(): string {
    const token = `flux_si_${randomSecret(this.platform.random)}`;
    this.#link = hashed(token);
    return token;
  }

  /** Signs a person in and uses up the token. @returns The cookie, or `null` if the token is wrong. */
  signIn(token: string): string | null {
    if (hashed(token) !== this.#link) return null;
    this.#link = null;
    const { random } = this.platform;
    for (const [key, session] of this.#sessions) if (this.#isExpired(session)) this.#sessions.delete(key);
    const cookie = randomSecret(random);
    this.#sessions.set(hashed(cookie), {
      formToken: randomSecret(random),
      expiresAt: this.#now() + LIFETIME,
      logins: new Map(),
      newKeys: [],
      notice: null,
      wrongCodes: [],
    });
    return cookie;
  }

  /** Finds the session that a cookie belongs to. */
  find(cookie: string): PageSession | null {
    const session = this.#sessions.get(hashed(cookie));
    return session === undefined || this.#isExpired(session) ? null : session;
  }

  end(cookie: string): void {
    this.#sessions.delete(hashed(cookie));
  }

  #isExpired({ expiresAt }: PageSession): boolean {
    return expiresAt <= this.#now();
  }

  #now(): number {
    return this.platform.now().getTime();
  }
}

/** Hashes are compared in place of secrets, so that the time it takes tells nothing about them. */
export function hashed(secret: string): string {
  return hashSecret(secret).join();
}
