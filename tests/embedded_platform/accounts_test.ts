import { assertEquals, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import type { Storage } from "../../src/embedded_platform/storage.ts";
import { isoTime } from "../../src/embedded_platform/time.ts";
import { ask, bearer, DOCUMENTED_KEY, startPlatform } from "./running_platform.ts";

const MONTHS = [
  { seeded: "2024-01-16T00:00:00Z", requested: "2024-01-31T23:59:59Z", runs: 234 },
  { seeded: "2024-01-16T00:00:00Z", requested: "2024-02-01T00:00:00Z", runs: 0 },
  { seeded: "2024-12-31T23:59:59Z", requested: "2024-12-31T23:59:59Z", runs: 234 },
  { seeded: "2024-12-31T23:59:59Z", requested: "2025-01-01T00:00:00Z", runs: 0 },
  { seeded: "2024-01-16T00:00:00Z", requested: "2025-01-16T00:00:00Z", runs: 0 },
];

/** The key's dates are whole days, regardless of the time of its creation. */
const DATES = [
  { seeded: "2024-01-16T00:00:00Z", created: "2024-01-16T00:00:00Z", expires: "2024-04-15T00:00:00Z" },
  { seeded: "2024-01-16T23:59:59.999Z", created: "2024-01-16T00:00:00Z", expires: "2024-04-15T00:00:00Z" },
  { seeded: "2025-12-01T12:00:00Z", created: "2025-12-01T00:00:00Z", expires: "2026-03-01T00:00:00Z" },
];

/** The second use of a key that was first used at 12:00:00, and the last use that is stored. */
const USES = [
  { second: "2024-01-16T12:00:59Z", stored: "2024-01-16T12:00:00Z" },
  { second: "2024-01-16T12:01:00Z", stored: "2024-01-16T12:01:00Z" },
];

describe("an account", () => {
  let platform: LocalPlatform;
  let storage: Storage;
  let time: Date;

  async function seed(at: string): Promise<void> {
    time = new Date(at);
    platform = await startPlatform(null, { now: () => time });
    storage = platform.storage;
  }

  afterEach(() => platform.stop());

  for (const { seeded, requested, runs } of MONTHS) {
    it(`seeded on ${seeded} has ${runs} runs on ${requested}`, async () => {
      await seed(seeded);
      // A key that doesn't expire.
      const key = "flux_ci_zyx987wvu654tsr321qpo098nml76";
      storage.apiKeys.add({
        key,
        name: "Long-lived",
        created_at: isoTime(time),
        expires_at: null,
        scopes: "all_projects",
        permissions: [],
      });
      time = new Date(requested);
      const me = await (await ask(platform, "/api/auth/me", bearer(key))).json();
      assertEquals(me.usage, { runs_this_month: runs });
    });
  }

  for (const { seeded, created, expires } of DATES) {
    it(`seeded on ${seeded} has a key from ${created} to ${expires}`, async () => {
      await seed(seeded);
      const { api_key } = await (await ask(platform, "/api/auth/me", bearer(DOCUMENTED_KEY))).json();
      assertEquals([api_key.created_at, api_key.expires_at], [created, expires]);
    });
  }

  for (const { second, stored } of USES) {
    it(`shows ${stored} as the last use of a key used at 12:00:00 and ${second}`, async () => {
      await seed("2024-01-16T12:00:00Z");
      await ask(platform, "/api/auth/me", bearer(DOCUMENTED_KEY));
      time = new Date(second);
      await ask(platform, "/api/auth/me", bearer(DOCUMENTED_KEY));
      assertEquals(storage.apiKeys.find(DOCUMENTED_KEY)?.last_used_at, stored);
    });
  }

  it("rejects a duplicate key", async () => {
    await seed("2024-01-16T00:00:00Z");
    assertThrows(() =>
      storage.apiKeys.add({
        key: DOCUMENTED_KEY,
        name: "Again",
        created_at: isoTime(time),
        expires_at: null,
        scopes: "all_projects",
        permissions: [],
      })
    );
  });
});
