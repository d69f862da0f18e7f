/**
 * People at the embedded platform's pages: how they sign in, and how they are known afterwards. All of it is gone when
 * the platform stops; a new start has a new sign-in link.
 *
 * @module
 */
import { hashSecret, type Random, randomSecret } from "../secret.ts";

const MINUTE = 60 * 1000;
/** How long somebody stays signed in, in milliseconds. */
const LIFETIME = 12 * 60 * MINUTE;
/** So many wrong codes within {@linkcode CODE_PAUSE} stop a session's guesses for as long. */
const WRONG_CODES = 10;
const CODE_PAUSE = 10 * MINUTE;

/** A key that was made, and that nobody has seen yet. */
export interface NewKey {
  readonly key: string;
  readonly name: string;
}

/** Somebody who has signed in. */
export interface PageSession {
  readonly accountId: string;
  /** Stands in every form of this session, so that no other page's form is taken for one of ours. */
  readonly formToken: string;
  readonly expiresAt: number;
  /** The logins whose code was typed here, by number, and their codes. */
  readonly seen: Map<number, string>;
  /** Shown by the page of the keys, once. */
  newKeys: readonly NewKey[];
  /** Said by the next page, once. */
  notice: string | null;
  /** When wrong codes were typed. */
  wrongCodes: number[];
}

/** Who is signed in, and the one link with which somebody else can. */
export class PageSessions {
  readonly #random: Random;
  readonly #now: () => Date;
  readonly #sessions = new Map<string, PageSession>();
  #link: string | null = null;

  /**
   * @param random Real randomness.
   * @param now The current time.
   */
  constructor(random: Random, now: () => Date) {
    this.#random = random;
    this.#now = now;
  }

  /** @returns A new sign-in token. The one before is none any more. */
  newLink(): string {
    const token = `flux_si_${randomSecret(this.#random)}`;
    this.#link = keyOf(token);
    return token;
  }

  /**
   * Signs somebody in. The token is used up.
   *
   * @returns The cookie's value; `null` where the token is not the one of {@linkcode newLink}.
   */
  signIn(token: string, accountId: string): string | null {
    if (this.#link === null || keyOf(token) !== this.#link) return null;
    this.#link = null;
    for (const [key, session] of this.#sessions) if (this.#hasEnded(session)) this.#sessions.delete(key);
    const cookie = randomSecret(this.#random);
    this.#sessions.set(keyOf(cookie), {
      accountId,
      formToken: randomSecret(this.#random),
      expiresAt: this.#now().getTime() + LIFETIME,
      seen: new Map(),
      newKeys: [],
      notice: null,
      wrongCodes: [],
    });
    return cookie;
  }

  /** @returns Whom a cookie belongs to; `null` where it belongs to nobody, or not any more. */
  find(cookie: string): PageSession | null {
    const session = this.#sessions.get(keyOf(cookie));
    return session === undefined || this.#hasEnded(session) ? null : session;
  }

  /** Signs somebody out: the cookie is worth nothing afterwards. */
  end(cookie: string): void {
    this.#sessions.delete(keyOf(cookie));
  }

  /** @returns How many seconds a session has to wait before it may type a code; 0: none. */
  codePause(session: PageSession): number {
    const now = this.#now().getTime();
    session.wrongCodes = session.wrongCodes.filter((it) => it > now - CODE_PAUSE && it <= now);
    if (session.wrongCodes.length < WRONG_CODES) return 0;
    // From the last wrong one on: who goes on trying waits the whole time.
    return Math.ceil((session.wrongCodes.at(-1)! + CODE_PAUSE - now) / 1000);
  }

  /** Counts a wrong code. Right ones do not undo it: whoever guesses could have codes of their own in between. */
  countWrongCode(session: PageSession): void {
    session.wrongCodes.push(this.#now().getTime());
  }

  #hasEnded({ expiresAt }: PageSession): boolean {
    return expiresAt <= this.#now().getTime();
  }
}

/** What is looked up instead of a secret, so that how long that takes tells nothing of it. */
function keyOf(secret: string): string {
  return hashSecret(secret).join();
}
