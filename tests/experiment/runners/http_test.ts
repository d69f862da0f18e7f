import { assertEquals, assertRejects } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { HttpRunner, RunFailure } from "../../../src/experiment/model.ts";
import { Authority } from "../../support/certificates.ts";
import { removeTestHomes } from "../../support/world.ts";
import { closeRunners, failureOf, outputOf, requestOf, runnerOf } from "./agents.ts";
import { agentServer, rawServer, stopServers } from "./servers.ts";

const HTTP: Omit<HttpRunner, "url"> = {
  kind: "http",
  method: "POST",
  headers: {},
  timeout: 30_000,
  retry: { attempts: 0, backoff: 200, statusCodes: [502, 503, 504] },
  bodyTemplate: null,
  stream: "none",
  streamOutputPath: null,
  streamEventFilter: null,
};
const json = (value: unknown, init?: ResponseInit) => Response.json(value, init);
const nested = (depth: number, name: string, inner: unknown): unknown =>
  JSON.parse(`{"${name}":`.repeat(depth) + JSON.stringify(inner) + "}".repeat(depth));
const typed = (text: string, type: string) => new Response(text, { headers: { "content-type": type } });

describe("an HTTP agent", () => {
  afterEach(async () => {
    await closeRunners();
    await stopServers();
    removeTestHomes();
  });

  const outputs: [string, Partial<HttpRunner>, () => Response, string][] = [
    ["the whole text", {}, () => new Response("héllo"), "héllo"],
    ["the whole JSON", {}, () => json({ a: 1 }), '{"a":1}'],
    ["the text at a path", { streamOutputPath: "$.a.b" }, () => json({ a: { b: "yes" } }), "yes"],
    ["the text at a path without $", { streamOutputPath: "a[1].b" }, () => json({ a: [0, { b: "yes" }] }), "yes"],
    ["all texts at a path", { streamOutputPath: "$..t" }, () => json([{ t: "a" }, { t: "b" }]), "ab"],
    ["JSON if the value at the path isn't a string", { streamOutputPath: "$.a" }, () => json({ a: [1] }), "[1]"],
    [
      "the text that a filter selects",
      { streamOutputPath: "$[?@.k=='x'].t" },
      () => json([{ k: "y" }, { k: "x", t: "z" }]),
      "z",
    ],
  ];
  for (const [what, overrides, respond, output] of outputs) {
    it(`returns ${what}`, async () => {
      const { url } = agentServer(respond);
      assertEquals(await outputOf(runnerOf({ ...HTTP, url, ...overrides }), "hello"), output);
    });
  }

  it("receives the input message if there is no template", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    const runner = runnerOf({ ...HTTP, url });
    await runner.run(requestOf("hello", "expert", 3), new AbortController().signal);
    const message = { type: "input", input: "hello", context: { persona: "expert", iteration: 3 } };
    assertEquals([received[0].method, JSON.parse(received[0].body)], ["POST", message]);
  });

  it("receives the template with placeholders at every depth replaced once", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    const bodyTemplate = {
      messages: [{ content: "{{input}}" }],
      note: "{{ persona }}, {{iteration}}: {{other}}",
      iteration: "{{iteration}}",
      user: "{{persona}}",
      stream: true,
    };
    await outputOf(runnerOf({ ...HTTP, url, bodyTemplate }), 'say "{{iteration}}"');
    assertEquals(JSON.parse(received[0].body), {
      messages: [{ content: 'say "{{iteration}}"' }],
      note: ", 0: {{other}}",
      iteration: 0,
      user: null,
      stream: true,
    });
  });

  it("receives a string template as plain text", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    await outputOf(runnerOf({ ...HTTP, url, bodyTemplate: "Q: {{input}}" }), "why?");
    assertEquals([received[0].body, received[0].headers.get("content-type")], ["Q: why?", "text/plain;charset=UTF-8"]);
  });

  it("receives no body with GET", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    const template = new URL("/ask/{{input}}?q={{input}}&n={{iteration}}", url);
    await outputOf(runnerOf({ ...HTTP, method: "GET", url: template }), "a&b c");
    const { pathname, search } = new URL(received[0].url);
    assertEquals([pathname, search, received[0].body], ["/ask/a%26b%20c", "?q=a%26b%20c&n=0", ""]);
  });

  it("receives the configured headers", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    await outputOf(runnerOf({ ...HTTP, url, headers: { "X-Api-Key": "abc", "content-type": "text/csv" } }), "a");
    const { headers } = received[0];
    assertEquals([headers.get("x-api-key"), headers.get("content-type")], ["abc", "text/csv"]);
  });

  it("doesn't receive the FluxLoop key", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    await outputOf(runnerOf({ ...HTTP, url }, { env: { FLUXLOOP_API_KEY: "flux_dev_secret" } }), "a");
    assertEquals(JSON.stringify([[...received[0].headers], received[0].body]).includes("flux_dev"), false);
  });

  it("receives the URL's user name and password as a header", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    [url.username, url.password] = ["me", "p w%s%41"];
    await outputOf(runnerOf({ ...HTTP, url }), "a");
    assertEquals(received[0].headers.get("authorization"), `Basic ${btoa("me:p w%sA")}`);
  });

  const failures: [string, Partial<HttpRunner>, () => Response, RunFailure["kind"], string][] = [
    [
      "responds with an error status",
      {},
      () => new Response(null, { status: 404 }),
      "http",
      "The server responded with status 404 (Not Found)",
    ],
    [
      "responds with an error message",
      {},
      () => json({ error: { message: "no\nquota" } }, { status: 429 }),
      "http",
      "The server responded with status 429 (Too Many Requests): no quota",
    ],
    [
      "responds with an error page",
      {},
      () => new Response("<h1>x</h1>", { status: 500, headers: { "content-type": "text/html" } }),
      "http",
      "The server responded with status 500 (Internal Server Error)",
    ],
    [
      "responds with a web page",
      {},
      () => typed("<h1>Sign in</h1>", "text/html; charset=utf-8"),
      "garbage",
      "The server sent a web page (text/html), not an agent's response",
    ],
    [
      "responds with invalid JSON",
      {},
      () => typed('{"a": ', "application/json"),
      "garbage",
      "The server's response isn't JSON",
    ],
    [
      "responds without JSON although a path is configured",
      { streamOutputPath: "$.a" },
      () => new Response("hi"),
      "garbage",
      "The server's response isn't JSON",
    ],
    [
      "has no value at the path",
      { streamOutputPath: "$.a" },
      () => json({ b: 1 }),
      "garbage",
      "The server's response has no value at $.a (stream_output_path)",
    ],
    [
      "doesn't send events",
      { stream: "sse" },
      () => json({}),
      "garbage",
      "The server sent application/json instead of server-sent events",
    ],
    [
      "redirects to another origin",
      {},
      () => new Response(null, { status: 307, headers: { location: "http://127.0.0.2:1/" } }),
      "http",
      "The server redirects to http://127.0.0.2:1; nothing was sent there",
    ],
    [
      "redirects in a loop",
      {},
      () => new Response(null, { status: 308, headers: { location: "/" } }),
      "http",
      "The server redirects in a loop",
    ],
  ];
  for (const [what, overrides, respond, kind, message] of failures) {
    it(`fails when it ${what}`, async () => {
      const { url } = agentServer(respond);
      const runner = runnerOf({ ...HTTP, url, ...overrides });
      assertEquals(await failureOf(runner, "a"), { kind, message, stderr: [] });
    });
  }

  it("fails when it responds endlessly", async () => {
    const { url } = agentServer(() =>
      new Response(new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(65536).fill(97)) }))
    );
    const { kind, message } = await failureOf(runnerOf({ ...HTTP, url }), "a");
    assertEquals([kind, message], ["flooded", "The agent's output is longer than 8,388,608 characters"]);
  });

  it("fails when it sends more than its Content-Length", async () => {
    const piece = `10000\r\n${"x".repeat(65536)}\r\n`;
    const head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
    const url = rawServer([head, ...Array<string>(200).fill(piece)]);
    const { kind } = await failureOf(runnerOf({ ...HTTP, url }), "a");
    assertEquals(kind, "flooded");
  });

  const exhausting: [string, string, unknown, string][] = [
    ["whose matches contain each other", "$..t", nested(80, "t", "x".repeat(200_000)), "flooded"],
    ["that is nested too deeply", "$..t", nested(5000, "t", "x"), "garbage"],
    ["on which a query visits too many values", "$..*..*..*", nested(90, "t", Array(20_000).fill([1])), "garbage"],
    ["on which a filter visits all values for each value", "$[?count($..*) > 1]", Array(20_000).fill([1]), "garbage"],
  ];
  for (const [what, streamOutputPath, value, expected] of exhausting) {
    it(`fails only the run with a response ${what}`, async () => {
      const { url } = agentServer(() => json(value));
      assertEquals((await failureOf(runnerOf({ ...HTTP, url, streamOutputPath }), "a")).kind, expected);
    });
  }

  it("receives no request if an unpaired surrogate would be in its URL", async () => {
    const { url, received } = agentServer(() => new Response("ok"));
    const template = new URL("/?q={{input}}", url);
    const retry = { attempts: 2, backoff: 0, statusCodes: [503] };
    const { message } = await failureOf(runnerOf({ ...HTTP, method: "GET", url: template, retry }), "a\ud800");
    assertEquals([message, received.length], [
      "The input can't be part of a URL: it isn't valid Unicode (unpaired surrogate)",
      0,
    ]);
  });

  it("is trusted over HTTPS with its CA certificate", async () => {
    const authority = await Authority.create();
    const certificate = await authority.issue("IP:127.0.0.1");
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {}, ...certificate }, () => {
      return new Response("secure");
    });
    const url = new URL(`https://127.0.0.1:${server.addr.port}/`);
    const caCerts = [Deno.readTextFileSync(authority.file)];
    assertEquals(await outputOf(runnerOf({ ...HTTP, url }, { caCerts }), "a"), "secure");
    await authority.remove();
  });

  it("may redirect within its origin", async () => {
    const { url, received } = agentServer(({ url }) =>
      new URL(url).pathname === "/"
        ? new Response(null, { status: 307, headers: { location: "/v2/" } })
        : new Response("ok")
    );
    assertEquals(await outputOf(runnerOf({ ...HTTP, url }), "hello"), "ok");
    assertEquals([received[1].method, JSON.parse(received[1].body).input], ["POST", "hello"]);
    // Not every server accepts a chunked body.
    assertEquals(received.map((it) => it.headers.get("content-length")), Array(2).fill(`${received[0].body.length}`));
  });

  it("fails when the connection is refused", async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const { kind, message } = await failureOf(
      runnerOf({ ...HTTP, url: new URL(`http://127.0.0.1:${port}`) }),
      "a",
    );
    assertEquals(kind, "http");
    assertEquals(message, `Can't reach the server at 127.0.0.1:${port}: connection refused`);
  });

  it("fails when it doesn't respond in time", async () => {
    const { url } = agentServer(() => new Promise<Response>(() => {}));
    const failure = await failureOf(runnerOf({ ...HTTP, url, timeout: 200 }), "a");
    assertEquals(failure, {
      kind: "timeout",
      message: "The server's response wasn't complete within 0.2 s",
      stderr: [],
    });
  });

  it("fails with the reason when the run is aborted", async () => {
    const stop = new AbortController();
    const { url } = agentServer(() => {
      stop.abort(new Error("stopped by the test"));
      return new Promise<Response>(() => {});
    });
    const runner = runnerOf({ ...HTTP, url });
    await assertRejects(() => runner.run(requestOf("a"), stop.signal), Error, "stopped by the test");
  });

  it("is retried after a configured status, as often as configured", async () => {
    const { url, received } = agentServer(() => new Response(null, { status: 503 }));
    const retry = { attempts: 2, backoff: 0, statusCodes: [503] };
    const { message } = await failureOf(runnerOf({ ...HTTP, url, retry }), "a");
    assertEquals([received.length, message], [3, "The server responded with status 503 (Service Unavailable)"]);
  });

  it("is retried until it responds", async () => {
    let count = 0;
    const { url } = agentServer(() => count++ < 2 ? new Response(null, { status: 503 }) : new Response("at last"));
    const retry = { attempts: 2, backoff: 0, statusCodes: [503] };
    assertEquals(await outputOf(runnerOf({ ...HTTP, url, retry }), "a"), "at last");
  });

  it("isn't retried after other statuses", async () => {
    const { url, received } = agentServer(() => new Response(null, { status: 500 }));
    const retry = { attempts: 2, backoff: 0, statusCodes: [503] };
    await failureOf(runnerOf({ ...HTTP, url, retry }), "a");
    assertEquals(received.length, 1);
  });
});
