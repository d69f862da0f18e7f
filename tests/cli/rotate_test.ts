import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { ask } from "../local_platform/running_platform.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, EXPIRED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { type Outcome, Session } from "../support/session.ts";
import { leaveWorlds } from "../support/world.ts";

const KEY = /^flux_dev_[a-z2-7]{32}$/;
const TOKENS = 'access_token: fluxat_x\n    refresh_token: fluxrt_y\n    access_token_expires: "2024-01-22T13:00:00Z"';

let platform: TestPlatform;
const around = () => {
  beforeEach(async () => {
    platform = await startPlatform();
  });
  afterEach(async () => {
    await platform.stop();
    leaveWorlds();
  });
};

/** A home with these profiles at the platform, or at another. */
function home(profiles: Record<string, string>, url = platform.url): Session {
  const session = new Session();
  const entry = ([name, fields]: [string, string]) => `  ${name}:\n    ${fields}\n    api_url: "${url}"\n`;
  session.save("profiles:\n" + Object.entries(profiles).map(entry).join(""));
  return session;
}
const withKey = (key = DOCUMENTED_KEY) => home({ default: `api_key: ${key}` });
const rotate = (it: Session, ...options: string[]) => it.run(["auth", "rotate", ...options]);
const keyOf = async (it: Session, profile = "default") =>
  (await it.run(["auth", "token", "--profile", profile])).stdout.trim();
const statusOf = (key: string) => new Session().run(["auth", "status", "--api-key", key, "--api-url", platform.url]);
const keysMadeWith = async (key: string): Promise<{ id: string; name: string }[]> => {
  const env = { FLUXLOOP_API_KEY: key, FLUXLOOP_API_URL: platform.url };
  return JSON.parse((await new Session({ env }).run(["apikeys", "list", "--json"])).stdout).api_keys;
};
const masked = (key: string) => `${key.slice(0, 13)}...${key.slice(-5)}`;
const pendingFile = (it: Session, profile = "default") => `${it.world.home}/.fluxloop/pending-rotation.${profile}`;
/** What a rotation leaves that was broken off, with what differs. */
function leaveBroken(it: Session, fields: Record<string, unknown> = {}): void {
  const pending = {
    profile: "default",
    apiUrl: platform.url,
    startedAt: "2024-01-21T00:00:00Z",
    idempotencyKey: "a request",
    wish: { name: "My Development Key" },
    oldId: "key_1",
    oldMasked: masked(DOCUMENTED_KEY),
    keepUntil: null,
    newId: null,
    old: null,
    isShown: false,
    isEnded: false,
    ...fields,
  };
  Deno.writeTextFileSync(pendingFile(it, pending.profile), JSON.stringify(pending), { mode: 0o600 });
}
const isBroken = (it: Session) => {
  try {
    return Deno.statSync(pendingFile(it)).isFile;
  } catch {
    return false;
  }
};

