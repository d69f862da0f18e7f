import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { waitForLock } from "../support/rotated_home.ts";
import type { Outcome } from "../support/session.ts";
import { home, ROTATE, withRotatedHome, world } from "../support/rotation_steps.ts";

describe("auth rotate of the compiled program", () => {
  withRotatedHome();

  it("rotates once when two processes start, and the second reports it", async () => {
    let second: Promise<Outcome> | undefined;
    const action = async () => {
      const child = home.start(...ROTATE);
      second = child.outcome;
      await waitForLock(child.pid);
    };
    // The first process is held here until the second one waits for its lock.
    world.relay.failAt({ at: "POST /api/api-keys", when: "before", isLasting: false, action });
    const first = await home.run(...ROTATE);
    assertEquals([first.code, first.stderr], [0, ""]);
    assertEquals(await second, {
      code: 0,
      stdout: '✅ Another process has just rotated profile "default". It was not rotated again.\n',
      stderr: "",
    });
    await home.assertRotated();
  });

  it("rotates a key shared by two profiles once", async () => {
    await home.login("--profile", "two");
    let second: Promise<Outcome> | undefined;
    const action = async () => {
      const child = home.start(...ROTATE, "--profile", "two");
      second = child.outcome;
      await waitForLock(child.pid);
    };
    world.relay.failAt({ at: "POST /api/api-keys", when: "before", isLasting: false, action });
    assertEquals((await home.run(...ROTATE)).code, 0);
    assertEquals((await second)?.stdout.includes("Another process has just rotated"), true);
    await home.assertRotated();
    assertEquals((await home.run("auth", "token", "--profile", "two")).stdout.trim(), await home.savedKey());
  });

  it("leaves one valid key after many concurrent rotations", async () => {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => home.run(...ROTATE)));
    assertEquals(outcomes.map((it) => [it.code, it.stderr]), outcomes.map(() => [0, ""]));
    await home.assertRotated();
  });

  it("keeps a concurrent login and revokes its own new key", async () => {
    const other = home.addKey("other");
    const action = async () => assertEquals((await home.run("auth", "login", "--api-key", other)).code, 0);
    world.relay.failAt({ at: "GET /api/auth/me 2", when: "after", isLasting: false, action });
    const { code, stderr } = await home.run(...ROTATE);
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      'Another process changed profile "default" during the rotation. Its change was kept.',
    );
    assertEquals(await home.savedKey(), other);
    home.assertUnchanged("other");
  });

  for (const at of ["POST /api/api-keys", "DELETE /api/api-keys/{id}"]) {
    it(`is completed by another run after it was killed at the response to ${at}`, async () => {
      assertEquals((await home.signalledAt(at, "after", "SIGKILL", ROTATE)).code, 137);
      await home.assertWorks();
      await home.rotateAgain();
      await home.assertRotated();
    });
  }

  for (const [time, what] of [[1, "the request"], [2, "the new key"]] as const) {
    it(`changes nothing if the disk is too full for ${what}`, async () => {
      assertEquals(await home.fullAt("write", "credentials.new", time, ROTATE), 1);
      assertEquals(await home.savedKey(), home.oldKey);
      home.assertUnchanged();
    });
  }
});
