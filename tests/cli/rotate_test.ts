import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY, EXPIRED_KEY, SECOND_KEY } from "../support/platform.ts";
import {
  homeWith,
  homeWithKey,
  isUnfinished,
  keyIn,
  keysOf,
  masked,
  NEW_KEY,
  platform,
  rotate,
  statusOf,
  TOKENS,
  withPlatform,
} from "../support/rotating.ts";
import { Session } from "../support/session.ts";

describe("auth rotate", () => {
  withPlatform();

  it("saves a new key, revokes the old one and reports both", async () => {
    const session = homeWithKey();
    const outcome = await rotate(session);
    const key = await keyIn(session);
    assertMatch(key, NEW_KEY);
    assertEquals(outcome, {
      code: 0,
      stdout: `✅ Profile "default" has a new key: ${masked(key)}\n` +
        "✅ Saved to ~/.fluxloop/credentials\n" +
        "✅ The old key flux_dev_abc1...mno34 is revoked\n" +
        "Expires: 2024-04-21 (90 days remaining)\n",
      stderr: "",
    });
    assertEquals([(await statusOf(key)).code, (await statusOf(DOCUMENTED_KEY)).code], [0, 3]);
  });

  it("creates a key with the old one's settings", async () => {
    const options = ["--name", "narrow", "--scope", "prj_2", "--environment", "ci", "--permission", "upload_results"];
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
    const created = await new Session({ env }).run(["apikeys", "create", ...options, "--expires", "30d", "-q"]);
    const session = homeWithKey(created.stdout.trim());
    await rotate(session);
    const key = await keyIn(session);
    assert(key.startsWith("flux_ci_"));
    const { stdout } = await statusOf(key);
    assertStringIncludes(stdout, "Expires: 2024-02-21 (30 days remaining)\nScopes: sales-assistant\n");
    assertStringIncludes(stdout, "❌ Read scenarios\n  ✅ Upload results\n  ❌ Create scenarios\n");
    assertEquals((await keysOf(key)).map((it) => it.name), ["narrow"]);
  });

  it("replaces a key that never expires with one that never expires", async () => {
    const session = homeWithKey(SECOND_KEY);
    assertStringIncludes((await rotate(session)).stdout, "\nExpires: Never\n");
  });

  it("creates a key with the lifetime from --expires", async () => {
    assertStringIncludes(
      (await rotate(homeWithKey(), "--expires", "7d")).stdout,
      "\nExpires: 2024-01-29 (7 days remaining)\n",
    );
  });

  it("keeps the profile's other fields and updates the dates", async () => {
    const session = homeWith({ default: `api_key: ${DOCUMENTED_KEY}\n    note: mine` });
    await rotate(session);
    const text = session.saved()!;
    for (const part of ["note: mine\n", 'expires: "2024-04-21"\n', 'created: "2024-01-22"\n', "key_id: key_5\n"]) {
      assertStringIncludes(text, part);
    }
  });

  it("updates only the profiles that had the old key", async () => {
    const session = homeWith({
      default: `api_key: ${DOCUMENTED_KEY}`,
      same: `api_key: ${DOCUMENTED_KEY}`,
      other: `api_key: ${SECOND_KEY}`,
    });
    const { stdout } = await rotate(session);
    assertStringIncludes(stdout, '✅ Saved to ~/.fluxloop/credentials, also in profile "same"\n');
    assertEquals([await keyIn(session, "same"), await keyIn(session, "other")], [await keyIn(session), SECOND_KEY]);
  });

  it("keeps the old key valid with --keep-old", async () => {
    const session = homeWithKey();
    const { stdout } = await rotate(session, "--keep-old", "24h");
    assertStringIncludes(stdout, "✅ The old key flux_dev_abc1...mno34 is valid until 2024-01-23 12:00 UTC\n");
    assertStringIncludes((await statusOf(DOCUMENTED_KEY)).stdout, "Expires: 2024-01-23 (1 day remaining)\n");
  });

  it("doesn't extend the old key's lifetime with --keep-old", async () => {
    const { stdout } = await rotate(homeWithKey(), "--keep-old", "30w");
    assertStringIncludes(stdout, "valid until 2024-04-15 00:00 UTC\n");
  });

  it("writes nothing with --quiet", async () => {
    assertEquals(await rotate(homeWithKey(), "--quiet"), { code: 0, stdout: "", stderr: "" });
  });

  it("writes JSON with --json", async () => {
    const session = homeWithKey();
    const { stdout } = await rotate(session, "--json");
    const key = await keyIn(session);
    assertEquals(JSON.parse(stdout), {
      profile: "default",
      outcome: "rotated",
      saved: true,
      api_key: { id: "key_5", masked: masked(key), expires_at: "2024-04-21T12:00:00Z" },
      old_api_key: { id: "key_1", masked: "flux_dev_abc1...mno34", state: "revoked", expires_at: null },
      also_saved_to: [],
      orphaned_keys: [],
      pending_action: null,
    });
  });

  it("ignores a key in the environment and warns that it overrides the saved one", async () => {
    const session = homeWithKey();
    const env = { FLUXLOOP_API_KEY: SECOND_KEY, HOME: session.world.home };
    const { code, stderr } = await session.run(["auth", "rotate"], { env });
    assertEquals([code, stderr], [
      0,
      "⚠️  FLUXLOOP_API_KEY is set: other commands use its key, not the saved ones, until you unset it.\n",
    ]);
    assertEquals([(await statusOf(SECOND_KEY)).code, (await statusOf(DOCUMENTED_KEY)).code], [0, 3]);
  });

  it("ignores a project's pin", async () => {
    const session = homeWith({ default: `api_key: ${DOCUMENTED_KEY}`, other: `api_key: ${SECOND_KEY}` });
    const project = `${session.world.home}/project`;
    Deno.mkdirSync(`${project}/.fluxloop`, { recursive: true });
    Deno.writeTextFileSync(`${project}/.fluxloop/config.yaml`, "profile: other\n");
    const { stdout } = await session.run(["auth", "rotate"], { cwd: project });
    assertStringIncludes(stdout, 'Profile "default" has a new key');
    assertEquals(await keyIn(session, "other"), SECOND_KEY);
  });

  it("rejects a browser login, whose tokens are refreshed automatically", async () => {
    const { code, stdout, stderr } = await rotate(homeWith({ default: TOKENS }));
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(
      stderr,
      "its tokens are refreshed automatically. To log out and revoke them, run: fluxloop auth logout",
    );
  });

  const faults: [string, () => Session, string[], number, string][] = [
    ["nobody is logged in", () => new Session(), [], 3, "Not authenticated"],
    ["the profile doesn't exist", homeWithKey, ["--profile", "none"], 5, 'Profile "none" doesn\'t exist'],
    ["there are no profiles for --all", () => new Session(), ["--all"], 3, "Not authenticated"],
    ["--all is combined with --profile", homeWithKey, ["--all", "--profile", "default"], 2, "can't be combined with"],
    ["--keep-old is zero", homeWithKey, ["--keep-old", "0h"], 2, "--keep-old must be a number of hours"],
    ["--keep-old isn't a duration", homeWithKey, ["--keep-old", "soon"], 2, "--keep-old must be a number of hours"],
    ["--expires isn't a duration", homeWithKey, ["--expires", "soon"], 2, "--expires must be a number of hours"],
    ["the key has expired", () => homeWithKey(EXPIRED_KEY), [], 3, "Invalid API key"],
    [
      "--expires is longer than the key's own lifetime",
      homeWithKey,
      ["--expires", "1y"],
      2,
      "The platform rejected --expires: A key can't create one with a longer lifetime than its own\n",
    ],
    [
      "--api-url names another platform",
      homeWithKey,
      ["--api-url", "https://other.example"],
      2,
      "is not sent to https://other",
    ],
  ];
  for (const [what, session, options, code, message] of faults) {
    it(`fails without changes if ${what}`, async () => {
      const it = session();
      const before = it.saved();
      const outcome = await rotate(it, ...options);
      assertEquals([outcome.code, outcome.stdout, it.saved(), isUnfinished(it)], [code, "", before, false]);
      assertStringIncludes(outcome.stderr, message);
      assertEquals((await keysOf(DOCUMENTED_KEY)).length, 1);
    });
  }

  it("makes no request if the new key can't be saved", async () => {
    const session = homeWithKey();
    Deno.mkdirSync(`${session.world.credentials}.new/x`, { recursive: true });
    assertEquals((await rotate(session)).code, 2);
    assertEquals((await keysOf(DOCUMENTED_KEY)).length, 1);
  });
});

