import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { listen } from "../support/listener.ts";
import {
  DOCUMENTED_KEY,
  EXPIRED_KEY,
  REVOKED_KEY,
  SECOND_KEY,
  startPlatform,
  type TestPlatform,
} from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

let platform: TestPlatform;
const session = (env: Record<string, string> = {}) => new Session({ env: { FLUXLOOP_API_URL: platform.url, ...env } });

const SUCCESS = `✅ Successfully authenticated!
✅ Credentials saved to ~/.fluxloop/credentials

Your account: john@example.com
Organizations: Acme Inc, Personal
`;

describe("auth login", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  it("verifies and saves the key from --api-key", async () => {
    const it = session();
    assertEquals(await it.run(["auth", "login", "--api-key", DOCUMENTED_KEY]), {
      code: 0,
      stdout: SUCCESS,
      stderr: "",
    });
    assertEquals(
      it.saved(),
      `profiles:
  default:
    api_key: ${DOCUMENTED_KEY}
    account: john@example.com
    expires: "2024-04-15"
    api_url: "${platform.url}"
    key_id: key_1
    created: "2024-01-16"
`,
    );
  });

  it("reads the key from standard input", async () => {
    const it = session();
    const { code } = await it.run(["auth", "login", "--api-key-stdin"], {
      stdin: `FLUXLOOP_API_KEY="${SECOND_KEY}"\n`,
    });
    assertEquals(code, 0);
    assertStringIncludes(it.saved()!, SECOND_KEY);
  });

  it("prompts for the key on a terminal", async () => {
    const it = session();
    const { code, stdout, stderr } = await it.run(["auth", "login"], { typed: DOCUMENTED_KEY });
    assertEquals([code, stdout], [0, SUCCESS]);
    assertEquals(stderr, "\nWelcome to FluxLoop!\n\nPlease enter your API key:\n(Typing is hidden.)\n\n");
  });

  it("saves to the named profile", async () => {
    const it = session();
    const { stderr } = await it.run(["auth", "login", "--profile", "production", "--api-key", DOCUMENTED_KEY]);
    assertStringIncludes(it.saved()!, "profiles:\n  production:\n    api_key:");
    assertEquals(stderr, "To use this profile, pass --profile production or run: fluxloop auth switch production\n");
  });

  it("updates a profile in place and keeps the rest of the file", async () => {
    const it = session();
    it.save(
      `profiles:\n  a: {api_key: x} # theirs\n  default:\n    team: core\n    api_key: old\n  b: {api_key: other}\n`,
    );
    await it.run(["auth", "login", "--api-key", SECOND_KEY]);
    assertEquals(
      it.saved()!.split("\n").filter((line) => !line.includes("api_url") && !line.includes("created")),
      [
        "profiles:",
        "  a: { api_key: x } # theirs",
        "  default:",
        "    team: core",
        `    api_key: ${SECOND_KEY}`,
        "    account: john@example.com",
        "    key_id: key_3",
        "  b: { api_key: other }",
        "",
      ],
    );
  });

  it("saves nothing with --no-save", async () => {
    const it = session();
    const { code, stdout } = await it.run(["auth", "login", "--no-save", "--api-key", DOCUMENTED_KEY]);
    assertEquals([code, stdout], [0, SUCCESS.replace(/✅ Credentials.*\n/, "")]);
    assertEquals(it.saved(), null);
  });

  it("writes one JSON document with --json", async () => {
    const { stdout } = await session().run(["auth", "login", "--json", "--api-key", DOCUMENTED_KEY]);
    assertEquals(JSON.parse(stdout), {
      authenticated: true,
      profile: "default",
      saved: true,
      credentials_file: "~/.fluxloop/credentials",
      api_url: platform.url,
      account: { id: "usr_1", email: "john@example.com" },
      organizations: [
        { id: "org_1", name: "Acme Inc", role: "owner" },
        { id: "org_2", name: "Personal", role: "member" },
      ],
      api_key: { id: "key_1", masked: "flux_dev_abc1...mno34" },
    });
  });

  it("writes nothing with --quiet", async () => {
    const outcome = await session().run(["auth", "login", "-q", "--api-key", DOCUMENTED_KEY]);
    assertEquals(outcome, { code: 0, stdout: "", stderr: "" });
  });

  it("warns that FLUXLOOP_API_KEY overrides the saved key", async () => {
    const { stderr } = await session({ FLUXLOOP_API_KEY: "x" }).run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    assertEquals(
      stderr,
      "⚠️  FLUXLOOP_API_KEY is set: other commands use its key, not the saved ones, until you unset it.\n",
    );
  });

  it("ignores a key in the environment", async () => {
    const { code, stdout, stderr } = await session({ FLUXLOOP_API_KEY: DOCUMENTED_KEY }).run(["auth", "login"]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "Can't prompt for an API key without a terminal");
  });

  for (const [what, key] of [["invalid", "flux_dev_wrong"], ["expired", EXPIRED_KEY], ["revoked", REVOKED_KEY]]) {
    it(`changes nothing if the key is ${what}`, async () => {
      const it = session();
      const before = `# mine\nprofiles:\n  default: {api_key: old}\n`;
      it.save(before);
      const { code, stdout, stderr } = await it.run(["auth", "login", "--api-key", key]);
      assertEquals([code, stdout, it.saved()], [3, "", before]);
      assertEquals(
        stderr,
        `❌ Error: Invalid API key

Please check that:
1. The API key is correct (no typos)
2. The key hasn't been revoked or expired
3. You have network connectivity

Generate a new key at: ${platform.url}/settings/api-keys
`,
      );
    });
  }

  it("uses the platform that the profile was saved for", async () => {
    const it = new Session();
    it.save(`profiles:\n  local: {api_key: old, api_url: "${platform.url}"}\n`);
    assertEquals((await it.run(["auth", "login", "--profile", "local", "--api-key", DOCUMENTED_KEY])).code, 0);
  });

  it("suggests a .gitignore line for the credentials", async () => {
    const it = session();
    Deno.mkdirSync(`${it.world.home}/.git`);
    Deno.writeTextFileSync(`${it.world.home}/.git/HEAD`, "ref: refs/heads/main\n");
    const { stderr } = await it.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    const tree = Deno.realPathSync(it.world.home);
    assertEquals(stderr, `⚠️  Git would commit your credentials. Add this line to ${tree}/.gitignore: /.fluxloop/\n`);
  });

  it("verifies a key by an older platform's lists", async () => {
    const older = listen((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/workspaces") return Response.json([{ id: "ws_1", name: "Acme Inc" }]);
      if (pathname === "/api/projects") return Response.json({ projects: [{ id: "prj_1", name: "bot" }] });
      return new Response("Not Found", { status: 404 });
    });
    const { code, stdout } = await session({ FLUXLOOP_API_URL: older.url }).run([
      "auth",
      "login",
      "--api-key",
      "flux_dev_k",
    ]);
    await older.stop();
    assertEquals([code, stdout.split("\n").slice(-3)], [0, ["Your account: unknown", "Organizations: Acme Inc", ""]]);
  });

  for (const response of [{}, { message: "Missing Authentication Token" }, [], null, { account: null }]) {
    it(`rejects the response ${JSON.stringify(response)}`, async () => {
      const other = listen(() => Response.json(response));
      const it = session({ FLUXLOOP_API_URL: other.url });
      const { code, stdout } = await it.run(["auth", "login", "--api-key", "flux_dev_k"]);
      await other.stop();
      assertEquals([code, stdout, it.saved()], [1, "", null]);
    });
  }

  it("reports a server that isn't a platform", async () => {
    const other = listen(() => new Response("Not Found", { status: 404 }));
    const { code, stderr } = await session({ FLUXLOOP_API_URL: other.url }).run([
      "auth",
      "login",
      "--api-key",
      "flux_dev_k",
    ]);
    await other.stop();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "doesn't respond like a FluxLoop platform");
  });

  it("escapes control characters from the platform", async () => {
    const hostile = listen(() =>
      Response.json({
        account: { id: "u", email: "a\x1b[2J@b" },
        organizations: [{ id: "o", name: "\x07\u202e", role: null }],
      })
    );
    const { stdout } = await session({ FLUXLOOP_API_URL: hostile.url }).run([
      "auth",
      "login",
      "--api-key",
      "flux_dev_k",
    ]);
    await hostile.stop();
    assertEquals(stdout.split("\n").slice(-3), ["Your account: a\\x1b[2J@b", "Organizations: \\x07\\u{202e}", ""]);
  });
});