describe("auth rotate", () => {
  around();

  it("saves a new key, revokes the old one, and says both", async () => {
    const session = withKey();
    const outcome = await rotate(session);
    const key = await keyOf(session);
    assertMatch(key, KEY);
    assertEquals(outcome, {
      code: 0,
      stdout: `✅ Profile default has a new key: ${masked(key)}\n` +
        "✅ Saved to ~/.fluxloop/credentials\n" +
        "✅ The old key flux_dev_abc1...mno34 is not taken any more\n" +
        "Expires: 2024-04-21 (90 days remaining)\n",
      stderr: "",
    });
    assertEquals([(await statusOf(key)).code, (await statusOf(DOCUMENTED_KEY)).code], [0, 3]);
  });

  it("makes a key like the old one", async () => {
    const options = ["--name", "narrow", "--scope", "prj_2", "--environment", "ci", "--permission", "upload_results"];
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
    const made = await new Session({ env }).run(["apikeys", "create", ...options, "--expires", "30d", "-q"]);
    const session = withKey(made.stdout.trim());
    await rotate(session);
    const key = await keyOf(session);
    assert(key.startsWith("flux_ci_"));
    const { stdout } = await statusOf(key);
    assertStringIncludes(stdout, "Expires: 2024-02-21 (30 days remaining)\nScopes: sales-assistant\n");
    assertStringIncludes(stdout, "❌ Read scenarios\n  ✅ Upload results\n  ❌ Create scenarios\n");
    assertEquals((await keysMadeWith(key)).map((it) => it.name), ["narrow"]);
  });

  it("makes a key that never ends of one that never ends", async () => {
    const session = withKey(SECOND_KEY);
    assertStringIncludes((await rotate(session)).stdout, "\nExpires: Never\n");
  });

  it("makes a key that ends when --expires says so", async () => {
    assertStringIncludes(
      (await rotate(withKey(), "--expires", "7d")).stdout,
      "\nExpires: 2024-01-29 (7 days remaining)\n",
    );
  });

  it("keeps what else is in the profile, and puts the new key's days there", async () => {
    const session = home({ default: `api_key: ${DOCUMENTED_KEY}\n    note: mine` });
    await rotate(session);
    const text = session.saved()!;
    for (const part of ["note: mine\n", 'expires: "2024-04-21"\n', 'created: "2024-01-22"\n', "key_id: key_5\n"]) {
      assertStringIncludes(text, part);
    }
  });

  it("gives the new key to other profiles that had the old one, and to no others", async () => {
    const session = home({
      default: `api_key: ${DOCUMENTED_KEY}`,
      same: `api_key: ${DOCUMENTED_KEY}`,
      other: `api_key: ${SECOND_KEY}`,
    });
    const { stdout } = await rotate(session);
    assertStringIncludes(stdout, "✅ Saved to ~/.fluxloop/credentials, and to what else had the old one: same\n");
    assertEquals([await keyOf(session, "same"), await keyOf(session, "other")], [await keyOf(session), SECOND_KEY]);
  });

  it("lets the old key work on with --keep-old, and says until when", async () => {
    const session = withKey();
    const { stdout } = await rotate(session, "--keep-old", "24h");
    assertStringIncludes(stdout, "✅ The old key flux_dev_abc1...mno34 works until 2024-01-23 12:00 UTC\n");
    assertStringIncludes((await statusOf(DOCUMENTED_KEY)).stdout, "Expires: 2024-01-23 (1 day remaining)\n");
  });

  it("does not let the old key live longer with --keep-old than it would", async () => {
    const { stdout } = await rotate(withKey(), "--keep-old", "30w");
    assertStringIncludes(stdout, "works until 2024-04-15 00:00 UTC\n");
  });

  it("shows the new key with --no-save, alone on standard output, and leaves all as it is", async () => {
    const session = withKey();
    const before = session.saved();
    const { code, stdout, stderr } = await rotate(session, "--no-save");
    assertEquals([code, session.saved()], [0, before]);
    assertMatch(stdout.trimEnd(), KEY);
    assertEquals([(await statusOf(stdout.trim())).code, (await statusOf(DOCUMENTED_KEY)).code], [0, 0]);
    assertEquals(
      stderr,
      "✅ A key to take the place of profile default's was made. This is the only time that it is shown:\n" +
        "Profile default keeps its key flux_dev_abc1...mno34, which goes on to work. " +
        "Once the new one is in its place: fluxloop apikeys delete key_1\n",
    );
    assertEquals(isBroken(session), false);
  });

  it("says nothing beside the key with --no-save --quiet", async () => {
    const { stdout, stderr } = await rotate(withKey(), "--no-save", "--quiet");
    assertEquals([KEY.test(stdout.trimEnd()), stderr], [true, ""]);
  });

  it("says nothing with --quiet", async () => {
    assertEquals(await rotate(withKey(), "--quiet"), { code: 0, stdout: "", stderr: "" });
  });

  it("tells programs with --json", async () => {
    const session = withKey();
    const { stdout } = await rotate(session, "--json");
    const key = await keyOf(session);
    assertEquals(JSON.parse(stdout), {
      profile: "default",
      outcome: "rotated",
      saved: true,
      api_key: { id: "key_5", masked: masked(key), expires_at: "2024-04-21T12:00:00Z" },
      old_api_key: { id: "key_1", masked: "flux_dev_abc1...mno34", state: "revoked", ends_at: null },
      also_saved_to: [],
      left_over: [],
      left_to_do: null,
    });
  });

  it("tells programs the whole key with --no-save --json", async () => {
    const { stdout, stderr } = await rotate(withKey(), "--no-save", "--json");
    const { outcome, saved, api_key, old_api_key } = JSON.parse(stdout);
    assertEquals([outcome, saved, old_api_key.state, stderr], ["shown", false, "valid", ""]);
    assertMatch(api_key.key, KEY);
  });

  it("takes no key from the environment, and warns that one stands over the saved ones", async () => {
    const session = withKey();
    const env = { FLUXLOOP_API_KEY: SECOND_KEY, HOME: session.world.home };
    const { code, stderr } = await session.run(["auth", "rotate"], { env });
    assertEquals([code, stderr], [0, "⚠️  FLUXLOOP_API_KEY is set: it is used instead of what is saved.\n"]);
    assertEquals([(await statusOf(SECOND_KEY)).code, (await statusOf(DOCUMENTED_KEY)).code], [0, 3]);
  });

  it("minds no project's pin", async () => {
    const session = home({ default: `api_key: ${DOCUMENTED_KEY}`, other: `api_key: ${SECOND_KEY}` });
    const project = `${session.world.home}/project`;
    Deno.mkdirSync(`${project}/.fluxloop`, { recursive: true });
    Deno.writeTextFileSync(`${project}/.fluxloop/config.yaml`, "profile: other\n");
    const { stdout } = await session.run(["auth", "rotate"], { cwd: project });
    assertStringIncludes(stdout, "Profile default has a new key");
    assertEquals(await keyOf(session, "other"), SECOND_KEY);
  });

  it("says of a login through the browser that it renews itself", async () => {
    const { code, stdout, stderr } = await rotate(home({ default: TOKENS }));
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(
      stderr,
      "has no API key, and its tokens renew themselves; to end them, run: fluxloop auth logout",
    );
  });

  const faults: [string, () => Session, string[], number, string][] = [
    ["nobody is logged in", () => new Session(), [], 3, "Not authenticated"],
    ["the profile is not there", withKey, ["--profile", "none"], 5, 'There is no profile "none"'],
    ["there is no profile at all", () => new Session(), ["--all"], 3, "Not authenticated"],
    ["--all and a profile are given", withKey, ["--all", "--profile", "default"], 2, "exclude each other"],
    ["--all and --no-save are given", withKey, ["--all", "--no-save"], 2, "does not go with --all"],
    [
      "--keep-old and --no-save are given",
      withKey,
      ["--keep-old", "1d", "--no-save"],
      2,
      "leaves the old key as it is",
    ],
    ["--keep-old is nothing", withKey, ["--keep-old", "0h"], 2, "--keep-old takes a span of time"],
    ["--keep-old is no span", withKey, ["--keep-old", "soon"], 2, "--keep-old takes a span of time such as"],
    ["--expires is no span", withKey, ["--expires", "soon"], 2, "--expires takes a span of time such as"],
    ["the key has expired", () => withKey(EXPIRED_KEY), [], 3, "Invalid API key"],
    ["a longer life is wanted than the key's own", withKey, ["--expires", "1y"], 1, "lives longer than it does"],
    ["another platform is named", withKey, ["--api-url", "https://other.example"], 2, "is not sent to https://other"],
  ];
  for (const [what, session, options, code, message] of faults) {
    it(`changes nothing and says so where ${what}`, async () => {
      const it = session();
      const before = it.saved();
      const outcome = await rotate(it, ...options);
      assertEquals([outcome.code, outcome.stdout, it.saved(), isBroken(it)], [code, "", before, false]);
      assertStringIncludes(outcome.stderr, message);
      assertEquals((await keysMadeWith(DOCUMENTED_KEY)).length, 1);
    });
  }

  it("asks the platform for nothing where the new key could not be saved", async () => {
    const session = withKey();
    Deno.mkdirSync(`${session.world.credentials}.new/x`, { recursive: true });
    assertEquals((await rotate(session)).code, 2);
    assertEquals((await keysMadeWith(DOCUMENTED_KEY)).length, 1);
  });
});

