import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, credentialsText, filesWithKeys, keysIn, namesIn } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { withFault } from "../../support/strace.ts";
import { runAs } from "../../support/users.ts";

/**
 * The steps of a save, as system calls on these files, and the credentials after a kill there. A login writes the new
 * file twice, first to check that it can, and opens and closes the lock twice each time.
 */
const STEPS: readonly { what: string; call: string; on: string; time?: number; leaves: "old" | "new" }[] = [
  { what: "opening the lock", call: "/^open", on: "credentials.lock", leaves: "old" },
  { what: "acquiring the lock", call: "flock", on: "credentials.lock", leaves: "old" },
  { what: "writing its process ID to the lock", call: "write", on: "credentials.lock", leaves: "old" },
  { what: "creating the new file", call: "/^open", on: "credentials.new", time: 2, leaves: "old" },
  { what: "writing the new file", call: "write", on: "credentials.new", time: 2, leaves: "old" },
  { what: "syncing the new file", call: "/sync$", on: "credentials.new", time: 2, leaves: "old" },
  { what: "closing the new file", call: "close", on: "credentials.new", time: 2, leaves: "old" },
  { what: "renaming the new file", call: "/^rename", on: "credentials.new", leaves: "old" },
  { what: "opening the folder", call: "/^open", on: "", leaves: "new" },
  { what: "syncing the folder", call: "/sync$", on: "", leaves: "new" },
  { what: "releasing the lock", call: "close", on: "credentials.lock", time: 4, leaves: "new" },
];

describe("a login killed while", () => {
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

  /** Kills a login with the second key at a step. @returns Its exit code. */
  async function killedAt({ call, on, time }: { call: string; on: string; time?: number }): Promise<number> {
    const path = on === "" ? home.folder : `${home.folder}/${on}`;
    const login = [home.program, "auth", "login", "--api-key", SECOND_KEY];
    const env = { HOME: home.path, FLUXLOOP_API_URL: platform.url };
    return (await runAs(home.user, withFault({ call, path, time }, "kill", login), { env })).code;
  }

  /** Asserts that the next commands work, and remove what the killed login left. */
  async function assertRecovers(next: readonly string[], codes: readonly number[]): Promise<void> {
    const { code, stderr } = await home.runHere(next);
    assertEquals(codes.includes(code), true, stderr);
    assertEquals(filesWithKeys(home.folder).filter((name) => name !== "credentials"), []);
    assertEquals((await home.loginHere(DOCUMENTED_KEY, "after")).code, 0);
    assertEquals(namesIn(home.folder), ["credentials", "credentials.lock"]);
  }

  for (const [index, { what, leaves, ...step }] of STEPS.entries()) {
    const next = ["auth", ["list", "status", "token"][index % 3]];

    it(`${what} leaves the ${leaves} credentials, and ${next.join(" ")} works immediately`, async () => {
      await home.write(credentialsText(DOCUMENTED_KEY, platform.url, ["default"]));
      assertEquals(await killedAt(step), 137);
      const key = leaves === "old" ? DOCUMENTED_KEY : SECOND_KEY;
      assertEquals(keysIn(await Deno.readTextFile(home.file)), { default: key });
      await assertRecovers(next, [0]);
    });

    it(`${what} in the first login leaves ${leaves === "old" ? "no" : "complete"} credentials`, async () => {
      assertEquals(await killedAt(step), 137);
      const text = await Deno.readTextFile(home.file).catch(() => null);
      assertEquals(text === null ? null : keysIn(text), leaves === "old" ? null : { default: SECOND_KEY });
      await assertRecovers(next, leaves === "old" && next[1] !== "list" ? [3] : [0]);
    });
  }
});
