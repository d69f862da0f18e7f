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

describe("auth rotate with a failing platform", () => {
  withPlatform();

  const failing: [string, Interceptor, string][] = [
    [
      "rejects the new key",
      (name, { headers }) =>
        name === "GET /api/auth/me" && headers.get("authorization") !== `Bearer ${DOCUMENTED_KEY}`
          ? Response.json({ code: "invalid_api_key", detail: "" }, { status: 401 })
          : undefined,
      "created a new key, but rejects it",
    ],
    [
      "creates a key with fewer permissions",
      (name, { headers }) =>
        name === "GET /api/auth/me" && headers.get("authorization") !== `Bearer ${DOCUMENTED_KEY}`
          ? Response.json({ account: {}, api_key: { id: "key_5", permissions: [] } })
          : undefined,
      "created a new key without some of the old key's permissions",
    ],
    [
      "can't create keys",
      (name) => name === "POST /api/api-keys" ? Response.json({ detail: "Not Found" }, { status: 404 }) : undefined,
      "doesn't support managing keys. Use its API keys page.",
    ],
    [
      "doesn't send the key's ID",
      (name) => name === "GET /api/auth/me" ? Response.json({ account: {} }) : undefined,
      "didn't send this key's ID",
    ],
  ];
  for (const [what, respond, message] of failing) {
    it(`changes nothing if the platform ${what}`, async () => {
      const server = intercept(respond);
      const session = homeWithKey(DOCUMENTED_KEY, server.url);
      const before = session.saved();
      const { code, stderr } = await rotate(session);
      await server.stop();
      assertEquals([code, session.saved(), isUnfinished(session)], [1, before, false]);
      assertStringIncludes(stderr, message);
      assertEquals((await keysOf(DOCUMENTED_KEY)).length, 1);
    });
  }

  it("keeps the old key if the platform reports each new key as already created", async () => {
    const server = intercept((name) =>
      name === "POST /api/api-keys" ? Response.json({ detail: "Conflict", id: "key_9" }, { status: 409 }) : undefined
    );
    const session = homeWithKey(DOCUMENTED_KEY, server.url);
    const { code, stderr } = await rotate(session);
    await server.stop();
    assertEquals([code, await keyIn(session)], [1, DOCUMENTED_KEY]);
    assertStringIncludes(stderr, "it was already created by an earlier request. Try again later.");
  });

  it("names the key to delete if the platform doesn't let a key revoke itself", async () => {
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

  it("reports a possible unused key after a proxy's web page, and recovers in the next rotation", async () => {
    let isIntercepting = true;
    const server = intercept((name) =>
      isIntercepting && name === "POST /api/api-keys"
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
    isIntercepting = false;
    assertEquals((await rotate(session)).code, 0);
    assertEquals((await keysOf(await keyIn(session))).length, 1);
    await server.stop();
  });
});
