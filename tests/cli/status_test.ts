import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, EXPIRED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { itOnUnix } from "../support/systems.ts";
import { removeTestHomes } from "../support/world.ts";

let platform: TestPlatform;

function loggedIn(key = DOCUMENTED_KEY, env: Record<string, string> = {}): Session {
  const session = new Session({ env });
  session.save(`profiles:
  default: {api_key: ${key}, account: john@example.com, expires: "2024-04-15", api_url: "${platform.url}"}
  second: {api_key: ${SECOND_KEY}, api_url: "${platform.url}"}
`);
  return session;
}

/** Starts a server with the documented response to `GET /api/auth/me`, with these overrides for the key. */
function platformWithKey(overrides: Record<string, unknown>) {
  const key = {
    id: "key_1",
    created_at: "2024-01-16T00:00:00Z",
    expires_at: "2024-04-15T00:00:00Z",
    scopes: "all_projects",
  };
  return listen(() =>
    Response.json({
      account: { id: "usr_1", email: "john@example.com" },
      organizations: [],
      projects: [{ id: "prj_1", name: "bot" }],
      api_key: { ...key, permissions: [], ...overrides },
    })
  );
}

describe("auth status", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  it("writes the documented JSON document", async () => {
    const { code, stdout, stderr } = await loggedIn().run(["auth", "status", "--json"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(JSON.parse(stdout), {
      authenticated: true,
      verified: true,
      profile: "default",
      source: "profile",
      api_url: platform.url,
      account: { id: "usr_1", email: "john@example.com" },
      organizations: [
        { id: "org_1", name: "Acme Inc", role: "owner" },
        { id: "org_2", name: "Personal", role: "member" },
      ],
      api_key: {
        id: "key_1",
        masked: "flux_dev_abc1...mno34",
        expires_at: "2024-04-15T00:00:00Z",
        days_remaining: 84,
        scopes: "all_projects",
        permissions: {
          read_scenarios: true,
          upload_results: true,
          create_scenarios: true,
          delete_scenarios: false,
          manage_projects: false,
        },
      },
    });
  });

  const origins: [string, Record<string, string>, string[], string, string][] = [
    ["the environment", { FLUXLOOP_API_KEY: DOCUMENTED_KEY }, [], "(FLUXLOOP_API_KEY)", "environment"],
    ["FLUXLOOP_SYNC_API_KEY", { FLUXLOOP_SYNC_API_KEY: DOCUMENTED_KEY }, [], "(FLUXLOOP_SYNC_API_KEY)", "environment"],
    ["the command line", {}, ["--api-key", DOCUMENTED_KEY], "(--api-key)", "flag"],
  ];
  for (const [what, env, args, shown, source] of origins) {
    it(`shows that the key comes from ${what}`, async () => {
      const session = new Session({ env: { FLUXLOOP_API_URL: platform.url, ...env } });
      assertStringIncludes((await session.run(["auth", "status", ...args])).stdout, `\nProfile: ${shown}\n`);
      const document = JSON.parse((await session.run(["auth", "status", "--json", ...args])).stdout);
      assertEquals([document.profile, document.source], [null, source]);
    });
  }

  it("warns that the environment overrides a named profile", async () => {
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
    const { stderr } = await loggedIn(DOCUMENTED_KEY, env).run(["auth", "status", "--profile", "second"]);
    assertEquals(stderr, '⚠️  FLUXLOOP_API_KEY is set and overrides profile "second".\n');
  });

  it("reports a missing login", async () => {
    const outcome = await new Session().run(["auth", "status"]);
    assertEquals(outcome, { code: 3, stdout: "", stderr: "❌ Not authenticated\nRun: fluxloop auth login\n" });
  });

  const failures: [string, () => Session, string[], Record<string, unknown>][] = [
    ["nobody is logged in", () => new Session(), [], {
      authenticated: false,
      profile: null,
      source: null,
      error: { code: "not_logged_in", message: "Not authenticated", exit_code: 3 },
    }],
    ["the key has expired", () => loggedIn(EXPIRED_KEY), [], {
      authenticated: false,
      profile: "default",
      source: "profile",
      error: { code: "expired_api_key", message: "Invalid API key", exit_code: 3 },
    }],
    ["the profile doesn't exist", () => loggedIn(), ["--profile", "none"], {
      authenticated: false,
      profile: "none",
      source: null,
      error: {
        code: "not_found",
        message:
          'Profile "none" doesn\'t exist. Saved profiles: default, second. To create it, run: fluxloop auth login --profile none',
        exit_code: 5,
      },
    }],
  ];
  for (const [what, session, args, document] of failures) {
    it(`writes a JSON document if ${what}`, async () => {
      const { code, stdout, stderr } = await session().run(["auth", "status", "--json", ...args]);
      assertEquals([JSON.parse(stdout), stderr], [document, ""]);
      assertEquals(code, (document.error as { exit_code: number }).exit_code);
    });
  }

  it("shows the saved details if the platform can't be reached", async () => {
    const stopped = listen(() => new Response());
    await stopped.stop();
    const session = new Session();
    session.save(
      `profiles:\n  default: {api_key: ${DOCUMENTED_KEY}, account: john@example.com, expires: "2024-04-15", api_url: "${stopped.url}"}\n`,
    );
    assertEquals(await session.run(["auth", "status"]), {
      code: 4,
      stdout: `⚠️  Not verified: showing the details saved at the last login

Profile: default
Account: john@example.com
API Key: flux_dev_abc1...mno34
Expires: 2024-04-15 (84 days remaining)
`,
      stderr: `❌ Error: Unable to connect to FluxLoop API

Failed to connect to ${new URL(stopped.url).host}

Please check your internet connection and try again.
`,
    });
    const { code, stdout } = await session.run(["auth", "status", "--json"]);
    const { authenticated, verified, account, api_key, error } = JSON.parse(stdout);
    assertEquals([
      code,
      authenticated,
      verified,
      account.email,
      api_key.masked,
      api_key.days_remaining,
      error.exit_code,
    ], [
      4,
      null,
      false,
      "john@example.com",
      "flux_dev_abc1...mno34",
      84,
      4,
    ]);
  });

  it("reports an unverified key if the platform fails", async () => {
    const broken = listen(() => new Response("<html>", { status: 500 }));
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: broken.url };
    const { code, stdout, stderr } = await new Session({ env }).run(["auth", "status"]);
    await broken.stop();
    assertEquals([code, stdout.split("\n")[0]], [1, "⚠️  Not verified"]);
    assertStringIncludes(stderr, "with HTTP 500");
  });

  const texts: [string, Record<string, unknown>, string][] = [
    ["a key that never expires", { expires_at: null }, "\nExpires: Never\n"],
    ["scopes with the names of their projects", { scopes: ["prj_1", "prj_9"] }, "\nScopes: bot, prj_9\n"],
    ["empty scopes as none", { scopes: [] }, "\nScopes: none\n"],
    ["an unknown permission", { permissions: ["fly"] }, "\n  ❌ Manage projects\n  ✅ fly\n"],
    ["an empty list of organizations as none", {}, "\nOrganizations: none\n"],
    ["a missing expiry as unknown", { expires_at: undefined }, "\nExpires: unknown\n"],
    ["missing permissions as unknown", { permissions: undefined }, "\nPermissions: unknown\n"],
    [
      "how to replace a key that expires soon",
      { expires_at: "2024-01-30T00:00:00Z" },
      "\n\n⚠️  This key expires soon. Generate a new key at <url>/settings/api-keys and set it in FLUXLOOP_API_KEY\n",
    ],
    [
      "how to replace an old key",
      { expires_at: null, created_at: "2023-01-01T00:00:00Z" },
      "\n\n⚠️  This key is older than 90 days. Generate a new key at <url>/settings/api-keys and set it in FLUXLOOP_API_KEY\n",
    ],
  ];
  for (const [what, overrides, text] of texts) {
    it(`shows ${what}`, async () => {
      const server = platformWithKey(overrides);
      const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: server.url };
      const { stdout } = await new Session({ env }).run(["auth", "status"]);
      await server.stop();
      assertStringIncludes(stdout, text.replace("<url>", server.url));
    });
  }

  const durations: [string, number][] = [["83d", 0], ["84d", 3], ["13w", 3], ["2000h", 0], ["2100h", 3]];
  for (const [duration, code] of durations) {
    it(`exits with ${code} with --fail-if-expires-in ${duration}`, async () => {
      assertEquals((await loggedIn().run(["auth", "status", "--fail-if-expires-in", duration])).code, code);
    });
  }

  it("reports a key that expires within --fail-if-expires-in", async () => {
    const { stdout, stderr } = await loggedIn().run(["auth", "status", "-q", "--fail-if-expires-in", "90d"]);
    assertEquals([stdout, stderr], [
      "",
      "❌ Error: The API key expires on 2024-04-15 (84 days remaining), sooner than --fail-if-expires-in allows. Replace it: fluxloop auth rotate\n",
    ]);
  });

  it("checks every profile with --all, and exits with the worst code", async () => {
    const { code, stdout } = await loggedIn(EXPIRED_KEY).run(["auth", "status", "--all", "--json"]);
    const { profiles } = JSON.parse(stdout);
    assertEquals(profiles.map((it: Record<string, unknown>) => [it.profile, it.authenticated]), [
      ["default", false],
      ["second", true],
    ]);
    assertEquals(code, 3);
  });

  it("checks all profiles with --all, even after an error", async () => {
    const session = loggedIn();
    const other = `  other: {api_key: k, api_url: "http://127.0.0.1:1"}\n`;
    session.save(
      `${session.saved()}  a b: {api_key: ${SECOND_KEY}, api_url: "${platform.url}"}\n  broken: {}\n${other}`,
    );
    const { code, stdout } = await session.run(["auth", "status", "--all", "--json", "--api-url", platform.url]);
    const { profiles } = JSON.parse(stdout);
    assertEquals(
      profiles.map((it: Record<string, unknown>) => [it.profile, it.authenticated]),
      [["default", true], ["second", true], ["a b", true], ["broken", null], ["other", null]],
    );
    assertEquals(code, 2);
  });

  it("names the failed profile with --all", async () => {
    const session = loggedIn(EXPIRED_KEY);
    assertStringIncludes(
      (await session.run(["auth", "status", "--all"])).stderr,
      "Profile default:\n❌ Error: Invalid",
    );
  });

  it("suggests a rotation for a key that expires soon", async () => {
    const server = platformWithKey({ expires_at: "2024-01-30T00:00:00Z" });
    const session = new Session();
    session.save(`profiles:\n  dev: {api_key: k, api_url: "${server.url}"}\n`);
    const { stdout } = await session.run(["auth", "status", "--profile", "dev"]);
    await server.stop();
    assertStringIncludes(stdout, "⚠️  This key expires soon. Replace it: fluxloop auth rotate --profile dev\n");
  });

  it("separates profiles by blank lines with --all", async () => {
    const { stdout } = await loggedIn().run(["auth", "status", "--all"]);
    assertEquals(stdout.split("\n\n✅ Authenticated\n").length, 2);
  });

  itOnUnix("warns that other users can read the credentials file", async () => {
    const session = loggedIn();
    Deno.chmodSync(session.world.credentials, 0o644);
    const { code, stderr } = await session.run(["auth", "status"]);
    assertEquals([code, stderr], [
      0,
      "⚠️  Other users can read ~/.fluxloop/credentials (mode 0644). " +
      "Run: chmod 600 ~/.fluxloop/credentials. The next login also corrects the permissions.\n",
    ]);
  });

  it("ignores the file's mode on Windows", async () => {
    const session = loggedIn();
    const text = session.saved()!;
    Deno.removeSync(session.world.credentials);
    Deno.writeTextFileSync(session.world.credentials, text);
    assertEquals((await session.run(["auth", "status"], { os: "windows" })).stderr, "");
  });

  it("logs requests with --verbose, without the key", async () => {
    const { stderr } = await loggedIn().run(["auth", "status", "-v"]);
    assertEquals(stderr, `GET ${platform.url}/api/auth/me -> 200 (0 ms)\n`);
  });
});