describe("auth rotate --all", () => {
  withPlatform();

  it("reports each profile on one line and exits with the worst code", async () => {
    const session = homeWith({
      default: `api_key: ${DOCUMENTED_KEY}`,
      same: `api_key: ${DOCUMENTED_KEY}`,
      web: TOKENS,
      old: `api_key: ${EXPIRED_KEY}`,
      ci: `api_key: ${SECOND_KEY}`,
    });
    const { code, stdout, stderr } = await rotate(session, "--all");
    const [key, ci] = [await keyIn(session), await keyIn(session, "ci")];
    assertEquals([code, stderr], [3, "❌ old: Invalid API key.\n"]);
    assertEquals(
      stdout,
      `✅ default: new key ${masked(key)} (also in profile "same"); the old key flux_dev_abc1...mno34 is revoked\n` +
        "➖ web: logged in through the browser; tokens are refreshed automatically\n" +
        `✅ ci: new key ${masked(ci)}; the old key flux_ci_seco...00000 is revoked\n`,
    );
  });

  it("writes one JSON document", async () => {
    const session = homeWith({ default: `api_key: ${DOCUMENTED_KEY}`, web: TOKENS, old: `api_key: ${EXPIRED_KEY}` });
    const { code, stdout, stderr } = await rotate(session, "--all", "--json");
    const { profiles } = JSON.parse(stdout);
    assertEquals([code, stderr], [3, ""]);
    assertEquals(
      profiles.map((
        it: { profile: string; outcome: string; error?: { code: string } },
      ) => [it.outcome, it.error?.code]),
      [["rotated", undefined], ["skipped", undefined], ["failed", "expired_api_key"]],
    );
  });
});
