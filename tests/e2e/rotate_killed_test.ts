import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { home, placeAt, REQUESTS, ROTATE, SIDES, withRotatedHome } from "../support/rotation_steps.ts";

describe("auth rotate, killed", () => {
  withRotatedHome();

  for (const at of REQUESTS) {
    for (const when of SIDES) {
      it(`${placeAt(when, at)}, leaves a key that works, and is completed by running again`, async () => {
        assertEquals((await home.signalledAt(at, when, "SIGKILL", ROTATE)).code, 137);
        await home.assertWorks();
        await home.rotateAgain();
        await home.assertRotated();
      });
    }
  }

  /** The steps between requests, as system calls on these files. */
  const steps: readonly [what: string, call: string, file: string, time: number][] = [
    ["the lock is taken", "flock", "credentials._rotation.lock", 1],
    ["the request is written down", "write", "pending-rotation.default.new", 1],
    ["what is written down of the request gets its name", "/^rename", "pending-rotation.default.new", 1],
    ["the old key is written down", "write", "pending-rotation.default.new", 2],
    ["what is written down of the old key gets its name", "/^rename", "pending-rotation.default.new", 2],
    // The first is the attempt whether it can be done at all.
    ["the new key is written", "write", "credentials.new", 2],
    ["the credentials get their name", "/^rename", "credentials.new", 1],
    ["what was written down is removed", "/^unlink", "pending-rotation.default", 1],
  ];
  for (const [what, call, file, time] of steps) {
    it(`when ${what}, leaves a key that works, and is completed by running again`, async () => {
      assertEquals(await home.killedAt(call, file, time, ROTATE), 137);
      await home.assertWorks();
      await home.rotateAgain();
      await home.assertRotated();
    });
  }

  it("again and again at the same step, is completed in the end", async () => {
    for (const at of ["POST /api/api-keys", "POST /api/api-keys", "DELETE /api/api-keys/{id}"]) {
      assertEquals((await home.signalledAt(at, "after", "SIGKILL", ROTATE)).code, 137);
      await home.assertWorks();
    }
    await home.rotateAgain();
    await home.assertRotated();
  });

  for (const when of SIDES) {
    const at = "PATCH /api/api-keys/{id}";
    it(`${placeAt(when, at)}, lets the old key end when it was told to`, async () => {
      const args = [...ROTATE, "--keep-old", "24h"];
      assertEquals((await home.signalledAt(at, when, "SIGKILL", args)).code, 137);
      await home.assertWorks();
      // Without the option: what was asked for at first stands.
      assertStringIncludes((await home.rotateAgain()).stdout, " works until ");
      const { code, stdout } = await home.run("auth", "status", "--api-key", home.oldKey);
      assertEquals(code, 0);
      assertStringIncludes(stdout, "(1 day remaining)");
      home.assertTidy(await home.savedKey());
    });
  }

  for (const when of SIDES) {
    const at = "POST /api/api-keys";
    it(`${placeAt(when, at)}, with --no-save, leaves no second key to be found`, async () => {
      assertEquals((await home.signalledAt(at, when, "SIGKILL", [...ROTATE, "--no-save"])).code, 137);
      await home.assertWorks();
      await home.rotateAgain("--expires", "30d");
      const listed = JSON.parse((await home.run("apikeys", "list", "--json")).stdout).api_keys;
      assertEquals(listed.length, 1);
      home.assertTidy(await home.savedKey());
    });
  }

  it("before a key that is not saved was shown, says that it is there", async () => {
    assertEquals(await home.killedAt("/^unlink", "pending-rotation.default", 1, [...ROTATE, "--no-save"]), 137);
    const { code, stderr } = await home.run(...ROTATE);
    assertEquals(code, 0);
    assertStringIncludes(stderr, "Of a rotation before this one, key_");
    assertEquals(home.isUnfinished(), false);
  });
});
