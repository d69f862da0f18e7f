import { assertEquals, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { NetworkError } from "../../src/errors.ts";
import { type Message, send } from "../../src/api_client/transport.ts";
import { listen, type Listener } from "../support/listener.ts";
import { removeTestHomes, world } from "../support/world.ts";

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";
const listeners: Listener[] = [];

function server(handler: (request: Request) => Response | Promise<Response>): Listener {
  const listener = listen(handler);
  listeners.push(listener);
  return listener;
}

const targetOf = (url: string, key: string | null = KEY) => ({ apiUrl: new URL(url), key });
const PLAIN: Message = { method: "POST", path: "/x", body: { name: "ci" } };
const REPEATABLE: Message = { ...PLAIN, idempotencyKey: "once-1" };

describe("a write request", () => {
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.stop();
    removeTestHomes();
  });

  it("sends its body as JSON", async () => {
    const { url } = server(async (request) =>
      Response.json({ type: request.headers.get("content-type"), body: await request.json() })
    );
    const { text } = await send(world().context, targetOf(url), PLAIN);
    assertEquals(JSON.parse(text), { type: "application/json", body: { name: "ci" } });
  });

  it("has no content type without a body", async () => {
    const { url, requests } = server(() => new Response(null, { status: 204 }));
    await send(world().context, targetOf(url), { method: "DELETE", path: "/x" });
    assertEquals([requests[0].method, requests[0].headers.get("content-type")], ["DELETE", null]);
  });

  it("has no Authorization header without a key", async () => {
    const { url, requests } = server(() => Response.json({}));
    await send(world().context, targetOf(url, null), PLAIN);
    assertEquals(requests[0].headers.get("authorization"), null);
  });

  for (const status of [429, 502, 503, 504]) {
    it(`isn't retried after ${status} without an idempotency key`, async () => {
      const { url, requests } = server(() => new Response("", { status, headers: { "retry-after": "0" } }));
      assertEquals((await send(world().context, targetOf(url), PLAIN)).status, status);
      assertEquals(requests.length, 1);
    });
  }

  it("isn't retried after a closed connection without an idempotency key", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let connections = 0;
    const serving = (async () => {
      for await (const connection of listener) {
        connections++;
        await connection.read(new Uint8Array(4096));
        connection.close();
      }
    })();
    const url = `http://127.0.0.1:${listener.addr.port}`;
    await assertRejects(() => send(world().context, targetOf(url), PLAIN), NetworkError);
    listener.close();
    await serving;
    assertEquals(connections, 1);
  });

  it("is retried with the same body and idempotency key", async () => {
    const bodies: string[] = [];
    const { url, requests } = server(async (request) => {
      bodies.push(await request.text());
      return new Response("", { status: bodies.length < 3 ? 503 : 201 });
    });
    assertEquals((await send(world().context, targetOf(url), REPEATABLE)).status, 201);
    assertEquals(bodies, Array(3).fill('{"name":"ci"}'));
    assertEquals(requests.map((it) => it.headers.get("idempotency-key")), Array(3).fill("once-1"));
  });

  for (const method of ["PATCH", "DELETE"] as const) {
    it(`is retried if it is a ${method}, which is idempotent`, async () => {
      const { url, requests } = server(() => new Response("", { status: requests.length < 2 ? 502 : 200 }));
      assertEquals((await send(world().context, targetOf(url), { method, path: "/x" })).status, 200);
      assertEquals(requests.length, 2);
    });
  }

  for (const status of [301, 302, 303]) {
    it(`doesn't become a GET after ${status}`, async () => {
      const { url, requests } = server(() => new Response("", { status, headers: { location: "/elsewhere" } }));
      assertEquals((await send(world().context, targetOf(url), REPEATABLE)).status, status);
      assertEquals(requests.map((it) => it.method), ["POST"]);
    });
  }

  it("follows a 307 within the origin and sends its body again", async () => {
    const { url } = server(async (request) =>
      new URL(request.url).pathname === "/new"
        ? new Response(`${request.method} ${await request.text()}`)
        : new Response("", { status: 307, headers: { location: "/new" } })
    );
    assertEquals((await send(world().context, targetOf(url), PLAIN)).text, 'POST {"name":"ci"}');
  });

  it("is logged with its method but without its key and body", async () => {
    const { url } = server(() => new Response("{}", { status: 201 }));
    const lines: string[] = [];
    await send(world().context, { ...targetOf(url), requests: { log: (line) => lines.push(line) } }, PLAIN);
    assertEquals(lines, [`POST ${url}/x -> 201 (0 ms)`]);
  });
});
