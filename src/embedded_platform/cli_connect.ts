/**
 * How programs are let in by a person, and stay in (OpenAPI paths `/api/cli-connect/*`; RFC 8628 in spirit).
 *
 * @module
 */
import { Refusal } from "./answers.ts";
import type {
  CompleteLoginRequest,
  IssuedCredential,
  LoginState,
  RefreshedLogin,
  RefreshTokenRequest,
  SentenceError,
  StartedLogin,
  UnauthorizedError,
} from "./contract.ts";
import type { DeviceLogin } from "./device_logins.ts";
import { hashSecret, type Random, randomSecret } from "./secret.ts";
import type { Session, TokenHashes } from "./sessions.ts";
import type { Storage } from "./storage.ts";
import { DAY, isoTime } from "./time.ts";
import { generateUserCode } from "./user_code.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How long a code waits for a person, and how often a program may ask, in seconds. */
export const DEVICE_LOGIN_TIMES: DeviceLoginTimes = { codeLifetime: 600, pollInterval: 5 };
/** So much more is waited between two questions each time one comes too soon (RFC 8628, 3.5), in milliseconds. */
const SLOWER = 5 * SECOND;
/** So many logins may be begun in a minute: each one is a code that a guess may hit. */
const STARTS_PER_MINUTE = 20;
const ACCESS_LIFETIME = 60 * MINUTE;
const REFRESH_LIFETIME = 30 * DAY;
/** For so long an answer with tokens may be asked for again: it may have been lost on the way. In milliseconds. */
const GRACE = MINUTE;

/** How long things take, in seconds. */
export interface DeviceLoginTimes {
  readonly codeLifetime: number;
  readonly pollInterval: number;
}

/** What logins work with. */
export interface CliConnectOptions {
  readonly storage: Storage;
  readonly random: Random;
  /** @returns The current time. */
  now(): Date;
  readonly times: DeviceLoginTimes;
}

/** Who begins a login, as the person is told who approves it. */
export interface Applicant {
  readonly userAgent: string;
  readonly address: string;
}

/** The desk at which programs ask to be let in. */
export class CliConnect {
  readonly #options: CliConnectOptions;
  /** When each login was asked about last, and how long it has to wait: nothing is lost where that is forgotten. */
  readonly #polls = new Map<number, { readonly at: number; readonly interval: number }>();
  #starts: number[] = [];

  constructor(options: CliConnectOptions) {
    this.#options = options;
  }

