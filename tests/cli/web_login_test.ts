import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { listen, type Listener } from "../support/listener.ts";
import { Session } from "../support/session.ts";
import { itOnUnix, modeOf } from "../support/systems.ts";
import { removeTestHomes } from "../support/world.ts";

const ACCESS = "fluxat_first_access_token_0000000000000000";
const REFRESH = "fluxrt_first_refresh_token_000000000000000";
const DEVICE = "device_code_that_nobody_must_see_000000000";
/** The file of a pending login. */
const PENDING = "pending-login.default.json";
const ME = { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [], api_key: null };

/** The platform's responses to the polls, in order; the last one is repeated. */
type Polls = (Record<string, unknown> | (() => Response))[];

const APPROVED = {
  status: "approved",
  credential: {
    access_token: ACCESS,
    refresh_token: REFRESH,
    expires_at: "2024-01-22T13:00:00Z",
    user_id: "usr_1",
    user_email: "john@example.com",
  },
};

const listeners: Listener[] = [];

function platform(polls: Polls, start: Record<string, unknown> = {}): Listener {
  let count = 0;
  const listener: Listener = listen(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/cli-connect/start") {
      return Response.json({
        device_code: DEVICE,
        user_code: "BCDF-GHJK",
        verification_url: `${listener.url}/connect?code=BCDF-GHJK`,
        expires_in: 600,
        interval: 5,
        ...start,
      });
    }
    if (pathname === "/api/cli-connect/complete") {
      assertEquals(await request.json(), { device_code: DEVICE });
      const poll = polls[Math.min(count++, polls.length - 1)];
      return typeof poll === "function" ? poll() : Response.json(poll);
    }
    if (request.headers.get("authorization") !== `Bearer ${ACCESS}`) return Response.json({}, { status: 401 });
    return Response.json(ME);
  });
  listeners.push(listener);
  return listener;
}

const unexpected = (what: string) =>
  `❌ Error: Unexpected response from {host}: ${what}. Check the API URL, or upgrade fluxloop.\n`;
const web = (url: string, ...more: string[]) => ["auth", "login", "--web", "--api-url", url, ...more];

