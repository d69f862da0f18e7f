/**
 * Logins through the browser, and their tokens (OpenAPI paths `/api/cli-connect/*`; similar to RFC 8628).
 *
 * @module
 */
import { unauthorized } from "./caller.ts";
import type { Schemas } from "./contract.ts";
import type { DeviceLogin, Tokens } from "./logins.ts";
import { generateUserCode, randomSecret } from "./secrets.ts";
import { ACCOUNT } from "./seed.ts";
import type { Platform } from "./storage.ts";
import { after, DAY, isoTime, MINUTE, SECOND } from "./time.ts";

/** How long a code is valid, and how often a program may ask, in seconds. */
export const DEVICE_LOGIN_TIMES: DeviceLoginTimes = { codeLifetime: 600, pollInterval: 5 };
/** How much the interval grows when a program asks too soon (RFC 8628, section 3.5). */
const SLOWER = 5 * SECOND;
const ACCESS_LIFETIME = 60 * MINUTE;
const REFRESH_LIFETIME = 30 * DAY;
/** How long a response with tokens may be requested again, in case it was lost. */
const GRACE = MINUTE;

/** In seconds. */
export interface DeviceLoginTimes {
  readonly codeLifetime: number;
  readonly pollInterval: number;
}

/** The operations of `/api/cli-connect/*`. */
export class CliConnect {
  /** When a program last asked about each login, and how long it has to wait. It's fine to forget this. */
  readonly #polls = new Map<number, { readonly at: number; readonly interval: number }>();

  constructor(private readonly platform: Platform, private readonly times: DeviceLoginTimes) {}

  start(program: Pick<DeviceLogin, "userAgent" | "address">): Schemas["StartedLogin"] {
    const { storage, random, now, url } = this.platform;
    const { codeLifetime, pollInterval } = this.times;
    const createdAt = now();
    const expiresAt = after(createdAt, codeLifetime * SECOND);
    const deviceCode = `flux_dc_${randomSecret(random)}`;
    const userCode = generateUserCode(random);
    storage.deviceLogins.add({ ...program, deviceCode, userCode, createdAt, expiresAt });
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_url: `${url}/connect?code=${userCode}`,
      expires_in: codeLifetime,
      interval: pollInterval,
    };
  }

  /** Returns the state of a login, with its tokens once it is approved. */
  complete({ device_code }: Schemas["DeviceCode"]): Schemas["LoginState"] {
    const { storage } = this.platform;
    const now = this.platform.now();
    return storage.transaction((): Schemas["LoginState"] => {
      const login = storage.deviceLogins.findByDevice(device_code, now);
      if (login === undefined) return { status: "expired" };
      if (login.state === "denied") return { status: "denied" };
      if (this.#isTooSoon(login, now.getTime())) return { status: "slow_down" };
      return login.state === "pending" ? { status: "pending" } : this.#deliver(login, now);
    });
  }

  /**
   * Exchanges a refresh token. For a minute it can be exchanged again, because the response may have been lost. After
   * that, two clients have it, and the session ends for both (RFC 9700, section 4.14.2).
   */
  refresh({ refresh_token }: Schemas["RefreshToken"]): Schemas["RefreshedLogin"] {
    const { storage } = this.platform;
    const now = this.platform.now();
    // Errors are thrown outside of the transaction, which would undo the end of the session.
    const credential = storage.transaction(() => {
      const session = storage.sessions.findByRefresh(refresh_token);
      if (session === undefined) return null;
      const isReplayed = session.replacedAt !== null && after(session.replacedAt, GRACE) < now;
      if (session.expiresAt <= now || isReplayed) {
        storage.sessions.end(session.number);
        return null;
      }
      const tokens = this.#newTokens(now);
      storage.sessions.renew(session.number, tokens, now);
      return credentialOf(tokens);
    });
    if (credential === null) throw unauthorized("invalid_api_key", "This login has expired or was revoked");
    return { credential };
  }

  /** Ends a session. It's fine if it has already ended (RFC 7009, section 2.2). */
  revoke({ refresh_token }: Schemas["RefreshToken"]): void {
    const { sessions } = this.platform.storage;
    const session = sessions.findByRefresh(refresh_token);
    if (session !== undefined) sessions.end(session.number);
  }

  #isTooSoon({ number }: DeviceLogin, now: number): boolean {
    const before = this.#polls.get(number);
    const interval = before?.interval ?? this.times.pollInterval * SECOND;
    const isTooSoon = before !== undefined && now - before.at < interval;
    this.#polls.set(number, { at: now, interval: isTooSoon ? interval + SLOWER : interval });
    if (this.#polls.size > 1000) this.#polls.delete(this.#polls.keys().next().value!);
    return isTooSoon;
  }

  #deliver(login: DeviceLogin, now: Date): Schemas["LoginState"] {
    const { deviceLogins, sessions } = this.platform.storage;
    if (login.deliveredAt !== null) {
      if (login.session === null || after(login.deliveredAt, GRACE) < now) return { status: "expired" };
      // The tokens of the first response become invalid, whoever received them.
      sessions.end(login.session);
    }
    const tokens = this.#newTokens(now);
    deviceLogins.deliver(login.number, sessions.add(tokens, now), login.deliveredAt ?? now);
    return { status: "approved", credential: credentialOf(tokens) };
  }

  #newTokens(now: Date): Tokens {
    const { random } = this.platform;
    return {
      access: `flux_at_${randomSecret(random)}`,
      refresh: `flux_rt_${randomSecret(random)}`,
      accessExpiresAt: after(now, ACCESS_LIFETIME),
      refreshExpiresAt: after(now, REFRESH_LIFETIME),
    };
  }
}

function credentialOf({ access, refresh, accessExpiresAt }: Tokens): Schemas["IssuedCredential"] {
  return {
    access_token: access,
    refresh_token: refresh,
    expires_at: isoTime(accessExpiresAt),
    user_id: ACCOUNT.id,
    user_email: ACCOUNT.email,
  };
}
