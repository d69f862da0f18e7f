/**
 * The real network: `fetch` with a chosen proxy and chosen certificate authorities, and plain TCP connections.
 *
 * @module
 */
import type { Connection } from "../context.ts";
import { withVariables } from "./runtime_variables.ts";
import { untilAborted } from "./signals.ts";

/** Proxies and certificates come from the caller; the runtime must not add any of its own. */
const IGNORED_VARIABLES = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "DENO_CERT",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
];

/** A client keeps its connections open, so requests that go the same way share one. */
const clients = new Map<string, Deno.HttpClient>();

/** {@linkcode Context.fetch} of the real world. */
export async function fetchOver(request: Request, connection: Connection): Promise<Response> {
  const isSecure = request.url.startsWith("https:") || (connection.proxy?.url.startsWith("https:") ?? false);
  const key = JSON.stringify([isSecure, connection]);
  let client = clients.get(key);
  if (client === undefined) clients.set(key, client = httpClient(connection, isSecure));
  return await fetch(request, { client });
}

function httpClient({ proxy, caCerts }: Connection, isSecure: boolean): Deno.HttpClient {
  const ignored = Object.fromEntries(IGNORED_VARIABLES.map((name) => [name, undefined]));
  // An empty SSL_CERT_DIR, as CI systems pass an unset variable, would leave no certificates at all.
  const certDir = Deno.env.get("SSL_CERT_DIR") || undefined;
  // Reading the system's certificates takes longer than a request. SSL_CERT_FILE replaces them; its own are among `caCerts`.
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
 * {@linkcode Context.prepareTls} of the real world: another thread creates a key, which isn't used. A process's first random
 * numbers for TLS take 30 ms of computing, as AWS-LC collects them from variations in the processor's timing.
 */
export function prepareTls(): void {
  void crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256", length: 128 }, false, ["sign"]);
}

/** {@linkcode Context.connect} of the real world. The connection is closed even if it is established after an abort. */
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
