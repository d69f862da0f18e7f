/**
 * A platform behind TLS 1.3 and a network that delays each direction.
 *
 * @module
 */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Authority } from "../../tests/support/certificates.ts";

/** A running platform. */
export interface DistantPlatform {
  /** `localhost:<port>`; requests to loopback addresses never use a proxy. */
  readonly host: string;
  /** The file with its certificate authority. */
  readonly caFile: string;
  close(): Promise<void>;
}

/**
 * Starts a server that responds to `gh auth status` like GitHub, and to all other requests like `GET /api/auth/me`.
 *
 * @param me The JSON text of that response.
 * @param delay The delay in each direction, in milliseconds.
 */
export async function startDistantPlatform(me: string, delay: number): Promise<DistantPlatform> {
  const authority = await Authority.create();
  const certificate = await authority.issue("DNS:localhost,IP:127.0.0.1");
  const headers = { "content-type": "application/json", "x-oauth-scopes": "gist, read:org, repo" };
  // Like servers on the internet, it sends a small response at once. `Deno.serve` would wait 40 ms for an acknowledgement
  // of the previous packet (Nagle's algorithm and delayed ACK).
  const server = createServer(certificate, ({ url }, response) => {
    response.writeHead(200, headers).end(url === "/api/graphql" ? '{"data":{"viewer":{"login":"john"}}}' : me);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const relay = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relaying = (async () => {
    for await (const client of relay) {
      const upstream = await Deno.connect({ hostname: "127.0.0.1", port });
      // Either side may close the connection at any time.
      client.readable.pipeThrough(delayed(delay)).pipeTo(upstream.writable).catch(() => {});
      upstream.readable.pipeThrough(delayed(delay)).pipeTo(client.writable).catch(() => {});
    }
  })();
  return {
    host: `localhost:${relay.addr.port}`,
    caFile: authority.file,
    async close() {
      relay.close();
      await relaying;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await authority.remove();
    },
  };
}

/** Forwards each chunk after `delay` milliseconds. */
function delayed(delay: number): TransformStream<Uint8Array, Uint8Array> {
  let last = Promise.resolve();
  return new TransformStream({
    transform(chunk, controller) {
      const due = new Promise((resolve) => setTimeout(resolve, delay));
      last = last.then(() => due).then(() => controller.enqueue(chunk));
    },
    flush: () => last,
  });
}
