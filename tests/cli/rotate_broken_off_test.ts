import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { ask } from "../embedded_platform/running_platform.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, SECOND_KEY } from "../support/platform.ts";
import {
  homeWithKey,
  isUnfinished,
  keyIn,
  keysOf,
  leaveUnfinished,
  masked,
  NEW_KEY,
  pendingFile,
  platform,
  rotate,
  statusOf,
  withPlatform,
} from "../support/rotating.ts";
import { type Outcome, Session } from "../support/session.ts";

describe("a rotation that was broken off", () => {
  withPlatform();

  /** A home in which the new key is saved and the old one not revoked yet. */
  async function savedOnly(): Promise<Session> {
    const session = homeWithKey();
    const made = await rotate(session, "--no-save", "-q");
    const key = made.stdout.trim();
    session.save(session.saved()!.replace(DOCUMENTED_KEY, key));
    leaveUnfinished(session, { newId: "key_5", old: { apiKey: DOCUMENTED_KEY } });
    return session;
  }

  it("is finished by the next one, which says so", async () => {
    const session = await savedOnly();
    const key = await keyIn(session);
    const { code, stdout } = await rotate(session);
    assertEquals([code, isUnfinished(session), await keyIn(session)], [0, false, key]);
    assertStringIncludes(
      stdout,
      `✅ The rotation of profile default that was broken off is finished; its key is ${masked(key)}\n`,
    );
    assertEquals((await statusOf(DOCUMENTED_KEY)).code, 3);
  });

  it("is finished before a key is shown with --no-save", async () => {
    const session = await savedOnly();
    const { code, stdout } = await rotate(session, "--no-save", "-q");
    assertEquals([code, NEW_KEY.test(stdout.trim()), isUnfinished(session)], [0, true, false]);
    assertEquals((await statusOf(DOCUMENTED_KEY)).code, 3);
  });

  it("is told by list, status and doctor", async () => {
    const session = await savedOnly();
    const warning = "⚠️  A rotation of profile default is not finished. Finish it: fluxloop auth rotate\n";
    assertEquals((await session.run(["auth", "list"])).stderr, warning);
    assertEquals((await session.run(["auth", "status"])).stderr, warning);
    assertEquals(JSON.parse((await session.run(["auth", "list", "--json"])).stdout).profiles[0].rotation, "unfinished");
    assertEquals(JSON.parse((await session.run(["auth", "status", "--json"])).stdout).rotation, "unfinished");
    assertStringIncludes(
      (await session.run(["auth", "doctor"])).stdout,
      "⚠️  Rotation: interrupted for profile default",
    );
  });

  it("is left to be finished by a login with one of its keys", async () => {
    const session = await savedOnly();
    const { stderr } = await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    assertEquals([stderr, isUnfinished(session)], ["", true]);
    assertEquals((await rotate(session)).code, 0);
    const [own, ...others] = await keysOf(await keyIn(session));
    assertEquals([own.id, others.length, isUnfinished(session)], ["key_6", 0, false]);
  });

  it("is given up by a login with another key, which says what may be left", async () => {
    const session = await savedOnly();
    const { code, stderr } = await session.run(["auth", "login", "--api-key", SECOND_KEY]);
    assertEquals([code, isUnfinished(session)], [0, false]);
    assertStringIncludes(
      stderr,
      "is given up. flux_dev_abc1...mno34 (key_1) and key_5 may still be taken; delete what you",
    );
  });

  it("is given up by a logout, which says that the old key is still taken", async () => {
    const session = await savedOnly();
    const { code, stderr } = await session.run(["auth", "logout"]);
    assertEquals([code, isUnfinished(session)], [0, false]);
    assertStringIncludes(stderr, "flux_dev_abc1...mno34 (key_1)");
  });

  it("is undone by logout --revoke, together with both keys", async () => {
    const session = await savedOnly();
    const key = await keyIn(session);
    const { code, stderr } = await session.run(["auth", "logout", "--revoke"]);
    assertEquals([code, stderr, isUnfinished(session)], [0, "", false]);
    assertEquals([(await statusOf(key)).code, (await statusOf(DOCUMENTED_KEY)).code], [3, 3]);
  });

  it("sends no key to another platform, whatever was written of it", async () => {
    const session = homeWithKey();
    const other = listen(() => new Response(null, { status: 204 }));
    leaveUnfinished(session, { apiUrl: other.url });
    const { code } = await session.run(["auth", "logout", "--revoke"]);
    await other.stop();
    assertEquals([code, other.requests.length, (await statusOf(DOCUMENTED_KEY)).code], [0, 0, 3]);
  });

  it("is not passed over where what is written of it cannot be read, and ended by a login", async () => {
    const session = homeWithKey();
    Deno.writeTextFileSync(pendingFile(session), `{"old": {"apiKey": "${DOCUMENTED_KEY}"`);
    const { code, stderr } = await rotate(session);
    assertEquals([code, stderr.includes(DOCUMENTED_KEY)], [2, false]);
    assertStringIncludes(stderr, "cannot be read; log in to it again");
    await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    assertEquals((await rotate(session)).code, 0);
  });

  it("of a key that the profile has no more ends its old key, and names the other", async () => {
    const session = homeWithKey();
    leaveUnfinished(session, { oldId: "key_3", newId: "key_9", old: { apiKey: SECOND_KEY } });
    const { code, stderr } = await rotate(session);
    assertEquals([code, isUnfinished(session), (await statusOf(SECOND_KEY)).code], [0, false, 3]);
    assertStringIncludes(stderr, "Of a rotation before this one, key_9 may still be taken.");
  });

  const others: [string, Record<string, unknown>][] = [
    ["of keys that nobody has", { oldId: "key_3", newId: "key_9" }],
    ["at another platform", { apiUrl: "https://api.fluxloop.ai", newId: "key_9", old: { apiKey: SECOND_KEY } }],
  ];
  for (const [what, fields] of others) {
    it(`${what} is given up, its keys named and sent nowhere`, async () => {
      const session = homeWithKey();
      leaveUnfinished(session, fields);
      const { code, stderr }: Outcome = await rotate(session);
      assertEquals([code, isUnfinished(session), (await statusOf(SECOND_KEY)).code], [0, false, 0]);
      assertStringIncludes(stderr, "Of a rotation before this one, key_");
      assertStringIncludes(stderr, " and key_9 may still be taken.");
    });
  }

  it("removes an orphan that it was to be something else than what is wanted now", async () => {
    const session = homeWithKey();
    const request = { name: "My Development Key", expires_in: 3600 };
    const headers = {
      authorization: `Bearer ${DOCUMENTED_KEY}`,
      "idempotency-key": "a request",
      "content-type": "application/json",
    };
    const made = await ask(platform, "/api/api-keys", {
      method: "POST",
      headers,
      body: JSON.stringify(request),
    });
    const orphan = (await made.json()).key;
    leaveUnfinished(session, { wish: { name: "My Development Key", expiresIn: 3600 } });
    assertEquals((await rotate(session)).code, 0);
    assertEquals([(await statusOf(orphan)).code, (await statusOf(await keyIn(session))).code], [3, 0]);
  });
});
