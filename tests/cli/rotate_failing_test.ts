import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import {
  homeWithKey,
  intercept,
  type Interceptor,
  isUnfinished,
  keyIn,
  keysOf,
  rotate,
  withPlatform,
} from "../support/rotating.ts";

describe("auth rotate and a platform that fails", () => {
  withPlatform();

  const failing: [string, Interceptor, string][] = [
    [
      "does not take the new key",
      (name, { headers }) =>
        name === "GET /api/auth/me" && headers.get("authorization") !== `Bearer ${DOCUMENTED_KEY}`
          ? Response.json({ code: "invalid_api_key", detail: "" }, { status: 401 })
          : undefined,
      "created a new key, but rejects it",
    ],
    [
      "makes one that may do less",
      (name, { headers }) =>
        name === "GET /api/auth/me" && headers.get("authorization") !== `Bearer ${DOCUMENTED_KEY}`
          ? Response.json({ account: {}, api_key: { id: "key_5", permissions: [] } })
          : undefined,
      "created a new key without some of the old key's permissions",
    ],
    [
      "lets no keys be made",
      (name) => name === "POST /api/api-keys" ? Response.json({ detail: "Not Found" }, { status: 404 }) : undefined,
      "doesn't support managing keys. Use its API keys page.",
    ],
    [
      "does not tell which key it is",
      (name) => name === "GET /api/auth/me" ? Response.json({ account: {} }) : undefined,
      "didn't send this key's ID",
    ],
  ];
  for (const [what, answer, message] of failing) {
    it(`leaves all as it was where it ${what}`, async () => {
      const server = intercept(answer);
      const session = homeWithKey(DOCUMENTED_KEY, server.url);
      const before = session.saved();
      const { code, stderr } = await rotate(session);
      await server.stop();
      assertEquals([code, session.saved(), isUnfinished(session)], [1, before, false]);
      assertStringIncludes(stderr, message);
      assertEquals((await keysOf(DOCUMENTED_KEY)).length, 1);
    });
  }

  it("keeps the old key where each new key is said to have been created earlier", async () => {
    const server = intercept((name) =>
      name === "POST /api/api-keys" ? Response.json({ detail: "Conflict", id: "key_9" }, { status: 409 }) : undefined
    );
    const session = homeWithKey(DOCUMENTED_KEY, server.url);
    const { code, stderr } = await rotate(session);
    await server.stop();
    assertEquals([code, await keyIn(session)], [1, DOCUMENTED_KEY]);
    assertStringIncludes(stderr, "it was already created by an earlier request. Try again later.");
  });

  it("says which key to delete where the platform doesn't let a key revoke itself", async () => {
    const server = intercept((name) =>
      name.startsWith("DELETE ") ? Response.json({ detail: "Not Found" }, { status: 404 }) : undefined
    );
    const session = homeWithKey(DOCUMENTED_KEY, server.url);
    const { code, stdout, stderr } = await rotate(session);
    assertEquals([code, isUnfinished(session)], [1, false]);
    assertStringIncludes(stdout, '✅ Profile "default" has a new key: ');
    assertStringIncludes(stderr, "doesn't let a key revoke itself. Delete key_1 on the platform's API keys page.\n");
    assertEquals((await session.run(["auth", "status"])).code, 0);
    await server.stop();
  });

  it("says where a web page answers in the platform's place that a key may be left, and removes it later", async () => {
    let isBetween = true;
    const server = intercept((name) =>
      isBetween && name === "POST /api/api-keys"
        ? new Response("<!doctype html>", { status: 403, headers: { "content-type": "text/html" } })
        : undefined
    );
    const session = homeWithKey(DOCUMENTED_KEY, server.url);
    const { code, stderr } = await rotate(session);
    assertEquals([code, isUnfinished(session)], [1, true]);
    assertStringIncludes(
      stderr,
      "an unused new key may have been created. To revoke the new key and rotate again, run: fluxloop auth rotate\n",
    );
    isBetween = false;
    assertEquals((await rotate(session)).code, 0);
    assertEquals((await keysOf(await keyIn(session))).length, 1);
    await server.stop();
  });
});