describe("auth rotate --all", () => {
  around();

  it("tells each profile in a line, and exits as the worst", async () => {
    const session = home({
      default: `api_key: ${DOCUMENTED_KEY}`,
      same: `api_key: ${DOCUMENTED_KEY}`,
      web: TOKENS,
      old: `api_key: ${EXPIRED_KEY}`,
      ci: `api_key: ${SECOND_KEY}`,
    });
    const { code, stdout, stderr } = await rotate(session, "--all");
    const [key, ci] = [await keyOf(session), await keyOf(session, "ci")];
    assertEquals([code, stderr], [3, "❌ old: Invalid API key.\n"]);
    assertEquals(
      stdout,
      `✅ default: new key ${masked(key)} (also in same); the old key flux_dev_abc1...mno34 is not taken any more\n` +
        "➖ web: signed in through the browser; its tokens renew themselves\n" +
        `✅ ci: new key ${ci.slice(0, 12)}...${ci.slice(-5)}; the old key flux_ci_seco...00000 is not taken any more\n`,
    );
  });

  it("tells programs in one document", async () => {
    const session = home({ default: `api_key: ${DOCUMENTED_KEY}`, web: TOKENS, old: `api_key: ${EXPIRED_KEY}` });
    const { code, stdout, stderr } = await rotate(session, "--all", "--json");
    const { profiles } = JSON.parse(stdout);
    assertEquals([code, stderr], [3, ""]);
    assertEquals(
      profiles.map((
        it: { profile: string; outcome: string; error?: { code: string } },
      ) => [it.outcome, it.error?.code]),
      [["rotated", undefined], ["passed_over", undefined], ["failed", "expired_api_key"]],
    );
  });
});

