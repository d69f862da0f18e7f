import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MAX_REQUESTS } from "../../src/auth/rotate.ts";
import { ask } from "../embedded_platform/running_platform.ts";
import { Computer } from "../support/interrupted_rotation.ts";
import { DOCUMENTED_KEY, SECOND_KEY } from "../support/platform.ts";
import {
  addUnfinishedRotation,
  homeWith,
  homeWithKey,
  intercept,
  isUnfinished,
  keyIn,
  keysOf,
  masked,
  platform,
  rotate,
  statusOf,
  withPlatform,
} from "../support/rotating.ts";
import type { Session } from "../support/session.ts";

const REQUEST = { name: "My Development Key", expiresIn: 3600 };
const REQUESTED = {
  phase: "requested",
  idempotency_key: "a request",
  key_id: "key_1",
  request: JSON.stringify(REQUEST),
};

describe("an interrupted rotation", () => {
  withPlatform();

  /** A home whose new key is saved and whose old key isn't revoked yet. */
  async function replaced(): Promise<Session> {
    const server = intercept((name) => name.startsWith("DELETE") ? new Response(null, { status: 500 }) : undefined);
    const session = homeWithKey(DOCUMENTED_KEY, server.url);
    assertEquals((await rotate(session)).code, 1);
    await server.stop();
    session.save(session.saved()!.replace(server.url, platform.url));
    return session;
  }

  /** A home whose interrupted request has created a key that was never received. */
  async function requested(): Promise<{ readonly session: Session; readonly orphan: string }> {
    const session = homeWithKey();
    session.save(`${session.saved()}    key_id: key_1\n`);
    addUnfinishedRotation(session, REQUESTED);
    const headers = {
      authorization: `Bearer ${DOCUMENTED_KEY}`,
      "idempotency-key": REQUESTED.idempotency_key,
      "content-type": "application/json",
    };
    const body = JSON.stringify({ name: REQUEST.name, expires_in: REQUEST.expiresIn });
    const created = await ask(platform, "/api/api-keys", { method: "POST", headers, body });
    return { session, orphan: (await created.json()).key };
  }

  it("is finished by the next rotation", async () => {
    const session = await replaced();
    const key = await keyIn(session);
    const { code, stdout } = await rotate(session);
    assertEquals([code, isUnfinished(session), await keyIn(session)], [0, false, key]);
    assertStringIncludes(
      stdout,
      `✅ Finished the interrupted rotation of profile "default". New key: ${masked(key)}\n`,
    );
    assertEquals((await statusOf(DOCUMENTED_KEY)).code, 3);
  });

  it("is reported by list, status and doctor", async () => {
    const session = await replaced();
    const warning = '⚠️  The rotation of profile "default" isn\'t finished. Finish it: fluxloop auth rotate\n';
    assertEquals((await session.run(["auth", "list"])).stderr, warning);
    assertEquals((await session.run(["auth", "status"])).stderr, warning);
    assertEquals(JSON.parse((await session.run(["auth", "list", "--json"])).stdout).profiles[0].rotation, "unfinished");
    assertEquals(JSON.parse((await session.run(["auth", "status", "--json"])).stdout).rotation, "unfinished");
    assertStringIncludes(
      (await session.run(["auth", "doctor"])).stdout,
      'Rotation: not finished for profile "default"',
    );
  });

  it("can still be finished after a login with the same key", async () => {
    const session = await replaced();
    const { stderr } = await session.run(["auth", "login", "--api-key", await keyIn(session)]);
    assertEquals([stderr, isUnfinished(session)], ["", true]);
    assertEquals((await rotate(session)).code, 0);
    assertEquals((await keysOf(await keyIn(session))).length, 1);
  });

  it("doesn't revoke the old key if another process restores it during the rotation", async () => {
    const session = await replaced();
    const saved = session.saved()!;
    const old = saved.replace(/ *rotation:\n(?: {6}.*\n)*/, "").replace(/api_key: .*/, `api_key: ${DOCUMENTED_KEY}`);
    const server = intercept((name) => {
      if (name === "GET /api/auth/me") session.save(old.replace(platform.url, server.url));
      return undefined;
    });
    session.save(saved.replace(platform.url, server.url));
    const { code, stderr } = await rotate(session);
    await server.stop();
    assertEquals([code, (await statusOf(DOCUMENTED_KEY)).code], [1, 0]);
    assertStringIncludes(stderr, 'Another process changed profile "default" during the rotation');
  });

  for (const request of ["{", "[]", "null", "flux_dev_no_json"]) {
    it(`stops the next rotation without changes if its saved request is invalid: ${request}`, async () => {
      const session = homeWithKey();
      addUnfinishedRotation(session, { ...REQUESTED, request });
      const before = session.saved();
      const { code, stderr } = await rotate(session);
      assertEquals([code, session.saved()], [2, before]);
      assertEquals(stderr.includes("no_json"), false);
    });
  }

  it("is abandoned by a login with another key, which lists the keys that may still be valid", async () => {
    const session = await replaced();
    const { code, stderr } = await session.run(["auth", "login", "--api-key", SECOND_KEY]);
    assertEquals([code, isUnfinished(session)], [0, false]);
    assertStringIncludes(
      stderr,
      "was abandoned. These keys may still be valid: flux_dev_abc1...mno34 (key_1) and flux_dev_",
    );
  });

  it("is abandoned by a logout, which names the old key", async () => {
    const session = await replaced();
    const { code, stderr } = await session.run(["auth", "logout"]);
    assertEquals(code, 0);
    assertStringIncludes(stderr, "These keys may still be valid: flux_dev_abc1...mno34 (key_1). Delete");
  });

  it("is undone by logout --revoke, which revokes both keys", async () => {
    const session = await replaced();
    const key = await keyIn(session);
    const { code, stderr } = await session.run(["auth", "logout", "--revoke"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals([(await statusOf(key)).code, (await statusOf(DOCUMENTED_KEY)).code], [3, 3]);
  });

  it("is undone by logout --revoke, which also revokes the orphaned key", async () => {
    const { session, orphan } = await requested();
    const { code, stderr } = await session.run(["auth", "logout", "--revoke"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals([(await statusOf(orphan)).code, (await statusOf(DOCUMENTED_KEY)).code], [3, 3]);
  });

  it("is replaced by a rotation with other settings, which revokes the orphaned key", async () => {
    const { session, orphan } = await requested();
    assertEquals((await rotate(session)).code, 0);
    assertEquals([(await statusOf(orphan)).code, (await statusOf(await keyIn(session))).code], [3, 0]);
  });

  it("is reported with the requesting key if the profile's key was replaced by hand", async () => {
    const session = homeWithKey(SECOND_KEY);
    addUnfinishedRotation(session, REQUESTED);
    const { code, stderr } = await rotate(session);
    assertEquals([code, isUnfinished(session)], [0, false]);
    assertStringIncludes(stderr, "⚠️  Keys from an earlier rotation may still be valid: key_1. Delete");
  });

  it("doesn't revoke the previous key if it was restored to the profile", async () => {
    const session = homeWithKey();
    addUnfinishedRotation(session, { phase: "replaced", previous_key: DOCUMENTED_KEY, previous_key_id: "key_1" });
    const { code, stdout } = await rotate(session);
    assertEquals([code, isUnfinished(session), (await statusOf(await keyIn(session))).code], [0, false, 0]);
    assertStringIncludes(stdout, '✅ Profile "default" has a new key');
  });

  it("is finished by rotating another profile with the same key", async () => {
    const { session: one, orphan } = await requested();
    const session = homeWith({ two: `api_key: ${DOCUMENTED_KEY}` });
    session.save(session.saved()! + one.saved()!.replace("profiles:\n", ""));
    assertEquals((await rotate(session, "--profile", "two")).code, 0);
    assertEquals([(await statusOf(orphan)).code, await keyIn(session), isUnfinished(session)], [
      3,
      await keyIn(session, "two"),
      false,
    ]);
  });

  it("is finished by rotating another profile that still has the previous key", async () => {
    const session = await replaced();
    const entry = `  two:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "${platform.url}"\n`;
    session.save(session.saved()! + entry);
    const key = await keyIn(session);
    const { code, stdout } = await rotate(session, "--profile", "two");
    assertEquals([code, await keyIn(session), await keyIn(session, "two")], [0, key, key]);
    assertStringIncludes(stdout, '✅ Finished the interrupted rotation of profile "two"');
    assertStringIncludes(stdout, 'also in profile "default"\n');
    assertEquals([isUnfinished(session), (await statusOf(DOCUMENTED_KEY)).code, (await keysOf(key)).length], [
      false,
      3,
      1,
    ]);
  });

  it("fails if another process replaces the key while the old one is revoked", async () => {
    const session = homeWith({ default: `api_key: ${DOCUMENTED_KEY}` });
    const server = intercept((name) => {
      if (name.startsWith("DELETE")) session.save(session.saved()!.replace(/api_key: .*/, `api_key: ${SECOND_KEY}`));
      return undefined;
    });
    session.save(session.saved()!.replace(platform.url, server.url));
    const { code, stderr } = await rotate(session);
    await server.stop();
    assertEquals([code, await keyIn(session)], [1, SECOND_KEY]);
    assertStringIncludes(stderr, 'Another process changed profile "default" during the rotation');
  });

  const malformed: [string, string][] = [
    ["an unknown phase", "{phase: finished, previous_key_id: key_0}"],
    ["no phase", "{previous_key: flux_dev_previous, previous_key_id: key_0}"],
    ["a previous key without its ID", "{phase: replaced, previous_key: flux_dev_previous}"],
    ["an invalid date", "{phase: replaced, previous_key_id: key_0, previous_key_until: soon}"],
    ["a request without a key ID", "{phase: requested, idempotency_key: a, request: '{}'}"],
    ["a string instead of fields", "replaced"],
  ];
  for (const [what, entry] of malformed) {
    it(`isn't overwritten if its entry has ${what}`, async () => {
      const session = homeWithKey();
      session.save(`${session.saved()}    rotation: ${entry}\n`);
      const before = session.saved();
      const { code, stderr } = await rotate(session);
      assertEquals([code, session.saved(), (await keysOf(DOCUMENTED_KEY)).length], [2, before, 1]);
      assertStringIncludes(
        stderr,
        'The rotation entry of profile "default" in ~/.fluxloop/credentials is invalid.',
      );
      assertEquals(stderr.includes("flux_dev_"), false);
    });
  }

  it("is reported if its entry in another profile with the same key is invalid", async () => {
    const session = homeWith({
      default: `api_key: ${DOCUMENTED_KEY}`,
      ci: `api_key: ${DOCUMENTED_KEY}\n    rotation: x`,
    });
    const before = session.saved();
    const { code, stderr } = await rotate(session);
    assertEquals([code, session.saved()], [2, before]);
    assertStringIncludes(stderr, 'The rotation entry of profile "ci"');
  });

  it("doesn't stop the rotation of another key if its entry in a keychain profile is invalid", async () => {
    const computer = new Computer();
    computer.save("credential_helper: pass\nprofiles:\n");
    const options = ["--storage", "keychain", "--api-url", platform.url];
    await computer.run("auth", "login", ...options, "--profile", "ci", "--api-key", SECOND_KEY);
    computer.save(`${computer.saved.file}    rotation: x\n`);
    await computer.run("auth", "login", ...options, "--api-key", DOCUMENTED_KEY);
    assertEquals((await computer.rotate()).report.failure, null);
  });

  it("isn't reported by other commands if its entry is invalid", async () => {
    const session = homeWithKey();
    session.save(`${session.saved()}    rotation: x\n`);
    for (const command of ["status", "list", "token"]) {
      const { code, stderr } = await session.run(["auth", command]);
      assertEquals([code, stderr], [0, ""], command);
    }
  });

  it("makes no more requests than other rotations wait for, even if it starts over", async () => {
    const { session } = await requested();
    const server = intercept(() => undefined);
    session.save(session.saved()!.replace(platform.url, server.url));
    const { code } = await rotate(session, "--expires", "2h");
    await server.stop();
    assertEquals(code, 0);
    assert(server.requests.length <= MAX_REQUESTS, `${server.requests.length} requests`);
  });
});
