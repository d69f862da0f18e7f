import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { Context } from "../../src/context.ts";
import { NetworkError } from "../../src/errors.ts";
import { failureText } from "../../src/output/failure.ts";
import { styleFor } from "../../src/output/style.ts";
import { type RequestOptions, send, type Target } from "../../src/api_client/transport.ts";
import { removeTestHomes, world } from "../support/world.ts";

const get = (context: Context, target: Target, path: string, requests?: RequestOptions) =>
  send(context, { ...target, requests }, { method: "GET", path });

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";
const TARGET = { apiUrl: new URL("https://api.fluxloop.ai"), key: KEY };

/** A proxy that sends the same response to every request and closes the connection. */
class FixedProxy {
  readonly heads: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;

  constructor(response: string) {
    this.#serving = this.#serve(response);
  }

  get address(): string {
    return `127.0.0.1:${this.#listener.addr.port}`;
  }

  async #serve(response: string): Promise<void> {
    for await (const connection of this.#listener) {
      const bytes = new Uint8Array(4096);
      const count = await connection.read(bytes) ?? 0;
      this.heads.push(new TextDecoder().decode(bytes.subarray(0, count)));
      if (response !== "") await connection.write(new TextEncoder().encode(response));
      connection.close();
    }
  }

  async stop(): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}

describe("a proxy in front of the platform", () => {
  let proxy: FixedProxy | null = null;

  afterEach(async () => {
    await proxy?.stop();
    proxy = null;
    removeTestHomes();
  });

  const refusals: [string, string, string][] = [
    [
      "requires a password",
      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
      "the proxy requires a user name and password (407)",
    ],
    [
      "requires a password in an HTTP/1.0 response",
      "HTTP/1.0 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
      "the proxy requires a user name and password (407)",
    ],
    [
      "refuses the host",
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
      "the proxy refuses to connect (403)",
    ],
    [
      "can't connect to the platform",
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
      "the proxy can't connect to it (502)",
    ],
    ["speaks another protocol", "220 mail.example.com ESMTP\r\n", "the proxy refuses to connect"],
    ["closes the connection without a response", "", "can't reach the proxy"],
  ];
  for (const [what, response, reason] of refusals) {
    it(`that ${what} is reported and gets only CONNECT requests`, async () => {
      proxy = new FixedProxy(response);
      const { context } = world({ env: { HTTPS_PROXY: `http://${proxy.address}` } });
      const error = await assertRejects(() => get(context, TARGET, "/api/auth/me"), NetworkError);
      const line = `Failed to connect to api.fluxloop.ai through the proxy http://${proxy.address}: ${reason}`;
      assertStringIncludes(failureText(error, styleFor(context, context.stderr)), `\n\n${line}\n\n`);
      // The runtime sends the first; the second finds the reason, which the runtime doesn't report.
      const requests = proxy.heads.map((it) => it.split("\r\n")[0]);
      assertEquals([...new Set(requests)], ["CONNECT api.fluxloop.ai:443 HTTP/1.1"]);
      assert(requests.length <= 2, requests.join());
    });
  }

  it("that rejects the password is reported", async () => {
    proxy = new FixedProxy("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    const { context } = world({ env: { HTTPS_PROXY: `http://me:hunt%20er2@${proxy.address}` } });
    const error = await assertRejects(() => get(context, TARGET, "/api/auth/me"), NetworkError);
    assertEquals(error.failure.reason, "the proxy rejects the user name and password (407)");
    assertEquals(proxy.heads.every((it) => it.includes(btoa("me:hunt er2"))), true);
  });

  it("gets a CONNECT request without the key", async () => {
    proxy = new FixedProxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    const { context } = world({ env: { HTTPS_PROXY: `http://${proxy.address}` } });
    await assertRejects(() => get(context, TARGET, "/api/auth/me"), NetworkError);
    assertEquals(proxy.heads[0].split("\r\n")[0], "CONNECT api.fluxloop.ai:443 HTTP/1.1");
    assertEquals(proxy.heads.join().includes("flux_dev"), false);
  });

  it("gets its user name and password, which are never shown", async () => {
    proxy = new FixedProxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    const { context } = world({ env: { https_proxy: `http://me:hunter2@${proxy.address}` } });
    const lines: string[] = [];
    const request = () => get(context, TARGET, "/x", { log: (line) => lines.push(line) });
    const error = await assertRejects(request, NetworkError);
    assertStringIncludes(proxy.heads[0], `Proxy-Authorization: Basic ${btoa("me:hunter2")}`);
    const shown = lines.join("\n") + failureText(error, styleFor(context, context.stderr));
    assertEquals(shown.includes("hunter2"), false);
    assertStringIncludes(shown, `http://me:****@${proxy.address}`);
  });

  it("that is down is reported", async () => {
    const down = new FixedProxy("");
    await down.stop();
    const { context, pauses } = world({ env: { ALL_PROXY: `http://${down.address}` } });
    const error = await assertRejects(() => get(context, TARGET, "/x"), NetworkError);
    assertEquals([error.proxy, error.failure.reason, pauses.length], [
      `http://${down.address}`,
      "can't reach the proxy",
      3,
    ]);
  });

  it("isn't used for a host in NO_PROXY", async () => {
    proxy = new FixedProxy("");
    const env = { HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: ".invalid" };
    const target = { apiUrl: new URL("https://platform.invalid"), key: KEY };
    const error = await assertRejects(() => get(world({ env }).context, target, "/x"), NetworkError);
    assertEquals([error.proxy, proxy.heads.length], [undefined, 0]);
  });
});