/** A platform that is in between, and answers some requests itself. */
function between(answer: (name: string, request: Request) => Response | undefined) {
  return listen(async (request) => {
    const { pathname } = new URL(request.url);
    const own = answer(`${request.method} ${pathname.replace(/key_\d+/, "{id}")}`, request);
    if (own !== undefined) return own;
    const headers = new Headers(request.headers);
    headers.delete("host");
    const body = request.method === "GET" ? undefined : await request.text();
    return await ask(platform, pathname, { method: request.method, headers, body: body === "" ? undefined : body });
  });
}

describe("auth rotate and a platform that fails", () => {
  around();

  const failing: [string, (name: string, request: Request) => Response | undefined, string][] = [
    [
      "does not take the new key",
      (name, { headers }) =>
        name === "GET /api/auth/me" && headers.get("authorization") !== `Bearer ${DOCUMENTED_KEY}`
          ? Response.json({ code: "invalid_api_key", detail: "" }, { status: 401 })
          : undefined,
      "does not take the key that it has just made",
    ],
    [
      "makes one that may do less",
      (name, { headers }) =>
        name === "GET /api/auth/me" && headers.get("authorization") !== `Bearer ${DOCUMENTED_KEY}`
          ? Response.json({ account: {}, api_key: { id: "key_5", permissions: [] } })
          : undefined,
      "made a key that may not do what the old one may",
    ],
    [
      "lets no keys be made",
      (name) => name === "POST /api/api-keys" ? Response.json({ detail: "Not Found" }, { status: 404 }) : undefined,
      "does not let keys be managed from here; use its page of API keys",
    ],
    [
      "does not tell which key it is",
      (name) => name === "GET /api/auth/me" ? Response.json({ account: {} }) : undefined,
      "does not tell which key this is",
    ],
  ];
  for (const [what, answer, message] of failing) {
    it(`leaves all as it was where it ${what}`, async () => {
      const server = between(answer);
      const session = home({ default: `api_key: ${DOCUMENTED_KEY}` }, server.url);
      const before = session.saved();
      const { code, stderr } = await rotate(session);
      await server.stop();
      assertEquals([code, session.saved(), isBroken(session)], [1, before, false]);
      assertStringIncludes(stderr, message);
      assertEquals((await keysMadeWith(DOCUMENTED_KEY)).length, 1);
    });
  }

  it("says what is to be done by hand where it does not let a key revoke itself", async () => {
    const server = between((name) =>
      name.startsWith("DELETE ") ? Response.json({ detail: "Not Found" }, { status: 404 }) : undefined
    );
    const session = home({ default: `api_key: ${DOCUMENTED_KEY}` }, server.url);
    const { code, stdout, stderr } = await rotate(session);
    assertEquals([code, isBroken(session)], [1, false]);
    assertStringIncludes(stdout, "✅ Profile default has a new key: ");
    assertStringIncludes(stderr, "does not let a key revoke itself; delete key_1 on the platform's page of API keys\n");
    assertEquals((await session.run(["auth", "status"])).code, 0);
    await server.stop();
  });

  it("says where a web page answers in the platform's place that a key may be left, and removes it later", async () => {
    let isBetween = true;
    const server = between((name) =>
      isBetween && name === "POST /api/api-keys"
        ? new Response("<!doctype html>", { status: 403, headers: { "content-type": "text/html" } })
        : undefined
    );
    const session = home({ default: `api_key: ${DOCUMENTED_KEY}` }, server.url);
    const { code, stderr } = await rotate(session);
    assertEquals([code, isBroken(session)], [1, true]);
    assertStringIncludes(
      stderr,
      "a new one may have been made that nobody has. Remove it and rotate: fluxloop auth rotate\n",
    );
    isBetween = false;
    assertEquals((await rotate(session)).code, 0);
    assertEquals((await keysMadeWith(await keyOf(session))).length, 1);
    await server.stop();
  });
});

