import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, REVOKED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

describe("auth logout --revoke", () => {
  let platform: TestPlatform;
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(async () => {
    await platform.stop();
    removeTestHomes();
  });

  /** A home with these profiles at this platform. */
  function home(url: string, ...profiles: [string, string][]): Session {
    const session = new Session();
    const fields = (key: string) => `    ${key}\n    api_url: "${url}"\n`;
    session.save("profiles:\n" + profiles.map(([name, key]) => `  ${name}:\n${fields(key)}`).join(""));
    return session;
  }
  const logout = (it: Session, ...options: string[]) => it.run(["auth", "logout", "--revoke", ...options]);
  const statusOf = async (key: string) =>
    (await new Session().run(["auth", "status", "--api-key", key, "--api-url", platform.url])).code;

  it("revokes the key, then removes it", async () => {
    const session = home(platform.url, ["default", `api_key: ${DOCUMENTED_KEY}`]);
    assertEquals(await logout(session), {
      code: 0,
      stdout: "✅ Logged out from profile: default\n✅ Revoked on the platform\n",
      stderr: "",
    });
    assertEquals([await statusOf(DOCUMENTED_KEY), session.saved()!.includes(DOCUMENTED_KEY)], [3, false]);
  });

  it("removes a key that is already invalid", async () => {
    const session = home(platform.url, ["default", `api_key: ${REVOKED_KEY}`]);
    assertEquals([(await logout(session)).code, session.saved()!.includes(REVOKED_KEY)], [0, false]);
  });

  it("removes nothing if the platform can't be reached", async () => {
    const session = home("http://127.0.0.1:1", ["default", `api_key: ${DOCUMENTED_KEY}`]);
    const before = session.saved();
    const { code, stdout } = await logout(session);
    assertEquals([code, stdout, session.saved()], [4, "", before]);
  });

  it("removes nothing if the platform doesn't let a key revoke itself", async () => {
    const old = listen(({ method }) =>
      method === "GET" ? Response.json({ account: {}, api_key: { id: "key_1" } }) : Response.json({}, { status: 404 })
    );
    const session = home(old.url, ["default", `api_key: ${DOCUMENTED_KEY}`]);
    const before = session.saved();
    const { code, stderr } = await logout(session);
    await old.stop();
    assertEquals([code, session.saved()], [1, before]);
    assertStringIncludes(stderr, "doesn't let a key revoke itself. Delete it on the platform's API keys page.\n");
  });

  it("doesn't revoke a key that can't be removed", async () => {
    const session = home(platform.url, ["default", `api_key: ${DOCUMENTED_KEY}`]);
    Deno.mkdirSync(`${session.world.credentials}.new/x`, { recursive: true });
    assertEquals([(await logout(session)).code, await statusOf(DOCUMENTED_KEY)], [2, 0]);
  });

  it("reports a revoked key that can't be removed", async () => {
    const session = new Session();
    const server = listen(({ method }) => {
      if (method === "GET") return Response.json({ account: {}, api_key: { id: "key_1" } });
      session.save("profiles: [");
      return new Response(null, { status: 204 });
    });
    session.save(`profiles:\n  default:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "${server.url}"\n`);
    const { code, stderr } = await logout(session);
    await server.stop();
    assertEquals(code, 1);
    assertStringIncludes(
      stderr,
      "The credentials are revoked but still saved here. ~/.fluxloop/credentials isn't valid",
    );
  });

  it("revokes a browser login", async () => {
    const sent: unknown[] = [];
    const server = listen(async (request) => {
      sent.push([new URL(request.url).pathname, request.headers.get("authorization"), await request.json()]);
      return new Response(null, { status: 204 });
    });
    const tokens =
      'access_token: fluxat_x\n    refresh_token: fluxrt_y\n    access_token_expires: "2024-01-22T13:00:00Z"';
    const session = home(server.url, ["default", tokens]);
    const { code } = await logout(session);
    await server.stop();
    assertEquals([code, session.saved()!.includes("fluxrt_y")], [0, false]);
    assertEquals(sent, [["/api/cli-connect/revoke", null, { refresh_token: "fluxrt_y" }]]);
  });

  it("revokes the keys of all profiles with --all", async () => {
    const created = await new Session({ env: { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url } })
      .run(["apikeys", "create", "--name", "second", "-q"]);
    const second = created.stdout.trim();
    const session = home(platform.url, ["default", `api_key: ${DOCUMENTED_KEY}`], ["dev", `api_key: ${second}`]);
    assertEquals((await logout(session, "--all")).code, 0);
    assertEquals([await statusOf(DOCUMENTED_KEY), await statusOf(second)], [3, 3]);
  });

  it("warns that FLUXLOOP_API_KEY is still set", async () => {
    const session = home(platform.url, ["default", `api_key: ${DOCUMENTED_KEY}`]);
    const { stderr } = await session.run(["auth", "logout"], { env: { FLUXLOOP_API_KEY: "flux_dev_other" } });
    const text = "⚠️  FLUXLOOP_API_KEY is still set, and commands use its key until you unset it.\n";
    assertEquals(stderr, text);
  });
});
