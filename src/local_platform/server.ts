/**
 * The embedded platform as a server: the platform's API on this machine, for trying out and for tests (design:
 * platform-api.md, "The embedded platform").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { SystemError } from "../errors.ts";
import { Refusal } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import type { SentenceError } from "./contract.ts";
import { createRouter, internalError } from "./router.ts";
import { platformRoutes } from "./routes.ts";
import { openSeededStorage } from "./seed.ts";

/** Loopback, and nothing else: what is served here is for this machine alone. */
const HOSTNAME = "127.0.0.1";

/** How long a stop waits for answers that are under way, in milliseconds. */
const STOP_PATIENCE = 2000;

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
}

/** A platform that listens. */
export interface LocalPlatform {
  /** The API URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The whole key, which is kept nowhere; `null` unless this start made the data. */
  readonly apiKey: string | null;
  /** Where a person signs in to the pages; `null`: there are none yet. */
  readonly signInUrl: string | null;
  /** Lets answers that are under way finish, for two seconds at most, and lets go of port and files. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded platform. A new data directory is seeded.
 *
 * @throws {SystemError} When the port is taken or not allowed, or the data directory cannot be made or opened.
 * @throws {ConfigurationError} When the data directory is none, or its database is not of this program, or of a newer one.
 * @throws {TypeError} When `apiKey` does not have the form of a key.
 */
export async function startLocalPlatform(options: LocalPlatformOptions): Promise<LocalPlatform> {
  let answer: (request: Request) => Promise<Response>;
  // First the port, then the data: the key of a new data directory is told once, and a start that fails would lose it.
  // No request can come in between, because nothing is waited for there.
  const server = listen(options.port, (request) => answer(request));
  const { port } = server.addr;

  try {
    const { now, random } = options;
    const { storage, apiKey } = openSeededStorage(options.dataDir, { now: now(), random, apiKey: options.apiKey });
    const route = createRouter(
      platformRoutes({ storage, now, random }),
      (request) => authenticate(request.headers.get("authorization"), storage, now()),
    );
    answer = async (request) => isOurs(request, port) ? await route(request) : misdirected();

    let stopped: Promise<void> | undefined;
    return {
      url: `http://${HOSTNAME}:${port}`,
      apiKey,
      signInUrl: null,
      stop: () => stopped ??= shutDown(server).finally(() => storage.close()),
    };
  } catch (error) {
    await shutDown(server);
    throw error;
  }
}

type Server = Deno.HttpServer<Deno.NetAddr>;

function listen(port: number, handler: (request: Request) => Promise<Response>): Server {
  try {
    return Deno.serve({
      hostname: HOSTNAME,
      port,
      // Without these two, Deno writes to the console.
      onListen: () => {},
      onError: internalError,
    }, handler);
  } catch (cause) {
    if (cause instanceof Deno.errors.AddrInUse) {
      throw new SystemError(`Port ${port} is in use: name another one, or let --port 0 pick one`, { cause });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new SystemError(`Listening on port ${port} is not allowed: name another one, or let --port 0 pick one`, {
        cause,
      });
    }
    throw cause;
  }
}

/** Nobody is let in from now on. After the time that is given to them, answers under way are left to themselves. */
async function shutDown(server: Server): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, STOP_PATIENCE));
  await Promise.race([server.shutdown(), patience]);
  clearTimeout(timer);
}

/**
 * A web page can let its own host name resolve to 127.0.0.1, and then talk to this server as to its own (DNS
 * rebinding). The browser still tells the name that the page used.
 */
function isOurs(request: Request, port: number): boolean {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  const ours = names.flatMap((it) => port === 80 ? [it, `${it}:80`] : [`${it}:${port}`]);
  // HTTP/2 and requests in absolute form name the host in the target, and may do so beside the header.
  const host = request.headers.get("host");
  return (host === null || ours.includes(host.toLowerCase())) && ours.includes(new URL(request.url).host);
}

function misdirected(): Response {
  return new Refusal(421, { detail: "This server does not answer for that host" } satisfies SentenceError).response();
}
