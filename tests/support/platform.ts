/**
 * The embedded platform for tests: runs in this process, on a random port, with the documentation's API key and a clock
 * fixed at the documentation's date.
 *
 * @module
 */
import type { NewApiKey } from "../../src/embedded_platform/api_keys.ts";
import { openSeededStorage } from "../../src/embedded_platform/seed.ts";
import { startLocalPlatform } from "../../src/embedded_platform/server.ts";
import { isoTime } from "../../src/embedded_platform/time.ts";
import { DOCUMENTED_DAY } from "./world.ts";

/** The key in the documentation's examples. */
export const DOCUMENTED_KEY = "flux_dev_abc123def456ghi789jkl012mno34";
/** The creation date of that key, 90 days before it expires. */
const KEY_CREATED = new Date("2024-01-16T00:00:00Z");
/** Keys that the platform rejects. */
export const EXPIRED_KEY = "flux_dev_expired0000000000000000000000";
export const REVOKED_KEY = "flux_dev_revoked0000000000000000000000";
/** A second valid key. */
export const SECOND_KEY = "flux_ci_second00000000000000000000000";

/**
 * Fills a new data folder with the documentation's account and the keys above.
 *
 * @param dataDir A path that doesn't exist yet.
 */
export function fillPlatform(dataDir: string): void {
  const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
  const { storage } = openSeededStorage({ dataDir, now: () => KEY_CREATED, random, apiKey: DOCUMENTED_KEY });
  const common: Omit<NewApiKey, "key" | "name" | "expires_at"> = {
    created_at: isoTime(KEY_CREATED),
    scopes: "all_projects",
    permissions: ["read_scenarios"],
  };
  storage.apiKeys.add({ ...common, key: EXPIRED_KEY, name: "expired", expires_at: "2024-01-20T00:00:00Z" });
  storage.apiKeys.add({ ...common, key: SECOND_KEY, name: "second", expires_at: null });
  const revoked = storage.apiKeys.add({ ...common, key: REVOKED_KEY, name: "revoked", expires_at: null });
  storage.apiKeys.revoke(revoked.id, isoTime(KEY_CREATED));
  storage.close();
}

/** A running platform. */
export interface TestPlatform {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a platform with the keys above; `stop` also removes its data. */
export async function startPlatform(): Promise<TestPlatform> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-platform-" });
  fillPlatform(`${folder}/data`);
  const platform = await startLocalPlatform({
    port: 0,
    dataDir: `${folder}/data`,
    now: () => DOCUMENTED_DAY,
    random: (bytes) => crypto.getRandomValues(bytes),
  });
  return {
    url: platform.url,
    async stop() {
      await platform.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
