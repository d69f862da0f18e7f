/**
 * The embedded platform as a server: the platform's API on this machine, for trying out and for tests (design:
 * platform-api.md, "The embedded platform").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { Refusal } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import { CliConnect, DEVICE_LOGIN_TIMES, type DeviceLoginTimes } from "./cli_connect.ts";
import type { SentenceError } from "./contract.ts";
import { HOSTNAME, Port } from "./port.ts";
import { createRouter } from "./router.ts";
import { type Platform, platformRoutes } from "./routes.ts";
import { Pages } from "./pages/mod.ts";
import { hashSecret } from "./secret.ts";
import { openSeededStorage, SEEDED_ACCOUNT_ID } from "./seed.ts";

/** How to start. */
export interface LocalPlatformOptions {
  /** 0 to 65535; 0 picks a free one. */
  readonly port: number;
  /** Where the state is kept; `null` keeps it in memory, gone with the stop. */
  readonly dataDir: string | null;
  readonly now: Context["now"];
  readonly random: Context["random"];
  /** The key that a new data directory starts with, `flux_<env>_<secret>`, instead of a random one. */
  readonly apiKey?: string;
  /** How long logins through the browser take; as the hosted platform has it unless told otherwise. */
  readonly deviceLoginTimes?: DeviceLoginTimes;
  /** Called when the sign-in link was used, with the one that is good from now on. */
  readonly onSignIn?: (nextLink: string) => void;
}

/** A platform that listens. */
export interface LocalPlatform {
  /** The API URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The whole key, which is kept nowhere; `null` unless this start made the data. */
  readonly apiKey: string | null;
  /** Revokes `apiKey`, for a start that can't show it. @returns Its id; `null` where there is none. */
  revokeApiKey(): string | null;
  /** Where a person signs in to the pages, once. */
  readonly signInUrl: string;
  /** Lets answers that are under way finish, for two seconds at most, and lets go of port and files. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded platform. A new data directory is seeded.
 *
 * @throws {SystemError} When the port is in use or not allowed, or the data directory cannot be made or opened.
 * @throws {ConfigurationError} When the data directory is none, or its database is not of this program, or of a newer one.
 * @throws {TypeError} When `apiKey` does not have the form of a key.
 */
export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
  let answer: (request: Request, address: string) => Promise<Response>;
  // First the port, then the data: the key of a new data directory is told once, and a start that fails would lose it.
  // No request can come in between, because nothing is waited for there.
  const port = new Port(options.port, (request, info) => answer(request, info.remoteAddr.hostname));

  try {
    const { now, random } = options;
    const { storage, apiKey } = openSeededStorage(options.dataDir, { now: now(), random, apiKey: options.apiKey });
    const url = `http://${HOSTNAME}:${port.number}`;
    const times = options.deviceLoginTimes ?? DEVICE_LOGIN_TIMES;
    const cliConnect = new CliConnect({ storage, now, random, times });
    const platform: Platform = { storage, now, random, cliConnect, url };
    const pages = new Pages({ platform, accountId: SEEDED_ACCOUNT_ID, onSignIn: options.onSignIn ?? (() => {}) });
    const route = createRouter(
      [...platformRoutes(platform), ...pages.routes()],
      (request) => authenticate(request.headers.get("authorization"), storage, now()),
    );
    answer = async (request, address) => isOurs(request, port.number) ? await route(request, address) : misdirected();

    let stopped: Promise<void> | undefined;
    return {
      url,
      apiKey,
      revokeApiKey() {
        const key = apiKey === null ? undefined : storage.apiKeys.find(hashSecret(apiKey));
        if (key !== undefined) storage.apiKeys.revoke(key.id, now());
        return key?.id ?? null;
      },
      signInUrl: pages.signInUrl,
      stop: () => stopped ??= port.close().finally(() => storage.close()),
    };
  } catch (error) {
    await port.close();
    throw error;
  }
}

/**
 * A web page can let its own host name resolve to 127.0.0.1, and then talk to this server as to its own (DNS
 * rebinding). The browser still tells the name that the page used; and where a page of another site sends something here
 * under our own name, the browser tells where that page is from (Fetch standard, "Origin").
 */
function isOurs(request: Request, port: number): boolean {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  const ours = names.flatMap((it) => port === 80 ? [it, `${it}:80`] : [`${it}:${port}`]);
  // HTTP/2 and requests in absolute form name the host in the target, and may do so beside the header.
  const host = request.headers.get("host");
  const origin = request.headers.get("origin");
  return (host === null || ours.includes(host.toLowerCase())) && ours.includes(new URL(request.url).host) &&
    (origin === null || ours.some((it) => origin === `http://${it}`));
}

function misdirected(): Response {
  return new Refusal(
    421,
    { detail: "This server does not answer for that host, or to that page" } satisfies SentenceError,
  ).response();
}