  /**
   * Begins a login.
   *
   * @param applicant Who asks.
   * @param page The address of the page on which it is approved.
   * @throws {Refusal} 429 when too many were begun.
   */
  start(applicant: Applicant, page: string): StartedLogin {
    const { storage, random, now, times } = this.#options;
    const at = now();
    this.#countStart(at.getTime());
    const deviceCode = `flux_dc_${randomSecret(random)}`;
    const userCode = generateUserCode(random);
    storage.deviceLogins.add({
      deviceHash: hashSecret(deviceCode),
      userHash: hashSecret(userCode),
      ...applicant,
      createdAt: at,
      expiresAt: new Date(at.getTime() + times.codeLifetime * SECOND),
    });
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_url: `${page}?code=${userCode}`,
      expires_in: times.codeLifetime,
      interval: times.pollInterval,
    };
  }

  /** Tells what became of a login; once it is approved, with its tokens. */
  complete({ device_code }: CompleteLoginRequest): LoginState {
    const { storage, now } = this.#options;
    const hash = hashSecret(device_code);
    const at = now();
    return storage.transaction((): LoginState => {
      const login = storage.deviceLogins.findByDevice(hash, at);
      if (login === undefined) return { status: "expired" };
      if (login.state === "denied") return { status: "denied" };
      if (this.#isTooSoon(login, at.getTime())) return { status: "slow_down" };
      return login.state === "pending" ? { status: "pending" } : this.#deliver(login, at);
    });
  }

  /**
   * Exchanges a refresh token. One that was exchanged before is taken again for a minute, as the answer may have been
   * lost; later, two have it, and the session ends for both (RFC 9700, section 4.14.2).
   *
   * @throws {Refusal} 401 where the token is invalid or has expired.
   */
  refresh({ refresh_token }: RefreshTokenRequest): RefreshedLogin {
    const { storage, now } = this.#options;
    const hash = hashSecret(refresh_token);
    const at = now();
    const credential = storage.transaction(() => {
      const session = storage.sessions.findByRefresh(hash);
      if (session === undefined) return null;
      const isReplayed = session.replacedAt !== null && at.getTime() - session.replacedAt.getTime() > GRACE;
      if (session.expiresAt <= at || isReplayed) {
        storage.sessions.end(session.number);
        return null;
      }
      // The minute is that of the first time: otherwise a token that comes again and again would never end.
      return this.#renew(session, at);
    });
    if (credential === null) throw sessionEnded();
    return { credential };
  }

  /** Ends a session. One that has ended already is fine (RFC 7009, section 2.2). */
  revoke({ refresh_token }: RefreshTokenRequest): void {
    const { sessions } = this.#options.storage;
    const session = sessions.findByRefresh(hashSecret(refresh_token));
    if (session !== undefined) sessions.end(session.number);
  }

  #countStart(at: number): void {
    // A clock that was set back leaves times of the future behind, which nobody shall wait for.
    this.#starts = this.#starts.filter((it) => it > at - MINUTE && it <= at);
    if (this.#starts.length >= STARTS_PER_MINUTE) {
      const wait = Math.max(1, Math.ceil((this.#starts[0] + MINUTE - at) / SECOND));
      const body: SentenceError = { detail: "Too many logins were begun" };
      throw new Refusal(429, body, { "retry-after": String(wait) });
    }
    this.#starts.push(at);
  }

  #isTooSoon({ number }: DeviceLogin, at: number): boolean {
    const before = this.#polls.get(number);
    const interval = before?.interval ?? this.#options.times.pollInterval * SECOND;
    const isTooSoon = before !== undefined && at - before.at < interval;
    this.#polls.set(number, { at, interval: isTooSoon ? interval + SLOWER : interval });
    // Numbers only grow, and there are few in a lifetime: what was asked about first goes first.
    if (this.#polls.size > 1000) this.#polls.delete(this.#polls.keys().next().value!);
    return isTooSoon;
  }

  #deliver(login: DeviceLogin, at: Date): LoginState {
    const { deviceLogins, sessions } = this.#options.storage;
    const accountId = login.accountId!;
    if (login.deliveredAt !== null) {
      if (login.session === null || at.getTime() - login.deliveredAt.getTime() > GRACE) return { status: "expired" };
      // Whoever has the tokens of the first answer has them for nothing.
      sessions.end(login.session);
    }
    const issued = this.#issue(accountId, at);
    const session = sessions.add(accountId, issued.hashes, at);
    deviceLogins.deliver(login.number, session, login.deliveredAt ?? at);
    return { status: "approved", credential: issued.credential };
  }

  #renew({ number, accountId }: Session, at: Date): IssuedCredential {
    const { credential, hashes } = this.#issue(accountId, at);
    this.#options.storage.sessions.renew(number, hashes, at);
    return credential;
  }

  #issue(accountId: string, at: Date): { readonly credential: IssuedCredential; readonly hashes: TokenHashes } {
    const { storage, random } = this.#options;
    const access = `flux_at_${randomSecret(random)}`;
    const refresh = `flux_rt_${randomSecret(random)}`;
    const accessExpiresAt = new Date(at.getTime() + ACCESS_LIFETIME);
    const account = storage.accounts.account(accountId)!;
    return {
      credential: {
        access_token: access,
        refresh_token: refresh,
        expires_at: isoTime(accessExpiresAt),
        user_id: account.id,
        user_email: account.email,
      },
      hashes: {
        access: hashSecret(access),
        refresh: hashSecret(refresh),
        accessExpiresAt,
        refreshExpiresAt: new Date(at.getTime() + REFRESH_LIFETIME),
      },
    };
  }
}

function sessionEnded(): Refusal {
  const body: UnauthorizedError = { code: "invalid_api_key", detail: "This login has ended" };
  return new Refusal(401, body, { "www-authenticate": "Bearer" });
}
