import { assertEquals, assertNotEquals } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { Computer } from "../support/interrupted_rotation.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { keysOf, platform, statusOf, withPlatform } from "../support/rotating.ts";

const SIDES = ["before", "after"] as const;
const REQUESTS = [
  "GET /api/auth/me",
  "GET /api/api-keys",
  "POST /api/api-keys",
  "GET /api/auth/me",
  "DELETE /api/api-keys/{id}",
];
const KEYCHAIN_EVENTS = [
  "get",
  ...REQUESTS.slice(0, 2),
  "get",
  ...REQUESTS.slice(2, 4),
  "get",
  "store",
  REQUESTS[4],
  "get",
  "store",
];
const KEY = /flux_dev_[a-z2-7]{32}|flux_dev_abc123def456ghi789jkl012mno34/g;

/** @returns A computer that is logged in with the documented key. */
async function loggedIn(storage: "file" | "keychain"): Promise<Computer> {
  const computer = new Computer();
  computer.save("credential_helper: pass\nprofiles: {}\n");
  const options = ["--storage", storage, "--api-url", platform.url, "--api-key", DOCUMENTED_KEY];
  const { code, stderr } = await computer.run("auth", "login", ...options);
  assertEquals([code, stderr], [0, ""]);
  return computer;
}

/** Asserts that the profile's key is valid, and that the commands report an unfinished rotation if the file has one. */
async function assertWorks(computer: Computer): Promise<void> {
  const { code, stderr } = await computer.run("auth", "status");
  const isUnfinished = computer.saved.file.includes("rotation:");
  const warning = '⚠️  The rotation of profile "default" isn\'t finished. Finish it: fluxloop auth rotate\n';
  assertEquals([code, stderr], [0, isUnfinished ? warning : ""]);
}

/** Asserts that only a new key is valid, and that only this key is saved. */
async function assertRotated(computer: Computer): Promise<void> {
  const key = (await computer.run("auth", "token")).stdout.trim();
  assertNotEquals(key, DOCUMENTED_KEY);
  assertEquals((await statusOf(DOCUMENTED_KEY)).code, 3);
  assertEquals((await keysOf(key)).length, 1);
  const { file, entries } = computer.saved;
  assertEquals(file.includes("rotation:"), false);
  assertEquals(`${file}${entries.join("")}`.match(KEY), [key]);
}

describe("auth rotate", () => {
  withPlatform();

  for (const [storage, events] of [["file", REQUESTS], ["keychain", KEYCHAIN_EVENTS]] as const) {
    it(`performs the expected steps if nothing interrupts it, with the key in the ${storage}`, async () => {
      const computer = await loggedIn(storage);
      assertEquals((await computer.rotate()).events, events);
      await assertRotated(computer);
    });

    for (const [index, event] of events.entries()) {
      for (const when of SIDES) {
        it(`recovers if killed ${when} step ${index + 1}, ${event}, with the key in the ${storage}`, async () => {
          const computer = await (await loggedIn(storage)).kill({ index, when });
          assertEquals(storage === "keychain" && KEY.test(computer.saved.file), false, "a key is in the file");
          await assertWorks(computer);
          assertEquals((await computer.rotate()).report.failure, null);
          await assertRotated(computer);
        });
      }
    }
  }

  for (const [index, request] of REQUESTS.entries()) {
    for (const when of SIDES) {
      it(`recovers and names the pending action if the network fails ${when} step ${index + 1}, ${request}`, async () => {
        const computer = await loggedIn("file");
        const { failure, pending, savedTo } = await computer.cutOff({ index, when });
        const action = index < 2 ? null : index < 4 ? "remove_orphaned_key" : "revoke_old_key";
        assertEquals([failure?.code, pending, savedTo !== null], ["network", action, index === 4]);
        await assertWorks(computer);
        assertEquals((await computer.rotate()).report.failure, null);
        await assertRotated(computer);
      });
    }

    it(`recovers if interrupted by a signal after step ${index + 1}, ${request}`, async () => {
      const computer = await loggedIn("file");
      const { failure } = await computer.interrupt({ index, when: "after" });
      // After the last request, there is nothing left to interrupt.
      assertEquals(failure?.code, index === 4 ? undefined : "interrupted");
      await assertWorks(computer);
      if (failure !== null) await computer.rotate();
      await assertRotated(computer);
    });
  }
});
