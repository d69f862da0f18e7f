import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { SystemError } from "../../src/errors.ts";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import { ask, bearer, DOCUMENTED_KEY, startPlatform } from "./running_platform.ts";

describe("the embedded platform", () => {
  let folder: string;
  let running: LocalPlatform[];

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
    running = [];
  });

  afterEach(async () => {
    for (const platform of running) await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });

  async function start(...args: Parameters<typeof startPlatform>): Promise<LocalPlatform> {
    const platform = await startPlatform(...args);
    running.push(platform);
    return platform;
  }

  it("listens on the given port", async () => {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr;
    probe.close();
    assertEquals((await start(null, { port })).url, `http://127.0.0.1:${port}`);
  });

  it("reports that its port is in use, and how to choose another", async () => {
    const port = Number(new URL((await start(null)).url).port);
    const error = await assertRejects(() => start(null, { port }), SystemError);
    assertEquals(error.message, `Port ${port} is in use. Choose another port, or --port 0 for any free one.`);
  });

  it("creates no data if its port is in use, as nobody would see the key", async () => {
    const port = Number(new URL((await start(null)).url).port);
    await assertRejects(() => start(`${folder}/data`, { port }), SystemError);
    assertThrows(() => Deno.statSync(`${folder}/data`), Deno.errors.NotFound);
  });

  it("closes its port if it can't open its data", async () => {
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr;
    probe.close();
    await Deno.mkdir(`${folder}/data/platform.db`, { recursive: true });
    await assertRejects(() => start(`${folder}/data`, { port }), SystemError);
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  });

  it("creates a key that works", async () => {
    const platform = await start(null, { apiKey: undefined });
    assertEquals((await ask(platform, "/api/auth/me", bearer(platform.apiKey!))).status, 200);
  });

  it("creates a different key for each new data folder", async () => {
    const keys = [await start(null, { apiKey: undefined }), await start(null, { apiKey: undefined })];
    assertEquals(new Set(keys.map((it) => it.apiKey)).size, 2);
  });

  it("creates a development key", async () => {
    assertMatch((await start(null, { apiKey: undefined })).apiKey!, /^flux_dev_[a-z2-7]{32}$/);
  });

  it("returns the key of a new data folder", async () => {
    assertEquals((await start(`${folder}/data`)).apiKey, DOCUMENTED_KEY);
  });

  it("returns no key for an existing data folder", async () => {
    await (await start(`${folder}/data`)).stop();
    assertEquals((await start(`${folder}/data`)).apiKey, null);
  });

  it("forgets in-memory data when it stops", async () => {
    await start(null);
    const other = await start(null, { apiKey: undefined });
    assertEquals((await ask(other, "/api/auth/me", bearer(DOCUMENTED_KEY))).status, 401);
  });

  it("can be stopped twice", async () => {
    const platform = await start(null);
    await platform.stop();
    await platform.stop();
  });

  it("can be stopped while a client has a connection open", async () => {
    const platform = await start(null);
    using idle = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(platform.url).port) });
    await idle.write(new TextEncoder().encode("GET /openapi.json HTTP/1.1\r\n"));
    await platform.stop();
    assertEquals(await idle.read(new Uint8Array(1)), null);
  });
});