describe("auth login --web", () => {
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.stop();
    removeTestHomes();
  });

  it("shows the URL and the code, waits for approval and saves the tokens", async () => {
    const { url } = platform([{ status: "pending" }, { status: "pending" }, APPROVED]);
    const session = new Session({ os: "linux" });
    const { code, stdout, stderr } = await session.run(web(url));
    assertEquals([code, stdout.split("\n")[0]], [0, "✅ Successfully authenticated!"]);
    assertStringIncludes(stderr, `Open this page and approve the login there:\n  ${url}/connect?code=BCDF-GHJK\n`);
    assertStringIncludes(stderr, "Check that the page shows this code: BCDF-GHJK\n");
    assertStringIncludes(session.saved()!, `access_token: ${ACCESS}\n    refresh_token: ${REFRESH}\n`);
  });

  it("doesn't show the device code or tokens", async () => {
    const { url } = platform([{ status: "pending" }, APPROVED]);
    const { stdout, stderr } = await new Session().run(web(url, "-v"));
    for (const secret of [ACCESS, REFRESH, DEVICE]) assert(!(stdout + stderr).includes(secret), secret);
  });

  it("sends the device code to the platform without any key", async () => {
    const { url, requests } = platform([APPROVED]);
    await new Session({ env: { FLUXLOOP_API_KEY: "flux_dev_environment000000000" } }).run(web(url));
    assertEquals(requests.map((it) => it.headers.get("authorization")), [null, null, `Bearer ${ACCESS}`]);
  });

  it("saves tokens that other commands use", async () => {
    const { url } = platform([APPROVED]);
    const session = new Session();
    await session.run(web(url));
    const { code, stdout } = await session.run(["auth", "whoami"]);
    assertEquals([code, stdout.split("\n")[0]], [0, "john@example.com"]);
  });

  it("replaces the profile's key", async () => {
    const { url } = platform([APPROVED]);
    const session = new Session();
    session.save('profiles:\n  default:\n    api_key: flux_dev_old\n    expires: "2024-04-15"\n    note: mine\n');
    await session.run(web(url));
    assert(!session.saved()!.includes("api_key"), session.saved()!);
    assertStringIncludes(session.saved()!, "note: mine");
  });

  const outcomes: [string, Polls, number, string][] = [
    ["denied", [{ status: "denied" }], 3, "❌ Error: The login was denied in the browser. Nothing was saved.\n"],
    [
      "expired",
      [{ status: "pending" }, { status: "expired" }],
      3,
      "❌ Error: The code expired before the login was approved. Start again: fluxloop auth login --web\n",
    ],
    [
      "forgotten by the platform",
      [() => Response.json({ detail: "Not found" }, { status: 404 })],
      3,
      "❌ Error: The code expired before the login was approved. Start again: fluxloop auth login --web\n",
    ],
    [
      "in an unknown status",
      [{ status: "perhaps" }],
      1,
      unexpected("status isn't a known status"),
    ],
    [
      "approved without tokens",
      [{ status: "approved" }],
      1,
      unexpected("credential isn't an object"),
    ],
    [
      "approved with an invalid token",
      [{ status: "approved", credential: { access_token: "a\nb", refresh_token: "c" } }],
      1,
      unexpected("credential.access_token isn't a valid key or token"),
    ],
    [
      "intercepted by a proxy's web page",
      [() => new Response("<html>Not found</html>", { status: 404 })],
      1,
      "❌ Error: {host} responded to POST /api/cli-connect/complete with HTTP 404 and a web page, probably a sign-in page " +
      "or a proxy's error page. Check the API URL and the proxy settings.\n",
    ],
  ];
  for (const [what, polls, exit, text] of outcomes) {
    it(`saves nothing and reports the reason if the login is ${what}`, async () => {
      const { url } = platform(polls);
      const session = new Session();
      const { code, stderr } = await session.run(web(url));
      const expected = text.replace("{host}", new URL(url).host);
      assertEquals([code, stderr.slice(-expected.length)], [exit, expected]);
      assert(!(session.saved() ?? "").includes("profiles"), session.saved() ?? "");
    });
  }

  const pauses: [string, Polls, Record<string, unknown>, number[]][] = [
    ["for the platform's interval", [{ status: "pending" }, APPROVED], { interval: 7 }, [7000, 7000]],
    ["for five seconds by default", [APPROVED], { interval: undefined }, [5000]],
    ["for the interval in the older field interval_sec", [APPROVED], { interval: undefined, interval_sec: 9 }, [9000]],
    [
      "five seconds longer after each slow_down",
      [{ status: "slow_down" }, { status: "pending" }, { status: "slow_down" }, APPROVED],
      {},
      [5000, 10_000, 10_000, 15_000],
    ],
    [
      "as long as Retry-After requires",
      [() => new Response("", { status: 429, headers: { "retry-after": "30" } }), APPROVED],
      {},
      [5000, 30_000],
    ],
    [
      "at least for the interval, however long it is",
      [{ status: "slow_down" }, () => new Response("", { status: 500 }), APPROVED],
      { interval: 100 },
      [100_000, 100_000, 100_000],
    ],
    [
      "longer after each platform error",
      [() => new Response("", { status: 500 }), () => new Response("", { status: 502 }), APPROVED],
      {},
      [5000, 10_000, 20_000],
    ],
  ];
  for (const [what, polls, start, expected] of pauses) {
    it(`waits ${what}`, async () => {
      const { url } = platform(polls, start);
      const session = new Session();
      const { code, pauses } = await session.observe(web(url));
      assertEquals([code, pauses], [0, expected]);
    });
  }

  for (const status of [403, 404, 410]) {
    const page = () => new Response("<html>No</html>", { status, headers: { "content-type": "text/html" } });

    it(`keeps waiting after a proxy's web page with HTTP ${status}`, async () => {
      const { url } = platform([page, page, APPROVED]);
      const { code } = await new Session().run(web(url));
      assertEquals(code, 0);
    });

    it(`keeps a pending login if a proxy always sends a web page with HTTP ${status}`, async () => {
      const { url } = platform([page]);
      const session = new Session();
      await session.run(web(url, "--no-wait"));
      const { code, stderr } = await session.run(["auth", "login", "--resume"]);
      const file = `${session.world.home}/.fluxloop/pending-login.default.json`;
      assertEquals([code, JSON.parse(Deno.readTextFileSync(file)).deviceCode], [1, DEVICE]);
      assert(!/denied|expired/.test(stderr), stderr);
    });
  }

  it("gives up if the platform keeps failing", async () => {
    const { url, requests } = platform([() => new Response("", { status: 500 })]);
    const { code } = await new Session().run(web(url));
    assertEquals([code, requests.length], [1, 7]);
  });

  const pages: [string, string][] = [
    ["a file URL", "file:///etc/passwd"],
    ["a script URL", "javascript:alert(1)"],
    ["a plain http URL", "http://example.com/connect"],
    ["a relative URL", "connect"],
  ];
  for (const [what, page] of pages) {
    it(`rejects ${what} for the approval page`, async () => {
      const { url } = platform([APPROVED], { verification_url: page });
      const { code, stderr } = await new Session().run(web(url));
      const text = unexpected("verification_url isn't an https URL").replace("{host}", new URL(url).host);
      assertEquals([code, stderr], [1, text]);
    });
  }

  const browsers: [string, typeof Deno.build.os, Record<string, string>, string[], string[] | undefined][] = [
    ["opens the page if there is a display", "linux", { DISPLAY: ":0" }, [], ["xdg-open"]],
    ["opens the page with BROWSER", "linux", { BROWSER: "firefox --new-window" }, [], ["firefox", "--new-window"]],
    ["replaces %s in BROWSER with the URL", "linux", { BROWSER: "chromium --app=%s -x" }, [], [
      "chromium",
      "--app=PAGE",
      "-x",
    ]],
    ["uses the first command in BROWSER", "linux", { BROWSER: "firefox:w3m %s" }, [], ["firefox"]],
    ["opens nothing with BROWSER=none", "linux", { BROWSER: "none", DISPLAY: ":0" }, [], undefined],
    ["opens nothing in CI", "linux", { CI: "true", DISPLAY: ":0" }, [], undefined],
    ["opens nothing with --no-browser", "linux", { DISPLAY: ":0" }, ["--no-browser"], undefined],
    ["opens the page on macOS", "darwin", {}, [], ["open"]],
    ["opens nothing without a display", "linux", {}, [], undefined],
  ];
  for (const [what, os, env, options, opened] of browsers) {
    it(what, async () => {
      const { url } = platform([APPROVED]);
      const { launched, stderr } = await new Session({ env, os }).observe(web(url, ...options));
      const page = `${url}/connect?code=BCDF-GHJK`;
      const isPlaced = opened?.some((it) => it.includes("PAGE"));
      const expected = isPlaced ? opened!.map((it) => it.replace("PAGE", page)) : [...opened ?? [], page];
      assertEquals(launched, opened === undefined ? [] : [expected]);
      assertEquals(stderr.includes("Opening this page"), opened !== undefined);
    });
  }

  it("saves a pending login with --no-wait, and finishes it with --resume", async () => {
    const { url } = platform([{ status: "pending" }, APPROVED]);
    const session = new Session();
    const pending = await session.run(web(url, "--no-wait", "--json"));
    assertEquals([pending.code, JSON.parse(pending.stdout)], [0, {
      authenticated: false,
      pending: true,
      profile: "default",
      user_code: "BCDF-GHJK",
      verification_url: `${url}/connect?code=BCDF-GHJK`,
      expires_at: "2024-01-22T12:10:00Z",
    }]);
    const { code, stdout } = await session.run(["auth", "login", "--resume"]);
    assertEquals([code, stdout.split("\n")[0]], [0, "✅ Successfully authenticated!"]);
    assertStringIncludes(session.saved()!, ACCESS);
    assertEquals(
      [...Deno.readDirSync(`${session.world.home}/.fluxloop`)].map((it) => it.name).includes(PENDING),
      false,
    );
    assertEquals((await session.run(["auth", "login", "--resume"])).code, 5);
  });

  itOnUnix("saves a pending login that only its owner can read", async () => {
    const session = new Session();
    await session.run(web(platform([]).url, "--no-wait"));
    assertEquals(modeOf(`${session.world.home}/.fluxloop/${PENDING}`), "600");
  });

  it("doesn't send a pending login's code to another platform", async () => {
    const { url, requests } = platform([APPROVED]);
    const session = new Session();
    await session.run(web(url, "--no-wait"));
    const { code } = await session.run(["auth", "login", "--resume", "--api-url", "https://elsewhere.example"]);
    assertEquals([code, requests.length], [2, 1]);
  });

  it("is finished by only one of two processes that resume it", async () => {
    const { url, requests } = platform([{ status: "pending" }, APPROVED]);
    const session = new Session();
    await session.run(web(url, "--no-wait"));
    const resume = () => session.run(["auth", "login", "--resume"]);
    const runs = await Promise.all([resume(), resume()]);
    assertEquals(runs.map((it) => it.code).sort(), [0, 5]);
    // The slower one may also find no pending login.
    assertMatch(
      runs.find((it) => it.code === 5)!.stderr,
      /^❌ Error: (?:There is no login to resume|Another process already finished the login) for profile/m,
    );
    assertEquals(requests.filter((it) => it.url.endsWith("/complete")).length, 2);
  });

  it("keeps a pending login of another process", async () => {
    const session = new Session();
    const later = platform([APPROVED]);
    const { url } = platform([() => {
      Deno.writeTextFileSync(file, Deno.readTextFileSync(file).replace(DEVICE, "another_device_code"));
      return Response.json({ status: "denied" });
    }]);
    const file = `${session.world.home}/.fluxloop/pending-login.default.json`;
    await session.run(web(later.url, "--no-wait"));
    await session.run(web(url));
    assertStringIncludes(Deno.readTextFileSync(file), "another_device_code");
  });

  const unsavable: [string, Record<string, unknown>, string[]][] = [
    ["stops polling if tokens can't be saved anymore", { status: "pending" }, ["start", "complete"]],
    ["revokes tokens that can't be saved", APPROVED, ["start", "complete", "me", "revoke"]],
  ];
  for (const [what, response, expected] of unsavable) {
    it(what, async () => {
      const session = new Session();
      const { url, requests } = platform([() => {
        Deno.mkdirSync(session.world.credentials);
        return Response.json(response);
      }, APPROVED]);
      const { code } = await session.run(web(url));
      assertEquals([code, requests.map((it) => it.url.split("/").at(-1))], [2, expected]);
    });
  }

  const corruptions: [string, Record<string, unknown>][] = [
    ["an invalid URL", { verificationUrl: "nonsense" }],
    ["an invalid interval", { interval: "often" }],
    ["an invalid expiry", { expiresAt: "soon" }],
    ["a missing code", { userCode: undefined }],
  ];
  for (const [what, corruption] of corruptions) {
    it(`doesn't resume a pending login with ${what}`, async () => {
      const { url, requests } = platform([APPROVED]);
      const session = new Session();
      await session.run(web(url, "--no-wait"));
      const file = `${session.world.home}/.fluxloop/pending-login.default.json`;
      Deno.writeTextFileSync(file, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(file)), ...corruption }));
      const { code, stderr } = await session.run(["auth", "login", "--resume"]);
      const text =
        `❌ Error: The pending login of profile "default" can't be read; log in again: fluxloop auth login --web --profile default\n`;
      assertEquals([code, stderr, requests.length], [2, text, 1]);
    });
  }

  const conflicts: [string, string[]][] = [
    ["--web with --api-key", ["--web", "--api-key", "flux_dev_x"]],
    ["--web with --no-save", ["--web", "--no-save"]],
    ["--web with --resume", ["--web", "--resume"]],
    ["--no-wait without --web", ["--no-wait"]],
  ];
  for (const [what, options] of conflicts) {
    it(`rejects ${what}`, async () => {
      assertEquals((await new Session().run(["auth", "login", ...options])).code, 2);
    });
  }

  const unsupported: [string, () => Response, string][] = [
    [
      "a platform without browser logins",
      () => Response.json({ detail: "Not found" }, { status: 404 }),
      "doesn't support browser logins. Log in with an API key.",
    ],
    [
      "a proxy's web page",
      () => new Response("<html>Not found</html>", { status: 404 }),
      "responded to POST /api/cli-connect/start with HTTP 404 and a web page, probably a sign-in page or a proxy's " +
      "error page. Check the API URL and the proxy settings.",
    ],
    [
      "a server that isn't a platform",
      () => new Response("404 page not found", { status: 404 }),
      "responded to POST /api/cli-connect/start with HTTP 404",
    ],
  ];
  for (const [what, response, text] of unsupported) {
    it(`reports ${what}`, async () => {
      const listener = listen(response);
      listeners.push(listener);
      const { code, stderr } = await new Session().run(web(listener.url));
      assertEquals([code, stderr], [1, `❌ Error: ${new URL(listener.url).host} ${text}\n`]);
    });
  }

  it("makes no request if the tokens can't be saved", async () => {
    const { url, requests } = platform([APPROVED]);
    const session = new Session();
    Deno.writeTextFileSync(`${session.world.home}/.fluxloop`, "not a folder");
    const { code } = await session.run(web(url));
    assertEquals([code, requests.length], [2, 0]);
  });
});
