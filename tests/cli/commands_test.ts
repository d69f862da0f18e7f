import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { DOCUMENTED, PERMISSION_DENIAL } from "../support/documentation.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

let platform: TestPlatform;

function loggedIn(env: Record<string, string> = {}): Session {
  const session = new Session({ env });
  session.save(`profiles:
  default: {api_key: ${DOCUMENTED_KEY}, account: john@example.com, expires: "2024-04-15", api_url: "${platform.url}"}
  constructor: {api_key: flux_prod_xyz789abc123def456ghi789}
  broken: {note: no key}
`);
  return session;
}

describe("auth whoami, token, list, switch and logout", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  for (const args of [["list"], ["list", "--json"], ["logout", "--all"], ["logout", "--all", "--json"]]) {
    it(`${args.join(" ")} masks a key used as a profile name`, async () => {
      const session = new Session();
      session.save(`profiles:\n  ${DOCUMENTED_KEY}: {api_key: ${DOCUMENTED_KEY}}\n`);
      const { code, stdout } = await session.run(["auth", ...args]);
      assertEquals([code, stdout.includes(DOCUMENTED_KEY)], [0, false]);
    });
  }

  it("login and status reject a credentials file with a merge key and don't change it", async () => {
    const session = loggedIn({ FLUXLOOP_API_URL: platform.url });
    const text = `base: &base {api_url: "${platform.url}"}\nprofiles:\n  default:\n    <<: *base\n    api_key: x\n`;
    session.save(text);
    const login = await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    const status = await session.run(["auth", "status"]);
    assertEquals([login.code, login.stderr, session.saved()], [2, status.stderr, text]);
    assertStringIncludes(login.stderr, "has a merge key (<<), which isn't supported");
  });

  it("whoami writes the documented JSON document", async () => {
    const { code, stdout } = await loggedIn().run(["auth", "whoami", "--json"]);
    assertEquals([code, JSON.parse(stdout)], [0, {
      account: { id: "usr_1", email: "john@example.com" },
      organizations: [
        { id: "org_1", name: "Acme Inc", role: "owner" },
        { id: "org_2", name: "Personal", role: "member" },
      ],
      projects: [
        { id: "prj_1", name: "customer-support-bot" },
        { id: "prj_2", name: "sales-assistant" },
        { id: "prj_3", name: "analytics-agent" },
      ],
      api_access: true,
      plan: { name: "Team", runs_per_month: 1000 },
      usage: { runs_this_month: 234, runs_per_month: 1000 },
    }]);
  });

  it("whoami shows details that an older platform lacks as unknown", async () => {
    const older = listen((request) =>
      request.url.endsWith("/me") ? new Response(null, { status: 404 }) : Response.json([])
    );
    const env = { FLUXLOOP_API_KEY: "flux_dev_k", FLUXLOOP_API_URL: older.url };
    const { stdout } = await new Session({ env }).run(["auth", "whoami"]);
    const document = JSON.parse((await new Session({ env }).run(["auth", "whoami", "--json"])).stdout);
    await older.stop();
    assertEquals(
      stdout,
      `Account: unknown

Organizations: none

Projects: none

API Access: unknown
Plan: unknown
Usage this month: unknown
`,
    );
    assertEquals(document, {
      account: null,
      organizations: [],
      projects: [],
      api_access: null,
      plan: null,
      usage: null,
    });
  });

  it("whoami reports a missing permission as documented", async () => {
    const denying = listen(() =>
      Response.json(
        PERMISSION_DENIAL,
        { status: 403 },
      )
    );
    const env = { FLUXLOOP_API_KEY: "flux_dev_k", FLUXLOOP_API_URL: denying.url };
    const { code, stderr } = await new Session({ env }).run(["auth", "whoami"]);
    await denying.stop();
    assertEquals([code, stderr], [
      3,
      DOCUMENTED.permissionDenied,
    ]);
  });

  it("token prints only the key and makes no request", async () => {
    assertEquals(await loggedIn().run(["auth", "token", "-q"]), { code: 0, stdout: `${DOCUMENTED_KEY}\n`, stderr: "" });
  });

  it("token --json names the key's source", async () => {
    const { stdout } = await loggedIn({ FLUXLOOP_API_KEY: "flux_ci_env" }).run(["auth", "token", "--json"]);
    assertEquals(JSON.parse(stdout), {
      token: "flux_ci_env",
      source: "environment",
      profile: null,
      api_url: "https://api.fluxloop.ai",
    });
  });

  it("token fails without a login", async () => {
    const { code, stdout } = await new Session().run(["auth", "token"]);
    assertEquals([code, stdout], [3, ""]);
  });

  it("list shows all profiles, even invalid ones, with masked keys and marks the current one", async () => {
    const { code, stdout } = await loggedIn({ FLUXLOOP_PROFILE: "constructor" }).run(["auth", "list"]);
    const [title, blank, ...rows] = stdout.trimEnd().split("\n");
    assertEquals([code, title, blank], [0, "Profiles in ~/.fluxloop/credentials:", ""]);
    assertEquals(rows.map((row) => [row[0], ...row.slice(3).split(/ {2,}/)]), [
      [" ", "PROFILE", "ACCOUNT", "API KEY", "EXPIRES"],
      [
        " ",
        "default",
        `john@example.com at ${platform.url}`,
        "flux_dev_abc1...mno34",
        "2024-04-15 (84 days remaining)",
      ],
      ["*", "constructor", "unknown", "flux_prod_xyz7...hi789", "unknown"],
      [" ", "broken", "unknown", "(none, log in again)", "unknown"],
    ]);
  });

  it("list masks keys in JSON", async () => {
    const { stdout } = await loggedIn().run(["auth", "list", "--json"]);
    const { profiles } = JSON.parse(stdout);
    assertEquals(profiles[0], {
      name: "default",
      current: true,
      account: "john@example.com",
      api_key: "flux_dev_abc1...mno34",
      expires: "2024-04-15",
      api_url: platform.url,
    });
  });

  it("list reports that there are no profiles", async () => {
    const { code, stdout } = await new Session().run(["auth", "list"]);
    assertEquals([code, stdout], [0, "No saved profiles. Run: fluxloop auth login\n"]);
  });

  it("logout removes the default profile", async () => {
    const session = loggedIn();
    const { code, stdout } = await session.run(["auth", "logout"]);
    assertEquals([code, stdout], [0, "✅ Logged out from profile: default\n"]);
    assertEquals(session.saved()!.includes(DOCUMENTED_KEY), false);
    assertStringIncludes(session.saved()!, "constructor:");
  });

  it("logout removes a named profile, even an invalid one", async () => {
    const session = loggedIn();
    assertEquals(
      (await session.run(["auth", "logout", "--profile", "broken", "--json"])).stdout.replace(/\s/g, ""),
      '{"logged_out":["broken"]}',
    );
    assertEquals(session.saved()!.includes("broken"), false);
  });

  it("logout --all removes every profile", async () => {
    const session = loggedIn();
    const { code, stdout } = await session.run(["auth", "logout", "--all"]);
    assertEquals([code, stdout], [0, "✅ Logged out from profiles: default, constructor, broken\n"]);
    assertEquals(session.saved(), "profiles: {}\n");
  });

  it("logout --all removes default_profile, even if that profile doesn't exist", async () => {
    const session = loggedIn({ FLUXLOOP_PROFILE: "a b" });
    session.save(`${session.saved()}default_profile: gone\n`);
    assertEquals((await session.run(["auth", "logout", "--all"])).code, 0);
    assertEquals(session.saved(), "profiles: {}\n");
  });

  it("logout --all succeeds without saved profiles and creates no file", async () => {
    const session = new Session();
    const { code, stdout } = await session.run(["auth", "logout", "--all"]);
    assertEquals([code, stdout, session.saved()], [0, "No saved credentials.\n", null]);
  });

  it("logout exits with 3 without saved profiles", async () => {
    const { code, stderr } = await new Session().run(["auth", "logout"]);
    assertEquals([code, stderr], [3, "❌ Not authenticated\nThere are no saved credentials to remove.\n"]);
  });

  it("logout warns that FLUXLOOP_API_KEY is still set", async () => {
    const { stderr } = await loggedIn({ FLUXLOOP_API_KEY: "x" }).run(["auth", "logout"]);
    assertStringIncludes(stderr, "FLUXLOOP_API_KEY is still set");
  });

  it("list fits the terminal and is complete when piped", async () => {
    const session = new Session();
    const account = `${"a".repeat(60)}@example.com`;
    session.save(`profiles:\n  work:\n    api_key: ${DOCUMENTED_KEY}\n    account: ${account}\n`);
    const piped = await session.run(["auth", "list"]);
    assertStringIncludes(piped.stdout, account);
    const { stdout } = await session.run(["auth", "list"], { typed: "", columns: 60 });
    assertEquals(stdout.split("\n").slice(1).filter((it) => it.length > 60), []);
    assertStringIncludes(stdout, "…");
  });

  it("whoami lists the saved profiles if none is selected", async () => {
    const session = new Session();
    session.save(`profiles:\n  work:\n    api_key: ${DOCUMENTED_KEY}\n`);
    const { code, stderr } = await session.run(["auth", "whoami"]);
    assertEquals([code, stderr], [
      3,
      "❌ Not authenticated\nNo profile is selected. Saved profiles: work\n" +
      "Select one: fluxloop auth switch work (or pass --profile work)\n",
    ]);
  });

  it("switch sets the default profile", async () => {
    const session = loggedIn();
    const { code, stdout } = await session.run(["auth", "switch", "constructor"]);
    assertEquals([code, stdout], [0, "✅ Switched to profile constructor\n"]);
    assertEquals((await session.run(["auth", "token"])).stdout, "flux_prod_xyz789abc123def456ghi789\n");
    assertEquals(JSON.parse((await session.run(["auth", "switch", "default", "--json"])).stdout), {
      profile: "default",
    });
    assertEquals((await session.run(["auth", "token"])).stdout, `${DOCUMENTED_KEY}\n`);
  });

  const overriding: [string, Record<string, string>][] = [
    ["FLUXLOOP_API_KEY", { FLUXLOOP_API_KEY: "x" }],
    ["FLUXLOOP_PROFILE", { FLUXLOOP_PROFILE: "default" }],
  ];
  for (const [name, env] of overriding) {
    it(`switch warns that ${name} overrides the new default`, async () => {
      const { stderr } = await loggedIn(env).run(["auth", "switch", "constructor"]);
      assertStringIncludes(stderr, `${name} is set`);
    });
  }

  const invalid: [string, string, number, string][] = [
    ["a missing profile", "none", 5, 'Profile "none" doesn\'t exist. Saved profiles: default, constructor, broken'],
    ["an invalid profile name", "../x", 2, "The argument has an invalid profile name"],
  ];
  for (const [what, profile, code, message] of invalid) {
    it(`switch rejects ${what} and changes nothing`, async () => {
      const session = loggedIn();
      const before = session.saved();
      const outcome = await session.run(["auth", "switch", profile]);
      assertEquals([outcome.code, session.saved()], [code, before]);
      assertStringIncludes(outcome.stderr, message);
    });
  }

  const missing: [string, string[], number, string][] = [
    ["nobody is logged in", [], 3, "❌ Not authenticated"],
    ["the profile doesn't exist", ["--profile", "none"], 5, 'Profile "none" doesn\'t exist, and no profiles are saved'],
  ];
  for (const [what, args, code, message] of missing) {
    it(`logout fails if ${what}`, async () => {
      const outcome = await new Session().run(["auth", "logout", ...args]);
      assertEquals(outcome.code, code);
      assertStringIncludes(outcome.stderr, message);
    });
  }
});
