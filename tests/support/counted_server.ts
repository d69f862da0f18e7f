/**
 * An HTTPS server that counts connections and TLS handshakes.
 *
 * @module
 */
import { createServer } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Buffer } from "node:buffer";
import type { Certificate } from "./certificates.ts";

/** A server's protocol, and when it closes connections. */
export type ServerKind = "HTTP/2" | "HTTP/1.1" | "HTTP/1.1, closing after each response";

/** A listening server. */
export interface CountedServer {
  /** `https://127.0.0.1:<port>`. */
  readonly url: string;
  /** The connections accepted so far. */
  readonly connections: number;
  /** The TLS handshakes begun so far. */
  readonly handshakes: number;
  /** The requests so far, such as `GET /api/auth/me`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/** Starts a server on a random port that responds with `respond`. */
export async function startCountedServer(
  certificate: Certificate,
  kind: ServerKind,
  respond: Handler,
): Promise<CountedServer> {
  const requests: string[] = [];
  const counted = (request: Request) => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`);
    return respond(request);
  };
  const server = kind === "HTTP/2"
    ? serveHttp2(certificate, counted)
    : await serveHttp1(certificate, counted, kind !== "HTTP/1.1");
  const relay = startRelay(server.port);
  return {
    url: `https://127.0.0.1:${relay.port}`,
    requests,
    get connections() {
      return relay.count.connections;
    },
    get handshakes() {
      return relay.count.handshakes;
    },
    async stop() {
      await relay.stop();
      await server.stop();
    },
  };
}

type Handler = (request: Request) => Response | Promise<Response>;

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

function serveHttp2(certificate: Certificate, respond: Handler): Server {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {}, ...certificate }, respond);
  return { port: server.addr.port, stop: () => server.shutdown() };
}

async function serveHttp1(certificate: Certificate, respond: Handler, isClosing: boolean): Promise<Server> {
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { method = "GET", headers, url } = incoming;
    const body = chunks.length === 0 ? null : Buffer.concat(chunks);
    const request = new Request(`https://127.0.0.1${url}`, { method, headers: headers as HeadersInit, body });
    const response = await respond(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
    if (isClosing) outgoing.once("finish", () => incoming.socket.end());
  };
  const server = createServer({ ...certificate, ALPNProtocols: ["http/1.1"] }, (incoming, outgoing) => {
    handle(incoming, outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = (server.address() as { port: number }).port;
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Forwards bytes to the server, and counts connections and handshakes. */
function startRelay(serverPort: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const count = { connections: 0, handshakes: 0 };
  const open = new Set<Deno.Conn>();
  const passing = new Set<Promise<unknown>>();
  const pass = async (client: Deno.Conn) => {
    const server = await Deno.connect({ hostname: "127.0.0.1", port: serverPort });
    for (const it of [client, server]) open.add(it);
    const counting = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        // A TLS record (22) that holds a ClientHello (1) (RFC 8446, 5.1 and 4).
        if (bytes[0] === 22 && bytes[5] === 1) count.handshakes++;
        controller.enqueue(bytes);
      },
    });
    await Promise.allSettled([
      client.readable.pipeThrough(counting).pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]);
    for (const it of [client, server]) open.delete(it);
  };
  const accepting = (async () => {
    for await (const client of listener) {
      count.connections++;
      passing.add(pass(client));
    }
  })();
  return {
    port: listener.addr.port,
    count,
    async stop() {
      listener.close();
      for (const it of open) {
        try {
          it.close();
        } catch {
          // Already closed when its pipe finished.
        }
      }
      await Promise.all([accepting, ...passing]);
    },
  };
}
