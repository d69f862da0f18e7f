import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { type LocalPlatform, startLocalPlatform } from "../../../src/embedded_platform/server.ts";
import { openStorage } from "../../../src/embedded_platform/storage.ts";
import { isoTime } from "../../../src/embedded_platform/time.ts";
import { CredentialsHome, filesWithKeys, keysIn, namesIn } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, fillPlatform, SECOND_KEY } from "../../support/platform.ts";
import { DOCUMENTED_DAY } from "../../support/world.ts";

const isLong = Deno.env.has("FLUXLOOP_TEST_LONG");
const WRITERS = isLong ? 50 : 12;
/** Keys for one profile, all saved at the same time. */
const KEYS = Array.from({ length: isLong ? 20 : 8 }, (_, index) => `flux_ci_${String(index).padStart(30, "k")}`);

describe("concurrent writers of the credentials", () => {
  let folder: string;
  let platform: LocalPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    const dataDir = `${folder}/data`;
    fillPlatform(dataDir);
    const storage = openStorage(dataDir);
    const common = { created_at: isoTime(DOCUMENTED_DAY), expires_at: null, name: "one of many" };
    for (const key of KEYS) storage.apiKeys.add({ ...common, key, scopes: "all_projects", permissions: [] });
    storage.close();
    const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
    platform = await startLocalPlatform({ port: 0, dataDir, now: () => DOCUMENTED_DAY, random });
  });
  afterAll(async () => {
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });
  beforeEach(async () => {
    home = await CredentialsHome.open(platform.url);
  });
  afterEach(() => home.close());

  /** Logs in to all these profiles at once, and reads the file until they are done. */
  async function loginAll(logins: readonly { profile: string; key: string }[]): Promise<{ reads: number }> {
    const outcomes = logins.map(({ profile, key }) => home.login(key, profile));
    let working = true;
    const finished = Promise.all(outcomes).finally(() => working = false);
    let reads = 0;
    while (working) {
      await delay(1);
      const text = await Deno.readTextFile(home.file).catch((error) => {
        if (reads > 0 || !(error instanceof Deno.errors.NotFound)) throw error;
      });
      if (text === undefined) continue;
      assertEquals(Object.keys(parse(text).profiles).length > 0, true, text);
      reads++;
    }
    const failed = (await finished).filter((it) => it.code !== 0).map((it) => it.stderr);
    assertEquals(failed, []);
    return { reads };
  }

  it(`save all profiles of ${WRITERS} processes, and a reader sees only complete files`, async () => {
    const logins = Array.from({ length: WRITERS }, (_, index) => ({
      profile: `p${index}`,
      key: index % 2 === 0 ? DOCUMENTED_KEY : SECOND_KEY,
    }));
    const { reads } = await loginAll(logins);
    assertEquals(reads > 5, true, `the reader read ${reads} times`);
    const expected = Object.fromEntries(logins.map(({ profile, key }) => [profile, key]));
    assertEquals(keysIn(await Deno.readTextFile(home.file)), expected);
    assertEquals([namesIn(home.folder), filesWithKeys(home.folder)], [["credentials", "credentials.lock"], [
      "credentials",
    ]]);
  });

  it(`save exactly one key when ${KEYS.length} processes use the same profile`, async () => {
    await loginAll(KEYS.map((key) => ({ profile: "default", key })));
    const text = await Deno.readTextFile(home.file);
    const [[name, key], ...others] = Object.entries(keysIn(text));
    assertEquals([name, others, KEYS.includes(key)], ["default", [], true]);
    // The platform numbers its keys in order; those of the documentation come first.
    const number = Number(/key_id: key_(\d+)/.exec(text)![1]);
    assertEquals(KEYS[number - 5], key, "the profile's fields come from one login");
    assertMatch(text, /\n$/);
  });
});
