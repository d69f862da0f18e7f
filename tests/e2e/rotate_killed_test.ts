import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { type KillingHelper, makeKillingHelper } from "../support/killing_helper.ts";
import { RotatedHome, RotationWorld, waitsForLock } from "../support/rotated_home.ts";
import type { Outcome } from "../support/session.ts";

/** The requests of a rotation, in order. */
const REQUESTS = [
  "GET /api/auth/me",
  "GET /api/api-keys",
  "POST /api/api-keys",
  "GET /api/auth/me 2",
  "DELETE /api/api-keys/{id}",
] as const;
const SIDES = ["before", "after"] as const;
const ROTATE = ["auth", "rotate"];

let world: RotationWorld;
let home: RotatedHome;
const around = () => {
  beforeAll(async () => {
    world = await RotationWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    home = new RotatedHome(world);
    await home.login();
  });
  afterEach(() => home.close());
};

/** Where the request is answered, in words. */
const side = (when: "before" | "after", at: string) =>
  when === "before" ? `before ${at} arrives` : `when the answer to ${at} is lost`;

describe("auth rotate, killed", () => {
  around();

  for (const at of REQUESTS) {
    for (const when of SIDES) {
      it(`${side(when, at)}, leaves a key that works, and is completed by running again`, async () => {
        assertEquals((await home.signalledAt(at, when, "SIGKILL", ROTATE)).code, 137);
        await home.assertWorks();
        await home.rotateAgain();
        await home.assertRotated();
      });
    }
  }

  /** The steps between requests, as system calls on these files. */
  const steps: readonly [what: string, call: string, file: string, time: number][] = [
    ["the profile's lock is taken", "flock", "credentials.default.lock", 1],
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
    it(`${side(when, at)}, lets the old key end when it was told to`, async () => {
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
    it(`${side(when, at)}, with --no-save, leaves no second key to be found`, async () => {
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

describe("auth rotate, cut off from the platform", () => {
  around();

  for (const at of REQUESTS) {
    for (const when of SIDES) {
      it(`${side(when, at)}, says what is left to do, and is completed by running again`, async () => {
        const { code, stdout, stderr } = await home.cutOffAt(at, when, ROTATE);
        assertEquals([code, stderr.split("\n")[0]], [4, "❌ Error: Unable to connect to FluxLoop API"]);
        const isSaved = at.startsWith("DELETE");
        assertEquals(stdout.startsWith("✅ Profile default has a new key: flux_dev_"), isSaved);
        const left = isSaved
          ? "⚠️  The new key is saved and in use, and the old one is still taken. End it: fluxloop auth rotate\n"
          : home.isUnfinished()
          ? "⚠️  The saved key is the old one and works as before; a new one may have been made that nobody has. " +
            "Remove it and rotate: fluxloop auth rotate\n"
          : "Please check your internet connection and try again.\n";
        assertEquals(stderr.endsWith(left), true, stderr);
        await home.assertWorks();
        await home.rotateAgain();
        await home.assertRotated();
      });
    }
  }

  for (const at of REQUESTS) {
    it(`when one answer to ${at} is lost, goes on by itself`, async () => {
      world.relay.failAt({ at, when: "after", isLasting: false, deed: () => {} });
      await home.rotateAgain();
      await home.assertRotated();
    });
  }
});

describe("auth rotate, interrupted", () => {
  around();

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    for (const at of REQUESTS) {
      it(`by ${signal} ${side("after", at)}, exits with 130 and is completed by running again`, async () => {
        const { code, stderr } = await home.signalledAt(at, "after", signal, ROTATE);
        assertEquals([code, stderr.includes("fluxloop auth rotate\n")], [130, home.isUnfinished()]);
        await home.assertWorks();
        await home.rotateAgain();
        await home.assertRotated();
      });
    }
  }
});

describe("auth rotate, more than one at once", () => {
  around();

  it("rotates once: the second finds it done", async () => {
    let second: Promise<Outcome> | undefined;
    const deed = async () => {
      const child = home.start(...ROTATE);
      second = child.outcome;
      await waitsForLock(child.pid);
    };
    // The first one is held there until the second one waits for it.
    world.relay.failAt({ at: "POST /api/api-keys", when: "before", isLasting: false, deed });
    const first = await home.run(...ROTATE);
    assertEquals([first.code, first.stderr], [0, ""]);
    assertEquals(await second, {
      code: 0,
      stdout: "✅ Profile default was given a new key by another process just now; it was not rotated a second time.\n",
      stderr: "",
    });
    await home.assertRotated();
  });

  it("leaves one key, however many they are", async () => {
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => home.run(...ROTATE)));
    assertEquals(outcomes.map((it) => [it.code, it.stderr]), outcomes.map(() => [0, ""]));
    await home.assertRotated();
  });

  it("lets a login stand that comes in between, and removes what it has made", async () => {
    const other = home.addKey("other");
    const deed = async () => assertEquals((await home.run("auth", "login", "--api-key", other)).code, 0);
    world.relay.failAt({ at: "GET /api/auth/me 2", when: "after", isLasting: false, deed });
    const { code, stderr } = await home.run(...ROTATE);
    assertEquals(code, 1);
    assertStringIncludes(stderr, 'Profile "default" was changed by another process meanwhile; that stands');
    assertEquals(await home.savedKey(), other);
    home.assertUnchanged("other");
  });
});

describe("auth rotate on a disk that is full", () => {
  around();

  const writes: readonly [what: string, file: string, time: number][] = [
    ["the request", "pending-rotation.default.new", 1],
    ["the old key", "pending-rotation.default.new", 2],
    ["the new key", "credentials.new", 2],
  ];
  for (const [what, file, time] of writes) {
    it(`says so where ${what} cannot be written, and leaves all as it was`, async () => {
      assertEquals(await home.fullAt("write", file, time, ROTATE), 1);
      assertEquals(await home.savedKey(), home.oldKey);
      home.assertUnchanged();
    });
  }
});

describe("auth rotate of a key in the system's own store, killed", () => {
  /** What a rotation asks of the store, in order. */
  const calls = ["get", "get", "store", "get", "store", "erase", "list"];
  let helper: KillingHelper;

  beforeAll(async () => {
    world = await RotationWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    helper = makeKillingHelper();
    home = new RotatedHome(world, { PATH: helper.path });
    home.write(`credential_helper: ${helper.name}\nprofiles: {}\n`);
    await home.login("--storage", "keychain");
    helper.failAt(null);
  });
  afterEach(() => {
    home.close();
    helper.remove();
  });

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
      it(`${side(when, at)}, is completed by running again`, async () => {
        assertEquals((await home.signalledAt(at, when, "SIGKILL", ROTATE)).code, 137);
        await home.assertWorks();
        await home.rotateAgain();
        await assertRotated();
      });
    }
  }
});
