import { assert, assertEquals, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { Context } from "../../src/context.ts";
import { InterruptedError, NetworkError, PlatformError } from "../../src/errors.ts";
import { type Message, type RequestOptions, send, type Target } from "../../src/api_client/transport.ts";
import { listen, type Listener } from "../support/listener.ts";
import { rawServer, stopServers } from "../experiment/runners/servers.ts";
import { removeTestHomes, world } from "../support/world.ts";

const get = (context: Context, target: Target, path: string, requests?: RequestOptions) =>
  send(context, { ...target, requests }, { method: "GET", path });

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";
const listeners: Listener[] = [];

function server(handler: (request: Request) => Response | Promise<Response>): Listener {
  const listener = listen(handler);
  listeners.push(listener);
  return listener;
}

const targetOf = (url: string) => ({ apiUrl: new URL(url), key: KEY });

describe("transport", () => {
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.stop();
    removeTestHomes();
  });

  it("sends a bearer token and a user agent", async () => {
    const { url, requests } = server(() => Response.json({}));
    await get(world().context, targetOf(url), "/api/auth/me");
    assertEquals(requests[0].headers.get("authorization"), `Bearer ${KEY}`);
    assert(/^fluxloop\/\d+\.\d+\.\d+ \(\w+; \w+\)$/.test(requests[0].headers.get("user-agent")!));
  });

  it("keeps the path of the API URL", async () => {
    const { url, requests } = server(() => Response.json({}));
    await get(world().context, targetOf(`${url}/fluxloop/v1/`), "/api/auth/me");
    assertEquals(new URL(requests[0].url).pathname, "/fluxloop/v1/api/auth/me");
  });

  it("follows a redirect within the origin", async () => {
    const { url } = server((request) =>
      new URL(request.url).pathname === "/new"
        ? new Response("here")
        : new Response(null, { status: 307, headers: { location: "/new" } })
    );
    assertEquals((await get(world().context, targetOf(url), "/old")).text, "here");
  });

  it("doesn't follow a redirect to another origin", async () => {
    const elsewhere = server(() => new Response("stolen"));
    const { url } = server(() => Response.redirect(`${elsewhere.url}/api/auth/me`));
    await assertRejects(() => get(world().context, targetOf(url), "/x"), PlatformError, "Your key was not sent there");
    assertEquals(elsewhere.requests.length, 0);
  });

  it("rejects a redirect loop", async () => {
    const { url } = server(() => new Response(null, { status: 302, headers: { location: "/again" } }));
    await assertRejects(() => get(world().context, targetOf(url), "/x"), PlatformError, "too many times");
  });

  it("limits the size of a response, whatever Content-Length says", async () => {
    const piece = `10000\r\n${"x".repeat(65536)}\r\n`;
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
    const url = rawServer([head, ...Array<string>(200).fill(piece)]);
    await assertRejects(
      () => get(world().context, targetOf(url.origin), "/x"),
      PlatformError,
      "sent a response of more than 8 MiB",
    );
    await stopServers();
  });

  it("times out when the server doesn't respond", async () => {
    const silence = Promise.withResolvers<Response>();
    const { url } = server(() => silence.promise);
    const error = await assertRejects(() => get(world().context, targetOf(url), "/x", { deadline: 50 }), NetworkError);
    assertEquals(error.failure.reason, "no complete response within 0.05 seconds");
    silence.resolve(new Response());
  });

  it("times out when the response never ends", async () => {
    const { url } = server(() =>
      new Response(new ReadableStream({ start: (it) => it.enqueue(new TextEncoder().encode("{")) }))
    );
    await assertRejects(() => get(world().context, targetOf(url), "/x", { deadline: 50 }), NetworkError);
  });

  it("limits the size of an endless response", async () => {
    const megabyte = new Uint8Array(1024 * 1024);
    const { url } = server(() => new Response(new ReadableStream({ pull: (it) => it.enqueue(megabyte) })));
    await assertRejects(
      () => get(world().context, targetOf(url), "/x"),
      PlatformError,
      "a response of more than 8 MiB",
    );
  });

  it("stops waiting when the program is interrupted", async () => {
    const silence = Promise.withResolvers<Response>();
    const requested = Promise.withResolvers<void>();
    const { url } = server(() => {
      requested.resolve();
      return silence.promise;
    });
    const { context, stop } = world();
    const waiting = get(context, targetOf(url), "/x");
    await requested.promise;
    stop();
    await assertRejects(() => waiting, InterruptedError);
    silence.resolve(new Response());
  });

  it("reports a refused connection", async () => {
    const stopped = listen(() => new Response());
    await stopped.stop();
    const error = await assertRejects(() => get(world().context, targetOf(stopped.url), "/x"), NetworkError);
    assertEquals(error.failure.reason, "connection refused");
  });

  it("reports an unresolvable host", async () => {
    const target = targetOf("https://no-such-host.invalid");
    const error = await assertRejects(() => get(world().context, target, "/x"), NetworkError);
    assertEquals(error.failure.reason, "can't resolve its name");
  });

  it("logs requests without the key", async () => {
    const { url } = server(() => new Response("{}", { status: 202 }));
    const lines: string[] = [];
    await get(world().context, targetOf(url), "/api/projects", { log: (line) => lines.push(line) });
    assertEquals(lines, [`GET ${url}/api/projects -> 202 (0 ms)`]);
  });

  const transient: [string, ResponseInit][] = [
    ["429", { status: 429 }],
    ["502", { status: 502 }],
    ["503", { status: 503 }],
    ["504", { status: 504 }],
  ];
  for (const [what, init] of transient) {
    it(`retries after ${what} and returns the next response`, async () => {
      const { url, requests } = server(() => requests.length < 3 ? new Response("", init) : new Response("good"));
      const { context, pauses } = world();
      assertEquals((await get(context, targetOf(url), "/x")).text, "good");
      assertEquals([requests.length, pauses.length], [3, 2]);
    });
  }

  it("backs off with jitter and gives up after three retries", async () => {
    const { url, requests } = server(() => new Response("", { status: 503 }));
    const { context, pauses } = world();
    assertEquals((await get(context, targetOf(url), "/x")).status, 503);
    assertEquals(requests.length, 4);
    for (const [index, base] of [200, 400, 800].entries()) {
      assert(pauses[index] >= base * 0.5 && pauses[index] <= base * 1.5, `${pauses}`);
    }
  });

  for (const status of [400, 401, 403, 404, 409, 422, 500, 501]) {
    it(`doesn't retry after ${status}`, async () => {
      const { url, requests } = server(() => new Response("", { status }));
      await get(world().context, targetOf(url), "/x");
      assertEquals(requests.length, 1);
    });
  }

  const delays: [string, string, number][] = [
    ["in seconds", "2", 2000],
    ["as a date", "Mon, 22 Jan 2024 12:00:05 GMT", 5000],
    ["as a date in the past", "Mon, 22 Jan 2024 11:00:00 GMT", 0],
  ];
  for (const [what, value, pause] of delays) {
    it(`honors Retry-After ${what}`, async () => {
      const busy = new Response("", { status: 429, headers: { "retry-after": value } });
      const { url, requests } = server(() => requests.length === 1 ? busy : new Response("good"));
      const { context, pauses } = world();
      await get(context, targetOf(url), "/x");
      assertEquals(pauses, [pause]);
    });
  }

  it("doesn't wait for Retry-After beyond the deadline", async () => {
    const { url, requests } = server(() => new Response("", { status: 429, headers: { "retry-after": "3600" } }));
    const { context, pauses } = world();
    assertEquals((await get(context, targetOf(url), "/x")).status, 429);
    assertEquals([requests.length, pauses], [1, []]);
  });

  it("reconnects after a closed connection", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      (await listener.accept()).close();
      const second = await listener.accept();
      await second.read(new Uint8Array(4096));
      await second.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood"));
      second.close();
    })();
    const response = await get(world().context, targetOf(`http://127.0.0.1:${listener.addr.port}`), "/x");
    await serving;
    listener.close();
    assertEquals(response.text, "good");
  });

  it("logs each attempt", async () => {
    const { url, requests } = server(() =>
      requests.length < 2 ? new Response("", { status: 503 }) : new Response("good")
    );
    const lines: string[] = [];
    await get(world().context, targetOf(url), "/x", { log: (line) => lines.push(line) });
    assertEquals(lines.map((it) => it.replace(/\d\.\d s/, "N s")), [
      `GET ${url}/x -> 503 (0 ms)`,
      "  retrying in N s",
      `GET ${url}/x -> 200 (0 ms)`,
    ]);
  });

  const waits: [string, Partial<Message>, number | undefined, number, string | null][] = [
    ["for 15 s", {}, undefined, 15, "no response within 15 seconds"],
    ["for 15 s even if the timeout is shorter", {}, 10, 15, "no response within 15 seconds"],
    ["longer than 15 s if the timeout is longer", {}, 60, 59, null],
    ["until a timeout of more than 15 s", {}, 60, 60, "no response within 60 seconds"],
    ["longer than 15 s while a large body is sent", { body: "x".repeat(256 * 1024) }, undefined, 79, null],
    [
      "for 15 s after a large body is sent",
      { body: "x".repeat(256 * 1024) },
      undefined,
      81,
      "no response within 80.54 seconds",
    ],
  ];
  for (const [what, message, timeout, seconds, reason] of waits) {
    it(`waits for the first byte of a response ${what}`, async () => {
      const clock = fakeTimeouts();
      const requested = Promise.withResolvers<void>();
      const silence = Promise.withResolvers<Response>();
      const { url } = server(() => {
        requested.resolve();
        return silence.promise;
      });
      const sent = { method: "POST", path: "/x", minDeadline: 3600_000, ...message } as const;
      const deadline = timeout === undefined ? undefined : timeout * 1000;
      const outcome = send(world().context, { ...targetOf(url), requests: { deadline } }, sent).then(
        () => null,
        (it) => it.failure.reason,
      );
      await requested.promise;
      clock.advance(seconds * 1000);
      clock.release();
      silence.resolve(new Response());
      assertEquals(await outcome, reason);
    });
  }
});

/** Replaces `AbortSignal.timeout` until `release`; `advance` aborts the signals that are due by then. */
function fakeTimeouts(): { advance(duration: number): void; release(): void } {
  const { timeout } = AbortSignal;
  const held: { readonly due: number; readonly limit: AbortController }[] = [];
  AbortSignal.timeout = (due) => {
    const limit = new AbortController();
    held.push({ due, limit });
    return limit.signal;
  };
  return {
    advance: (duration) => held.filter(({ due }) => due <= duration).forEach(({ limit }) => limit.abort()),
    release: () => void (AbortSignal.timeout = timeout),
  };
}
