/**
 * Network access: `fetch` with a chosen proxy and chosen certificate authorities, and plain TCP connections.
 *
 * @module
 */
import type { Connection } from "../context.ts";
import { withVariables } from "./runtime_variables.ts";
import { untilAborted } from "./signals.ts";

/** The caller chooses proxies and certificates; the runtime must not add its own. */
const IGNORED_VARIABLES = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "DENO_CERT",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
];

/** A client keeps its sockets open, so requests over equal connections share one client. */
const clients = new Map<string, Deno.HttpClient>();

/** Implements {@linkcode Context.fetch}. */
export async function fetchOver(request: Request, connection: Connection): Promise<Response> {
  const isSecure = request.url.startsWith("https:") || (connection.proxy?.url.startsWith("https:") ?? false);
  const key = JSON.stringify([isSecure, connection]);
  let client = clients.get(key);
  if (client === undefined) clients.set(key, client = httpClient(connection, isSecure));
  return await fetch(request, { client });
}

function httpClient({ proxy, caCerts }: Connection, isSecure: boolean): Deno.HttpClient {
  const ignored = Object.fromEntries(IGNORED_VARIABLES.map((name) => [name, undefined]));
  // CI systems pass an unset variable as an empty one; an empty SSL_CERT_DIR would leave no certificates at all.
  const certDir = Deno.env.get("SSL_CERT_DIR") || undefined;
  // Reading the system's certificates is slow. SSL_CERT_FILE replaces them; those in it are already among `caCerts`.
  const isReplaced = Deno.env.get("SSL_CERT_FILE") && certDir === undefined;
  const store = isSecure && !isReplaced ? "mozilla,system" : "mozilla";
  const variables = { ...ignored, SSL_CERT_DIR: certDir, DENO_TLS_CA_STORE: store };
  return withVariables(variables, () =>
    Deno.createHttpClient({
      caCerts: [...caCerts],
      ...(proxy === null ? {} : {
        proxy: {
          url: proxy.url,
          ...(proxy.username === null ? {} : { basicAuth: { username: proxy.username, password: proxy.password } }),
        },
      }),
    }));
}

/**
 * Implements {@linkcode Context.prepareTls}: creates an unused key on another thread. The first random numbers for TLS
 * take AWS-LC 30 ms to compute, because it collects entropy from variations in the processor's timing.
 */
export function prepareTls(): void {
  // A failure isn't reported here: the connection will have it, too.
  crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 128 }, false, ["sign"]).catch(() => {});
}

/** Implements {@linkcode Context.connect}. A connection that is established after an abort is closed, too. */
export async function connect(hostname: string, port: number, signal: AbortSignal, text?: string): Promise<string> {
  signal.throwIfAborted();
  const connecting = Deno.connect({ hostname, port });
  try {
    return await untilAborted(connecting.then((it) => text === undefined ? "" : firstLine(it, text)), signal);
  } finally {
    connecting.then((it) => it.close()).catch(() => {});
  }
}

async function firstLine(connection: Deno.TcpConn, text: string): Promise<string> {
  await connection.write(new TextEncoder().encode(text));
  const bytes = new Uint8Array(1024);
  let size = 0;
  while (size < bytes.length && !bytes.subarray(0, size).includes(0x0a)) {
    const count = await connection.read(bytes.subarray(size));
    if (count === null) break;
    size += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, size)).split(/\r?\n/)[0];
}
