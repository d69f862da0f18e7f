import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { DatabaseSync } from "node:sqlite";
import { openStorage } from "../../src/embedded_platform/storage.ts";
import { isoTime } from "../../src/embedded_platform/time.ts";
import { ask, bearer, DOCUMENTED_KEY, Fixture, SEED_DAY, startPlatform } from "./running_platform.ts";

describe("the platform's state", () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await Deno.makeTempDir();
  });

  afterEach(() => Deno.remove(dataDir, { recursive: true }));

  /** @returns The keys that aren't stored. */
  function missing(keys: string[]): string[] {
    const storage = openStorage(dataDir);
    const lost = keys.filter((it) => storage.apiKeys.find(it) === undefined);
    storage.close();
    return lost;
  }

  /** @returns The status of a request with `key` after a restart. */
  async function statusAfterRestart(key: string): Promise<number> {
    const platform = await startPlatform(dataDir, { now: () => new Date() });
    const { status } = await ask(platform, "/api/auth/me", bearer(key));
    await platform.stop();
    return status;
  }

  it("survives a restart", async () => {
    const now = () => SEED_DAY;
    await (await startPlatform(dataDir, { now })).stop();
    const again = await startPlatform(dataDir, { now, apiKey: undefined });
    const { status } = await ask(again, "/api/auth/me", bearer(DOCUMENTED_KEY));
    await again.stop();
    assertEquals(status, 200);
  });

  it("survives a kill -9 of its server", async () => {
    const server = new Fixture("serve.ts", dataDir);
    const { apiKey } = JSON.parse(await server.nextLine());
    await server.kill();
    assertEquals(await statusAfterRestart(apiKey), 200);
  });

  it("keeps everything that was stored before a kill -9 during writes", async () => {
    const writer = new Fixture("add_keys.ts", dataDir);
    const keys = [];
    while (keys.length < 20) keys.push(await writer.nextLine());
    const { rest } = await writer.kill();
    assertEquals(missing([...keys, ...rest]), []);
  });

  it("keeps concurrent writes of two processes, and stays intact", async () => {
    const writers = [new Fixture("add_keys.ts", dataDir, "50"), new Fixture("add_keys.ts", dataDir, "50")];
    const outcomes = await Promise.all(writers.map((it) => it.end()));
    const keys = outcomes.flatMap((it) => it.rest);
    assertEquals(keys.length, 100, outcomes.map((it) => it.errors).join());
    assertEquals(missing(keys), []);
    const database = new DatabaseSync(`${dataDir}/platform.db`);
    const [integrity] = database.prepare("PRAGMA integrity_check").all();
    database.close();
    assertEquals(integrity.integrity_check, "ok");
  });

  it("is created only once if two servers start together, and both accept its key", async () => {
    const servers = [new Fixture("serve.ts", dataDir), new Fixture("serve.ts", dataDir)];
    const lines = await Promise.all(servers.map(async (it) => JSON.parse(await it.nextLine())));
    const keys = lines.flatMap((it) => it.apiKey ?? []);
    const statuses = await Promise.all(
      lines.map(async (it) => (await ask(it, "/api/auth/me", bearer(keys[0]))).status),
    );
    await Promise.all(servers.map((it) => it.kill()));
    assertEquals({ keys: keys.length, statuses }, { keys: 1, statuses: [200, 200] });
  });

  it("is shared by all processes: a key revoked by one is rejected by the other", async () => {
    const server = new Fixture("serve.ts", dataDir);
    const { url, apiKey } = JSON.parse(await server.nextLine());
    const storage = openStorage(dataDir);
    storage.apiKeys.revoke("key_1", isoTime(new Date()));
    storage.close();
    const response = await ask({ url }, "/api/auth/me", bearer(apiKey));
    await server.kill();
    assertEquals((await response.json()).code, "revoked_api_key");
  });

  it("is served without output on the console", async () => {
    const server = new Fixture("serve.ts", dataDir);
    const { url } = JSON.parse(await server.nextLine());
    await ask({ url }, "/api/auth/me");
    assertEquals(await server.kill(), { rest: [], errors: "" });
  });

  it("has a write-ahead log, so that readers and writers don't wait for each other", () => {
    openStorage(dataDir).close();
    const database = new DatabaseSync(`${dataDir}/platform.db`);
    const mode = database.prepare("PRAGMA journal_mode").get();
    database.close();
    assertEquals(mode?.journal_mode, "wal");
  });
});
