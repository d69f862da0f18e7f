import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { Context } from "../../src/context.ts";
import { type RequestOptions, send, type Target } from "../../src/api_client/transport.ts";
import { listen, type Listener } from "../support/listener.ts";
import { removeTestHomes, world } from "../support/world.ts";

const get = (context: Context, target: Target, path: string, requests?: RequestOptions) =>
  send(context, { ...target, requests }, { method: "GET", path });

const VARIABLES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
const values = () => VARIABLES.map((it) => Deno.env.get(it));

describe("the transport to a loopback address", () => {
  let listeners: Listener[] = [];

  afterEach(async () => {
    for (const name of VARIABLES) Deno.env.delete(name);
    for (const it of listeners) await it.stop();
    listeners = [];
    removeTestHomes();
  });

  for (const name of VARIABLES) {
    it(`doesn't use the proxy in ${name}, unlike the runtime`, async () => {
      const platform = listen(() => new Response("platform"));
      const proxy = listen(() => new Response("proxy"));
      listeners = [platform, proxy];
      Deno.env.set(name, proxy.url);
      const response = await get(world().context, { apiUrl: new URL(platform.url), key: "flux_dev_secret" }, "/");
      assertEquals([response.text, proxy.requests.length], ["platform", 0]);
    });
  }

  it("would use HTTP_PROXY with the runtime's default client (control)", async () => {
    const platform = listen(() => new Response("platform"));
    const proxy = listen(() => new Response("proxy"));
    listeners = [platform, proxy];
    Deno.env.set("HTTP_PROXY", proxy.url);
    const client = Deno.createHttpClient({});
    const response = await fetch(new Request(platform.url), { client });
    assertEquals(await response.text(), "proxy");
    client.close();
  });

  it("keeps the proxy variables for child processes", async () => {
    const platform = listen(() => new Response("platform"));
    listeners = [platform];
    Deno.env.set("http_proxy", "http://127.0.0.1:1");
    const before = values();
    await get(world().context, { apiUrl: new URL(platform.url), key: "flux_dev_secret" }, "/");
    assertEquals(values(), before);
  });

  it("sends the path in the request line, not the whole URL as to a proxy", async () => {
    const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const apiUrl = new URL(`http://127.0.0.1:${server.addr.port}`);
    const request = get(world().context, { apiUrl, key: "flux_dev_secret" }, "/api/auth/me");
    const connection = await server.accept();
    const bytes = new Uint8Array(4096);
    const count = await connection.read(bytes);
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
    await request;
    connection.close();
    server.close();
    assertEquals(new TextDecoder().decode(bytes.subarray(0, count!)).split("\r\n")[0], "GET /api/auth/me HTTP/1.1");
  });

  it("connects over IPv6", async () => {
    const abort = new AbortController();
    const server = Deno.serve(
      { hostname: "::1", port: 0, signal: abort.signal, onListen: () => {} },
      () => new Response("six"),
    );
    const apiUrl = new URL(`http://[::1]:${server.addr.port}`);
    assertEquals((await get(world().context, { apiUrl, key: "flux_dev_secret" }, "/")).text, "six");
    abort.abort();
    await server.finished;
  });
});
