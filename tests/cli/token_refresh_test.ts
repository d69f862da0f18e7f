import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { listen, type Listener } from "../support/listener.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const OLD = "fluxat_old_access_token_00000000000000000";
const NEW = "fluxat_new_access_token_00000000000000000";
const OLD_REFRESH = "fluxrt_old_refresh_token_0000000000000000";
const NEW_REFRESH = "fluxrt_new_refresh_token_0000000000000000";
const ME = { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [], api_key: null };
const CREDENTIAL = { access_token: NEW, refresh_token: NEW_REFRESH, expires_at: "2024-01-22T13:00:00Z" };

const listeners: Listener[] = [];

/** A platform that accepts the new access token, and the old one until it expires. */
function platform(refresh: () => Response | Promise<Response>, acceptsOld = false): Listener {
  const listener = listen((request) => {
    if (new URL(request.url).pathname === "/api/cli-connect/refresh") return refresh();
    const token = request.headers.get("authorization")?.slice("Bearer ".length);
    const isAccepted = token === NEW || (acceptsOld && token === OLD);
    return isAccepted
      ? Response.json(ME)
      : Response.json({ code: "expired_api_key", detail: "expired" }, { status: 401 });
  });
  listeners.push(listener);
  return listener;
}

const issue = (credential: unknown) => () => Response.json({ credential });
const paths = ({ requests }: Listener) => requests.map((it) => new URL(it.url).pathname);

/** A home with a browser login whose access token expires at this time. The current time is 12:00. */
function loggedIn(url: string, expires: string): Session {
  const session = new Session();
  session.save(
    `profiles:\n  default:\n    access_token: ${OLD}\n    refresh_token: ${OLD_REFRESH}\n` +
      `    access_token_expires: "${expires}"\n    account: john@example.com\n    api_url: "${url}"\n    note: mine\n`,
  );
  return session;
}

const EXPIRED = "2024-01-22T11:00:00.000Z";

