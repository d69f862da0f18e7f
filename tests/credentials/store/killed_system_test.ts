import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, credentialsText, filesWithKeys, keysIn, namesIn } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { withFault } from "../../support/strace.ts";
import { runAs } from "../../support/users.ts";

/**
 * The steps of a save, as system calls on these files, and what a kill at each of them leaves. A login writes the new
 * file twice, first to try whether it can, and each time it opens and closes the lock twice.
 */
const STEPS: readonly { what: string; call: string; on: string; time?: number; leaves: "old" | "new" }[] = [
  { what: "the lock is opened", call: "/^open", on: "credentials.lock", leaves: "old" },
  { what: "the lock is taken", call: "flock", on: "credentials.lock", leaves: "old" },
  { what: "the holder writes its number", call: "write", on: "credentials.lock", leaves: "old" },
  { what: "the new file is made", call: "/^open", on: "credentials.new", time: 2, leaves: "old" },
  { what: "the new file is written", call: "write", on: "credentials.new", time: 2, leaves: "old" },
  { what: "the new file goes to disk", call: "/sync$", on: "credentials.new", time: 2, leaves: "old" },
  { what: "the new file is closed", call: "close", on: "credentials.new", time: 2, leaves: "old" },
  { what: "the new file gets its name", call: "/^rename", on: "credentials.new", leaves: "old" },
  { what: "the folder is opened", call: "/^open", on: "", leaves: "new" },
  { what: "the folder goes to disk", call: "/sync$", on: "", leaves: "new" },
  { what: "the lock is released", call: "close", on: "credentials.lock", time: 4, leaves: "new" },
];

describe("a login that is killed", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(async () => {
    home = await CredentialsHome.open(platform.url);
  });
  afterEach(() => home.close());

  /** Kills a login with the second key at a step. */
  async function killedAt({ call, on, time }: { call: string; on: string; time?: number }): Promise<number> {
    const path = on === "" ? home.folder : `${home.folder}/${on}`;
    const login = [home.program, "auth", "login", "--api-key", SECOND_KEY];
    const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
    return (await runAs(home.user, withFault({ call, path, time }, "kill", login), { env })).code;
  }

  /** The next login works whatever was left behind, and removes it. */
  async function assertGoesOn(next: readonly string[], codes: readonly number[]): Promise<void> {
    const { code, stderr } = await home.runHere(next);
    assertEquals(codes.includes(code), true, stderr);
    assertEquals(filesWithKeys(home.folder).filter((name) => name !== "credentials"), []);
    assertEquals((await home.loginHere(DOCUMENTED_KEY, "after")).code, 0);
    assertEquals(namesIn(home.folder), ["credentials", "credentials.lock"]);
  }

  for (const [index, { what, leaves, ...step }] of STEPS.entries()) {
    const next = ["auth", ["list", "status", "token"][index % 3]];

    it(`when ${what} leaves the ${leaves} credentials, and ${next.join(" ")} works at once`, async () => {
      await home.write(credentialsText(DOCUMENTED_KEY, platform.url, ["default"]));
      assertEquals(await killedAt(step), 137);
      const key = leaves === "old" ? DOCUMENTED_KEY : SECOND_KEY;
      assertEquals(keysIn(await Deno.readTextFile(home.file)), { default: key });
      await assertGoesOn(next, [0]);
    });

    it(`when ${what} for the first time leaves ${leaves === "old" ? "none" : "them whole"}`, async () => {
      assertEquals(await killedAt(step), 137);
      const text = await Deno.readTextFile(home.file).catch(() => null);
      assertEquals(text === null ? null : keysIn(text), leaves === "old" ? null : { default: SECOND_KEY });
      await assertGoesOn(next, leaves === "old" && next[1] !== "list" ? [3] : [0]);
    });
  }
});
