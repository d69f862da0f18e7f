/**
 * The embedded platform: a server with the platform's API and pages on this machine, to try things out and for tests.
 *
 * @module
 */
import { apiRoutes } from "./api.ts";
import { HttpError } from "./http.ts";
import type { LoginTimes } from "./logins.ts";
import { pageRoutes } from "./pages/mod.ts";
import { PageSessions } from "./pages/sessions.ts";
import { HOSTNAME, Port } from "./port.ts";
import { createRouter } from "./router.ts";
import { openSeededStorage, type SeedOptions } from "./seed.ts";
import type { Platform, Storage } from "./storage.ts";
import { isoTime } from "./time.ts";

/** Options of {@linkcode startLocalPlatform}. */
export interface LocalPlatformOptions extends SeedOptions {
  /** 0 to 65535; 0 picks a free one. */
  readonly port: number;
  readonly loginTimes?: LoginTimes;
  /** Called with the next sign-in link when one was used. */
  readonly onSignIn?: (nextLink: string) => void;
}

/** A running platform. */
export interface LocalPlatform {
  /** The API URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly storage: Storage;
  /** The key that was created with new storage; it isn't stored. */
  readonly apiKey: string | null;
  /** Revokes `apiKey`. @returns Its id. */
  revokeApiKey(): string | null;
  /** A link for signing in to the pages, which works once. */
  readonly signInUrl: string;
  /** Stops the server. Responses in progress get two seconds to finish. */
  stop(): Promise<void>;
}

/** Starts the embedded platform. Throws what {@linkcode Port} and {@linkcode openSeededStorage} throw. */
export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
  const { random, onSignIn = () => {}, loginTimes = { codeLifetime: 600, pollInterval: 5 } } = options;
  const now = () => isoTime(options.now());
  let respond: (request: Request, address: string) => Promise<Response>;
  // The port comes first: the key of a new data folder is shown once and would be lost if the port is in use. Requests
  // can't arrive before `respond` is set, because nothing is awaited until then.
  const port = new Port(options.port, (request, info) => respond(request, info.remoteAddr.hostname));
  try {
    const { storage, apiKey } = openSeededStorage(options);
    const platform: Platform = { storage, now, random, loginTimes, url: `http://${HOSTNAME}:${port.number}` };
    const sessions = new PageSessions(platform, onSignIn);
    const signInUrl = sessions.newLink();
    const route = createRouter([...apiRoutes(platform), ...pageRoutes(platform, sessions)]);
    respond = async (request, address) =>
      isForUs(request, port.number)
        ? await route(request, address)
        : new HttpError(421, "This server rejects requests for that host, or from that page").response();

    let stopped: Promise<void> | undefined;
    return {
      url: platform.url,
      storage,
      apiKey,
      revokeApiKey() {
        const key = apiKey === null ? undefined : storage.apiKeys.find(apiKey);
        if (key !== undefined) storage.apiKeys.revoke(key.id, now());
        return key?.id ?? null;
      },
      signInUrl,
      stop: () => stopped ??= port.close().finally(() => storage.close()),
    };
  } catch (error) {
    await port.close();
    throw error;
  }
}

/**
 * Tells whether a request is addressed to this server. A web page can point its own host name at 127.0.0.1 and then send
 * requests here (DNS rebinding), but the browser still sends that name. If a page of another site uses this server's name,
 * the browser sends the page's origin.
 */
function isForUs(request: Request, port: number): boolean {
  const hosts = [HOSTNAME, "localhost", "[::1]"].flatMap((it) => port === 80 ? [it, `${it}:80`] : [`${it}:${port}`]);
  const host = request.headers.get("host");
  const origin = request.headers.get("origin");
  // In absolute form and in HTTP/2, the target has a host as well.
  return (host === null || hosts.includes(host.toLowerCase())) && hosts.includes(new URL(request.url).host) &&
    (origin === null || hosts.some((it) => origin === `http://${it}`));
}