describe("the tokens of a browser login", () => {
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.stop();
    removeTestHomes();
  });

  const times: [string, string, boolean][] = [
    ["an hour before they expire", "2024-01-22T13:00:00Z", false],
    ["five minutes and a second before they expire", "2024-01-22T12:05:01Z", false],
    ["five minutes before they expire", "2024-01-22T12:05:00Z", true],
    ["a minute before they expire", "2024-01-22T12:01:00Z", true],
    ["after they expire", EXPIRED, true],
    ["if their expiry is invalid", "soon", true],
  ];
  for (const [when, expires, isRefreshed] of times) {
    it(`are ${isRefreshed ? "refreshed" : "kept"} ${when}`, async () => {
      const server = platform(issue(CREDENTIAL), true);
      const session = loggedIn(server.url, expires);
      assertEquals((await session.run(["auth", "whoami"])).code, 0);
      assertEquals(paths(server), [...(isRefreshed ? ["/api/cli-connect/refresh"] : []), "/api/auth/me"]);
      assertEquals(session.saved()!.includes(NEW), isRefreshed);
    });
  }

  it("make the command fail if they can't be saved after the refresh", async () => {
    const server = platform(() => {
      session.save("profiles: [");
      return issue(CREDENTIAL)();
    });
    const session = loggedIn(server.url, EXPIRED);
    const { code, stderr } = await session.run(["auth", "whoami"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "~/.fluxloop/credentials isn't valid YAML");
  });

  const early = "2024-01-22T13:00:00Z";
  for (const command of [["auth", "whoami"], ["auth", "status"], ["apikeys", "list"]]) {
    it(`are refreshed once if the platform rejects them early, in ${command.join(" ")}`, async () => {
      const server = platform(issue(CREDENTIAL));
      const session = loggedIn(server.url, early);
      await session.run(command);
      const refreshes = paths(server).filter((it) => it.endsWith("/refresh")).length;
      assertEquals([refreshes, session.saved()!.includes(NEW)], [1, true]);
      assertEquals(server.requests.at(-1)!.headers.get("authorization"), `Bearer ${NEW}`);
    });

    it(`are reported as expired if the platform rejects both of them, in ${command.join(" ")}`, async () => {
      const { url } = platform(() => Response.json({ code: "invalid_refresh_token" }, { status: 401 }));
      const { code, stdout, stderr } = await loggedIn(url, early).run(command);
      assertEquals(code, 3);
      assertStringIncludes(
        stdout + stderr,
        'The browser login of profile "default" has expired or was revoked. Log in again: fluxloop auth login --web',
      );
    });
  }

  it("are reported as invalid if the platform rejects the new ones, too", async () => {
    const server = platform(issue({ ...CREDENTIAL, access_token: "fluxat_other_access_token_000000000000000" }));
    const { code } = await loggedIn(server.url, early).run(["auth", "whoami"]);
    assertEquals([code, paths(server)], [3, ["/api/auth/me", "/api/cli-connect/refresh", "/api/auth/me"]]);
  });

  it("are saved without changing the profile's other fields", async () => {
    const { url } = platform(issue(CREDENTIAL));
    const session = loggedIn(url, EXPIRED);
    await session.run(["auth", "whoami"]);
    const saved = session.saved()!;
    assertStringIncludes(saved, `access_token: ${NEW}\n    refresh_token: ${NEW_REFRESH}\n`);
    assertStringIncludes(saved, 'access_token_expires: "2024-01-22T13:00:00.000Z"\n');
    assertStringIncludes(saved, "note: mine");
    assert(!saved.includes(OLD) && !saved.includes(OLD_REFRESH), saved);
  });

  it("keep the refresh token if the response omits it, and expire in an hour by default", async () => {
    const { url } = platform(issue({ access_token: NEW }));
    const session = loggedIn(url, EXPIRED);
    assertEquals((await session.run(["auth", "whoami"])).code, 0);
    assertStringIncludes(session.saved()!, `refresh_token: ${OLD_REFRESH}\n`);
    assertStringIncludes(session.saved()!, 'access_token_expires: "2024-01-22T13:00:00.000Z"\n');
  });

  for (const status of [400, 401, 403, 404]) {
    it(`are reported as expired if the refresh fails with ${status}`, async () => {
      const { url } = platform(() => Response.json({ detail: "no" }, { status }));
      const session = loggedIn(url, EXPIRED);
      const before = session.saved();
      assertEquals(await session.run(["auth", "whoami"]), {
        code: 3,
        stdout: "",
        stderr:
          '❌ Error: The browser login of profile "default" has expired or was revoked. Log in again: fluxloop auth login --web\n',
      });
      assertEquals(session.saved(), before);
    });
  }

  it("are reported as expired by auth status --json", async () => {
    const { url } = platform(() => Response.json({ detail: "no" }, { status: 401 }));
    const { code, stdout } = await loggedIn(url, EXPIRED).run(["auth", "status", "--json"]);
    const { authenticated, error } = JSON.parse(stdout);
    assertEquals([code, authenticated, error.code], [3, false, "login_ended"]);
  });

  it("are used until they expire if they can't be refreshed", async () => {
    const { url } = platform(() => new Response("", { status: 503 }), true);
    assertEquals((await loggedIn(url, "2024-01-22T12:01:00Z").run(["auth", "whoami"])).code, 0);
  });

  it("aren't used after they expire", async () => {
    const { url } = platform(() => new Response("", { status: 503 }));
    assertEquals((await loggedIn(url, EXPIRED).run(["auth", "token"])).code, 1);
  });

  it("are requested only once, because a refresh token may be single-use", async () => {
    const server = platform(() => new Response("", { status: 503 }));
    await loggedIn(server.url, EXPIRED).run(["auth", "token"]);
    assertEquals(paths(server), ["/api/cli-connect/refresh"]);
  });

  it("let auth status show the saved details without a connection", async () => {
    const { url, stop } = platform(issue(CREDENTIAL));
    await stop();
    listeners.length = 0;
    const { code, stdout } = await loggedIn(url, EXPIRED).run(["auth", "status"]);
    assertEquals([code, stdout], [
      4,
      "⚠️  Not verified: showing the details saved at the last login\n\nProfile: default\nAccount: john@example.com\n" +
      "Logged in through the browser, with all permissions of your account\n",
    ]);
  });

  it("aren't refreshed if the new ones couldn't be saved", async () => {
    const server = platform(issue(CREDENTIAL));
    const session = loggedIn(server.url, EXPIRED);
    // A folder in place of the temporary file.
    Deno.mkdirSync(`${session.world.credentials}.new/x`, { recursive: true });
    assertEquals((await session.run(["auth", "whoami"])).code, 2);
    assertEquals(server.requests.length, 0);
  });

  it("are refreshed once by concurrent commands", async () => {
    const server = platform(issue(CREDENTIAL));
    const session = loggedIn(server.url, EXPIRED);
    const runs = await Promise.all(Array.from({ length: 8 }, () => session.run(["auth", "whoami"])));
    assertEquals(runs.map((it) => it.code), Array(8).fill(0));
    assertEquals(paths(server).filter((it) => it.endsWith("/refresh")).length, 1);
  });

  it("aren't saved if auth logout runs during auth whoami", async () => {
    const response = Promise.withResolvers<Response>();
    const requested = Promise.withResolvers<void>();
    const { url } = platform(() => {
      requested.resolve();
      return response.promise;
    });
    const session = loggedIn(url, EXPIRED);
    const whoami = session.run(["auth", "whoami"]);
    await requested.promise;
    await session.run(["auth", "logout"]);
    response.resolve(issue(CREDENTIAL)());
    await whoami;
    assert(!session.saved()!.includes(NEW), session.saved()!);
  });

  it("are shown by auth status as a browser login", async () => {
    const { url } = platform(issue(CREDENTIAL));
    const { stdout } = await loggedIn(url, EXPIRED).run(["auth", "status"]);
    assertEquals(
      stdout,
      "✅ Authenticated\n\nProfile: default\nAccount: john@example.com\nOrganizations: none\n\n" +
        "Logged in through the browser, with all permissions of your account\n",
    );
  });

  it("are never shown or logged", async () => {
    const { url } = platform(issue(CREDENTIAL));
    const { stdout, stderr } = await loggedIn(url, EXPIRED).run(["auth", "status", "-v", "--json"]);
    for (const secret of [OLD, NEW, OLD_REFRESH, NEW_REFRESH]) assert(!(stdout + stderr).includes(secret), secret);
  });

  it("aren't reported as expired after a proxy's web page", async () => {
    const page = new Response("<html>Forbidden</html>", { status: 403, headers: { "content-type": "text/html" } });
    const session = loggedIn(platform(() => page.clone()).url, "2024-01-22T11:00:00Z");
    const { code, stderr } = await session.run(["auth", "token"]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "and a web page");
  });

  it("aren't saved if auth logout runs during auth token", async () => {
    const refresh = async () => {
      await session.run(["auth", "logout"]);
      return Response.json({ credential: CREDENTIAL });
    };
    const session: Session = loggedIn(platform(refresh).url, "2024-01-22T11:00:00Z");
    await session.run(["auth", "token"]);
    assertEquals(session.saved()?.includes("fluxat_"), false);
  });
});
