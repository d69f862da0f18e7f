import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { HttpRunner, RunFailure } from "../../../src/experiment/model.ts";
import { removeTestHomes } from "../../support/world.ts";
import { closeRunners, failureOf, outputOf, runnerOf } from "./agents.ts";
import { rawServer, stopServers } from "./servers.ts";

const SSE: Omit<HttpRunner, "url"> = {
  kind: "http",
  method: "POST",
  headers: {},
  timeout: 30_000,
  retry: { attempts: 0, backoff: 0, statusCodes: [] },
  bodyTemplate: null,
  stream: "sse",
  streamOutputPath: null,
  streamEventFilter: null,
};
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const DELTA: Partial<HttpRunner> = { streamOutputPath: "$.delta" };
const LONG = `data: ${"x".repeat(9 * 1024 * 1024)}\n\n`;

describe("an event stream", () => {
  afterEach(async () => {
    await closeRunners();
    await stopServers();
    removeTestHomes();
  });

  const streams: [string, Partial<HttpRunner>, string, string][] = [
    ["the whole data without a path", {}, "data: one\n\ndata: two\n\n", "onetwo"],
    ["the texts at a path", DELTA, 'data: {"delta": "Hello"}\n\ndata: {"delta": " world"}\n\n', "Hello world"],
    ["events with CRLF line endings", {}, "data: one\r\n\r\ndata: two\r\n\r\n", "onetwo"],
    ["events with CR line endings", {}, "data: one\r\rdata: two\r\rdata: three\r\r\r", "onetwothree"],
    ["several data lines as one text with newlines", {}, "data: one\ndata\ndata:  two\n\n", "one\n\n two"],
    ["events after a byte-order mark", {}, "\ufeffdata: one\n\n", "one"],
    ["Unicode text", {}, "data: 漢字 🎈 é\n\n", "漢字 🎈 é"],
    [
      "no comments, other fields or events without data",
      {},
      ": hi\nid: 7\nretry: 10\nx\n\ndata: a\n\nevent: e\n\n",
      "a",
    ],
    ["no incomplete event", {}, "data: one\n\ndata: two\n", "one"],
    [
      "only the events that match the filter",
      { ...DELTA, streamEventFilter: ["text", "message"] },
      'event: text\ndata: {"delta": "a"}\n\nevent: ping\ndata: -\n\ndata: {"delta": "b"}\n\n',
      "ab",
    ],
    [
      "nothing for events without text at the path",
      DELTA,
      'data: {"delta": null}\n\ndata: {"delta": "a"}\n\ndata: {}\n\n',
      "a",
    ],
    ["an empty text", DELTA, 'data: {"delta": ""}\n\n', ""],
    ["nothing after [DONE]", DELTA, 'data: {"delta": "a"}\n\ndata: [DONE]\n\ndata: {"delta": "b"}\n\n', "a"],
  ];
  for (const [what, overrides, stream, output] of streams) {
    it(`yields ${what}`, async () => {
      const url = rawServer([HEAD + stream]);
      assertEquals(await outputOf(runnerOf({ ...SSE, url, ...overrides }), "a"), output);
    });
  }

  it("can be split at any byte", async () => {
    const bytes = new TextEncoder().encode(
      '\ufeffevent: text\r\ndata: {"delta":\r\ndata: "é🎈"}\r\n\r\ndata: {"delta": "b"}\n\n',
    );
    for (let at = 1; at < bytes.length; at++) {
      const url = rawServer([HEAD, bytes.slice(0, at), bytes.slice(at)]);
      assertEquals(await outputOf(runnerOf({ ...SSE, url, ...DELTA }), "a"), "é🎈b", `split at byte ${at}`);
    }
  });

  it("can arrive byte by byte", async () => {
    const bytes = new TextEncoder().encode('data: {"delta": "é"}\r\n\r\n');
    const url = rawServer([HEAD, ...Array.from(bytes, (it) => new Uint8Array([it]))]);
    assertEquals(await outputOf(runnerOf({ ...SSE, url, ...DELTA }), "a"), "é");
  });

  it("is read only until [DONE]", async () => {
    const url = rawServer([HEAD, "data: a\n\ndata: [DONE]\n\n", ...Array(10_000).fill(": still here\n")]);
    assertEquals(await outputOf(runnerOf({ ...SSE, url }), "a"), "a");
  });

  const failures: [string, Partial<HttpRunner>, string, RunFailure["kind"], string][] = [
    ["no event", {}, ": nothing\n\n", "garbage", "The server's stream has no event"],
    [
      "no text at the path",
      DELTA,
      'data: {"a": 1}\n\n',
      "garbage",
      "The server's stream has no event with text at $.delta",
    ],
    [
      "no event that matches the filter",
      { streamEventFilter: ["x", "y"] },
      "data: a\n\n",
      "garbage",
      "The server's stream has no event x or y",
    ],
    ["data that isn't JSON", DELTA, "data: <b>\n\n", "garbage", "An event's data isn't JSON"],
    [
      "texts that are too long in total",
      {},
      `data: ${"x".repeat(5_000_000)}\n\n`.repeat(2),
      "flooded",
      "The agent's output is longer than 8,388,608 characters",
    ],
    ["an event that is too long", {}, LONG, "flooded", "The agent's output is longer than 8,388,608 characters"],
  ];
  for (const [what, overrides, stream, kind, message] of failures) {
    it(`fails with ${what}`, async () => {
      const url = rawServer([HEAD + stream]);
      assertEquals(await failureOf(runnerOf({ ...SSE, url, ...overrides }), "a"), {
        kind,
        message,
        stderr: [],
      });
    });
  }

  it("fails when the connection is closed early", async () => {
    const chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    const url = rawServer([`${chunked}9\r\ndata: a\n\n\r\n`]);
    const { kind, message } = await failureOf(runnerOf({ ...SSE, url }), "a");
    assertEquals([kind, message], [
      "http",
      `Can't reach the server at ${url.host}: the connection was closed early`,
    ]);
  });
});
