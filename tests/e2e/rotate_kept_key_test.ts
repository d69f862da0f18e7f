import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { type KillingHelper, makeKillingHelper } from "../support/killing_helper.ts";
import { RotatedHome } from "../support/rotated_home.ts";
import { home, placeAt, REQUESTS, ROTATE, SIDES, withRotatedHome } from "../support/rotation_steps.ts";

describe("auth rotate of a key in the system's own store, killed", () => {
  /** What a rotation asks of the store, in order. */
  const calls = ["get", "get", "store", "get", "store", "erase", "list"];
  let helper: KillingHelper;

  withRotatedHome(async (world) => {
    helper = makeKillingHelper();
    const home = new RotatedHome(world, { PATH: helper.path });
    home.write(`credential_helper: ${helper.name}\nprofiles: {}\n`);
    await home.login("--storage", "keychain");
    helper.failAt(null);
    return home;
  });
  afterEach(() => helper.remove());

  /** Sees to it that the new key is in the store, and no other. */
  async function assertRotated(): Promise<void> {
    await home.assertRotated();
    const entries = helper.entries();
    assertEquals(entries.length, 1);
    assertStringIncludes(entries[0], await home.savedKey());
    assertEquals(Deno.readTextFileSync(`${home.folder}/credentials`).includes("flux_dev_"), false);
  }

  it("never, keeps no key in a file", async () => {
    await home.rotateAgain();
    assertEquals(helper.calls(), calls);
    await assertRotated();
  });

  for (const [index, call] of calls.entries()) {
    for (const when of SIDES) {
      it(`${when} call ${index + 1} of the store, ${call}, is completed by running again`, async () => {
        helper.failAt({ count: index + 1, deed: `kill ${when}` });
        assertEquals((await home.run(...ROTATE)).code, 137);
        helper.failAt(null);
        const pending = home.isUnfinished() ? Deno.readTextFileSync(`${home.folder}/pending-rotation.default`) : "";
        assertEquals(/flux_dev_[a-z2-7]{5}/.test(pending), false, "a key is in a file");
        await home.assertWorks();
        await home.rotateAgain();
        await assertRotated();
      });
    }
  }

  for (const count of [3, 5]) {
    it(`refused by the store at call ${count}, ${calls[count - 1]}, leaves all as it was`, async () => {
      helper.failAt({ count, deed: "refuse" });
      const { code, stderr } = await home.run(...ROTATE);
      assertEquals([code, home.isUnfinished(), helper.entries().length], [1, false, 1]);
      assertStringIncludes(stderr, "did not take the key");
      home.assertUnchanged();
      assertEquals(await home.savedKey(), home.oldKey);
    });
  }

  it("refused by the store at call 6, erase, says so, and is completed by running again", async () => {
    helper.failAt({ count: 6, deed: "refuse" });
    const { code, stderr } = await home.run(...ROTATE);
    helper.failAt(null);
    assertEquals([code, home.isUnfinished()], [1, true]);
    assertStringIncludes(stderr, "fluxloop auth rotate\n");
    await home.rotateAgain();
    await assertRotated();
  });

  for (const at of REQUESTS.slice(2)) {
    for (const when of SIDES) {
      it(`${placeAt(when, at)}, is completed by running again`, async () => {
        assertEquals((await home.signalledAt(at, when, "SIGKILL", ROTATE)).code, 137);
        await home.assertWorks();
        await home.rotateAgain();
        await assertRotated();
      });
    }
  }
});
