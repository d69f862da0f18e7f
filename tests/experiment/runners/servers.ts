/**
 * HTTP servers on this machine that act as agents.
 *
 * @module
 */

/** A request to a server. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A server and the requests that it has received. */
export interface AgentServer {
  readonly url: URL;
  readonly received: readonly Received[];
}

const servers: Deno.HttpServer[] = [];

/** Starts a server; {@linkcode stopServers} stops it. */
export function agentServer(respond: (request: Received) => Response | Promise<Response>): AgentServer {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: await request.text() });
    return await respond(received.at(-1)!);
  });
  servers.push(server);
  return { url: new URL(`http://127.0.0.1:${server.addr.port}/`), received };
}

const listeners: Deno.Listener[] = [];

/** Starts a server that sends these pieces as raw bytes, one packet each, and then closes the connection. */
export function rawServer(pieces: readonly (string | Uint8Array)[]): URL {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listeners.push(listener);
  void sendPieces(listener, pieces);
  return new URL(`http://127.0.0.1:${listener.addr.port}/`);
}

async function sendPieces(listener: Deno.Listener, pieces: readonly (string | Uint8Array)[]): Promise<void> {
  for await (const connection of listener) {
    try {
      await connection.read(new Uint8Array(65536));
      for (const piece of pieces) {
        let rest = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
        while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
        // A turn of the event loop, so that the client reads each piece.
        await new Promise((resolve) => setTimeout(resolve));
      }
    } catch {
      // The client has closed the connection.
    }
    connection.close();
  }
}

/** Stops all servers; call it after each test. */
export async function stopServers(): Promise<void> {
  for (const listener of listeners.splice(0)) listener.close();
  await Promise.all(servers.splice(0).map((it) => stop(it)));
}

/** Stops a server without waiting long for pending requests. */
async function stop(server: Deno.HttpServer): Promise<void> {
  server.unref();
  await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, 100))]);
}