describe("a rotation that was broken off", () => {
  around();

  /** A home in which the new key is saved and the old one not revoked yet. */
  async function savedOnly(): Promise<Session> {
    const session = withKey();
    const made = await rotate(session, "--no-save", "-q");
    const key = made.stdout.trim();
    session.save(session.saved()!.replace(DOCUMENTED_KEY, key));
    leaveBroken(session, { newId: "key_5", old: { apiKey: DOCUMENTED_KEY } });
    return session;
  }

  it("is finished by the next one, which says so", async () => {
    const session = await savedOnly();
    const key = await keyOf(session);
    const { code, stdout } = await rotate(session);
    assertEquals([code, isBroken(session), await keyOf(session)], [0, false, key]);
    assertStringIncludes(
      stdout,
      `✅ The rotation of profile default that was broken off is finished; its key is ${masked(key)}\n`,
    );
    assertEquals((await statusOf(DOCUMENTED_KEY)).code, 3);
  });

  it("is finished before a key is shown with --no-save", async () => {
    const session = await savedOnly();
    const { code, stdout } = await rotate(session, "--no-save", "-q");
    assertEquals([code, KEY.test(stdout.trim()), isBroken(session)], [0, true, false]);
    assertEquals((await statusOf(DOCUMENTED_KEY)).code, 3);
  });

  it("is told by list, status and doctor", async () => {
    const session = await savedOnly();
    const warning = "⚠️  A rotation of profile default is not finished. Finish it: fluxloop auth rotate\n";
    assertEquals((await session.run(["auth", "list"])).stderr, warning);
    assertEquals((await session.run(["auth", "status"])).stderr, warning);
    assertEquals(JSON.parse((await session.run(["auth", "list", "--json"])).stdout).profiles[0].rotation, "unfinished");
    assertEquals(JSON.parse((await session.run(["auth", "status", "--json"])).stdout).rotation, "unfinished");
    assertStringIncludes((await session.run(["auth", "doctor"])).stdout, "⚠️  Rotation: profile default has one");
  });

  it("is left to be finished by a login with one of its keys", async () => {
    const session = await savedOnly();
    const { stderr } = await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    assertEquals([stderr, isBroken(session)], ["", true]);
    assertEquals((await rotate(session)).code, 0);
    const [own, ...others] = await keysMadeWith(await keyOf(session));
    assertEquals([own.id, others.length, isBroken(session)], ["key_6", 0, false]);
  });

  it("is given up by a login with another key, which says what may be left", async () => {
    const session = await savedOnly();
    const { code, stderr } = await session.run(["auth", "login", "--api-key", SECOND_KEY]);
    assertEquals([code, isBroken(session)], [0, false]);
    assertStringIncludes(
      stderr,
      "is given up. flux_dev_abc1...mno34 (key_1) and key_5 may still be taken; delete what you",
    );
  });

  it("is given up by a logout, which says that the old key is still taken", async () => {
    const session = await savedOnly();
    const { code, stderr } = await session.run(["auth", "logout"]);
    assertEquals([code, isBroken(session)], [0, false]);
    assertStringIncludes(stderr, "flux_dev_abc1...mno34 (key_1)");
  });

  it("is undone by logout --revoke, together with both keys", async () => {
    const session = await savedOnly();
    const key = await keyOf(session);
    const { code, stderr } = await session.run(["auth", "logout", "--revoke"]);
    assertEquals([code, stderr, isBroken(session)], [0, "", false]);
    assertEquals([(await statusOf(key)).code, (await statusOf(DOCUMENTED_KEY)).code], [3, 3]);
  });

  it("is not passed over where what is written of it cannot be read, and ended by a login", async () => {
    const session = withKey();
    Deno.writeTextFileSync(pendingFile(session), `{"old": {"apiKey": "${DOCUMENTED_KEY}"`);
    const { code, stderr } = await rotate(session);
    assertEquals([code, stderr.includes(DOCUMENTED_KEY)], [2, false]);
    assertStringIncludes(stderr, "cannot be read; log in to it again");
    await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
    assertEquals((await rotate(session)).code, 0);
  });

  const others: [string, Record<string, unknown>][] = [
    ["of other keys than the profile has by now", { oldId: "key_3", newId: "key_9", old: { apiKey: SECOND_KEY } }],
    ["at another platform", { apiUrl: "https://api.fluxloop.ai", newId: "key_9", old: { apiKey: SECOND_KEY } }],
  ];
  for (const [what, fields] of others) {
    it(`${what} is given up, its keys named and sent nowhere`, async () => {
      const session = withKey();
      leaveBroken(session, fields);
      const { code, stderr }: Outcome = await rotate(session);
      assertEquals([code, isBroken(session), (await statusOf(SECOND_KEY)).code], [0, false, 0]);
      assertStringIncludes(stderr, "Of a rotation before this one, key_");
      assertStringIncludes(stderr, " and key_9 may still be taken.");
    });
  }

  it("removes an orphan that it was to be something else than what is wanted now", async () => {
    const session = withKey();
    const request = { name: "My Development Key", expires_in: 3600 };
    const headers = {
      authorization: `Bearer ${DOCUMENTED_KEY}`,
      "idempotency-key": "a request",
      "content-type": "application/json",
    };
    const made = await ask(platform, "/api/api-keys", {
      method: "POST",
      headers,
      body: JSON.stringify(request),
    });
    const orphan = (await made.json()).key;
    leaveBroken(session, { wish: { name: "My Development Key", expiresIn: 3600 } });
    assertEquals((await rotate(session)).code, 0);
    assertEquals([(await statusOf(orphan)).code, (await statusOf(await keyOf(session))).code], [3, 0]);
  });
});
