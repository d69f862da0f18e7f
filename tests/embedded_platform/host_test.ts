import { assertEquals, assertRejects } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import { assertResponse } from "./contract.ts";
import { sendRaw, startPlatform } from "./running_platform.ts";

const PATH = "/openapi.json";

/** `PORT` stands for the platform's port. */
const REQUESTS = [
  { target: PATH, host: "127.0.0.1:PORT", status: 200 },
  { target: PATH, host: "localhost:PORT", status: 200 },
  { target: PATH, host: "LocalHost:PORT", status: 200 },
  { target: PATH, host: "[::1]:PORT", status: 200 },
  { target: `http://127.0.0.1:PORT${PATH}`, host: "127.0.0.1:PORT", status: 200 },
  { target: PATH, host: "evil.example", status: 421 },
  { target: PATH, host: "evil.example:PORT", status: 421 },
  { target: PATH, host: "localhost.evil.example:PORT", status: 421 },
  { target: PATH, host: "evil@127.0.0.1:PORT", status: 421 },
  { target: PATH, host: "127.0.0.1", status: 421 },
  { target: PATH, host: "127.0.0.1:1", status: 421 },
  { target: PATH, host: "no host", status: 421 },
  { target: PATH, host: "", status: 421 },
  { target: `http://evil.example${PATH}`, host: "127.0.0.1:PORT", status: 421 },
];

describe("the platform's address", () => {
  let platform: LocalPlatform;
  let port: string;

  beforeAll(async () => {
    platform = await startPlatform(null);
    port = new URL(platform.url).port;
  });

  afterAll(() => platform.stop());

  for (const { target, host, status } of REQUESTS) {
    it(`returns ${status} for "GET ${target}" with "Host: ${host}"`, async () => {
      const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const response = await sendRaw(platform, request.replaceAll("PORT", port));
      assertEquals(response.status, status);
      await assertResponse(response, "GET", PATH);
    });
  }

  it("is the only one that the platform listens on", async () => {
    // Another address of this machine: a server that listens on all addresses would accept.
    await assertRejects(async () => (await Deno.connect({ hostname: "127.0.0.2", port: Number(port) })).close());
  });
});
