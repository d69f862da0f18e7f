import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { startRelay } from "../support/relay.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const KEY = /^flux_(dev|ci)_[a-z2-7]{32}\n$/;

describe("apikeys", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  const session = (key = DOCUMENTED_KEY, url = platform.url) =>
    new Session({ env: { FLUXLOOP_API_KEY: key, FLUXLOOP_API_URL: url } });
  const create = (it: Session, ...options: string[]) => it.run(["apikeys", "create", ...options]);
  const listed = async (it: Session) => JSON.parse((await it.run(["apikeys", "list", "--json"])).stdout).api_keys;

  it("create prints only the key on standard output", async () => {
    const { code, stdout, stderr } = await create(session(), "--name", "alone");
    assertEquals([code, stderr], [0, '✅ Created key "alone". It is shown only once:\n']);
    assertMatch(stdout, KEY);
  });

  it("create requires a name without a terminal", async () => {
    const { code, stdout, stderr } = await create(session());
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "Can't prompt for the key's name without a terminal. Pass --name <name>.");
  });

  it("create creates a valid key with the requested settings", async () => {
    const options = ["--name", "asked", "--scope", "prj_2", "--scope", "customer-support-bot", "--environment", "ci"];
    const { stdout } = await create(session(), ...options, "--permission", "upload_results", "--expires", "30d", "-q");
    assertMatch(stdout, /^flux_ci_/);
    const { stdout: status } = await session(stdout.trim()).run(["auth", "status"]);
    assertStringIncludes(
      status,
      "Expires: 2024-02-21 (30 days remaining)\nScopes: sales-assistant, customer-support-bot\n",
    );
    assertStringIncludes(status, "❌ Read scenarios\n  ✅ Upload results\n");
  });

  it("list shows all keys, masked", async () => {
    const it = session();
    const key = (await create(it, "--name", "shown once", "-q")).stdout.trim();
    const { code, stdout } = await it.run(["apikeys", "list"]);
    assertEquals(code, 0);
    assertMatch(stdout, /^ +ID +NAME +API KEY +LAST USED +EXPIRES +SCOPES +PERMISSIONS$/m);
    assertMatch(
      stdout,
      /^\* +key_1 +My Development Key +flux_dev_abc1… +2024-01-22 +2024-04-15 \(84 days remaining\) +all projects +read_scenarios,/m,
    );
    assertMatch(stdout, /shown once/);
    assert(!stdout.includes(key) && !stdout.includes(DOCUMENTED_KEY));
  });

  it("list --json writes times as status --json does", async () => {
    const it = session();
    const [own] = (await listed(it)).filter((it: { current: boolean }) => it.current);
    const { api_key: status } = JSON.parse((await it.run(["auth", "status", "--json"])).stdout);
    const { created_at, expires_at, last_used_at } = own;
    assertEquals(expires_at, status.expires_at);
    for (const time of [created_at, expires_at, last_used_at]) assertMatch(time, /T\d\d:\d\d:\d\dZ$/);
  });

  it("create --save saves the key to a profile and doesn't print it", async () => {
    const it = session();
    const { code, stdout, stderr } = await create(it, "--name", "kept", "--save", "--profile", "laptop");
    assertEquals([code, stdout, stderr], [
      0,
      "",
      '✅ Created key "kept" and saved it to profile "laptop"\n' +
      "⚠️  FLUXLOOP_API_KEY is set: other commands use its key, not the saved ones, until you unset it.\n",
    ]);
    const { stdout: key } = await it.run(["auth", "token", "--profile", "laptop"], { env: {} });
    assertMatch(key, KEY);
  });

  it("create --save revokes a key that can't be saved", async () => {
    const it = session();
    Deno.writeTextFileSync(`${it.world.home}/.fluxloop`, "not a folder");
    const before = (await listed(it)).length;
    const { code, stdout } = await create(it, "--name", "orphan", "--save", "--profile", "laptop");
    assertEquals([code, stdout, (await listed(it)).length], [2, "", before]);
  });

  it("create revokes a key whose response was lost, and creates another one", async () => {
    const relay = startRelay(platform.url);
    const before = (await listed(session())).length;
    relay.failAt({ at: "POST /api/api-keys", when: "after", action: () => {}, isLasting: false });
    const { code, stdout } = await create(session(DOCUMENTED_KEY, relay.url), "--name", "lost");
    await relay.stop();
    assertEquals(code, 0);
    assertMatch(stdout, KEY);
    assertEquals((await listed(session())).length, before + 1);
    assertEquals((await session(stdout.trim()).run(["auth", "status"])).code, 0);
  });

  it("delete revokes a key by its name or its ID", async () => {
    const it = session();
    for (const by of ["name", "id"] as const) {
      const key = (await create(it, "--name", `short-lived ${by}`, "-q")).stdout.trim();
      const named = (await listed(it)).find((it: { name: string }) => it.name === `short-lived ${by}`)[by];
      const { code, stdout } = await it.run(["apikeys", "delete", named, "--yes"]);
      assertEquals([code, stdout], [0, `✅ Deleted key short-lived ${by}\n`]);
      const { code: refused, stderr } = await session(key).run(["auth", "status"]);
      assertEquals([refused, stderr.split("\n")[0]], [3, "❌ Error: Invalid API key"]);
    }
  });

  const faults: [string, string[], number, string][] = [
    ["a missing name", ["create"], 2, "name"],
    [
      "a permission that the key doesn't have",
      ["create", "--name", "a", "--permission", "manage_projects"],
      3,
      "Required permission: manage_projects\n",
    ],
    [
      "an unknown permission",
      ["create", "--name", "a", "--permission", "fly"],
      2,
      'Invalid value "fly" for --permission. Expected one of: ',
    ],
    [
      "an unknown project",
      ["create", "--name", "a", "--scope", "nothing"],
      5,
      'can\'t access a project named "nothing"',
    ],
    [
      "a longer lifetime than the key's own",
      ["create", "--name", "a", "--expires", "1y"],
      2,
      "The platform rejected --expires: A key can't create one with a longer lifetime than its own\n",
    ],
    ["an unlimited lifetime", ["create", "--name", "a", "--expires", "never"], 2, "can't create one that doesn't"],
    ["an invalid lifetime", ["create", "--name", "a", "--expires", "soon"], 2, "such as 12h, 30d or 1y, or never"],
    ["a lifetime of zero", ["create", "--name", "a", "--expires", "0d"], 2, "--expires must be a number of hours"],
    ["--save without a profile", ["create", "--name", "a", "--save"], 2, "--profile <name>"],
    [
      "an unknown environment",
      ["create", "--name", "a", "--environment", "root"],
      2,
      "Expected one of: dev, stg, prod, ci",
    ],
    ["an unknown key to delete", ["delete", "nothing", "--yes"], 5, "No key that you can manage has this ID or name"],
    ["a deletion without a terminal or --yes", ["delete", "key_1"], 2, "Pass --yes to delete the key."],
  ];
  for (const [what, args, code, message] of faults) {
    it(`reports ${what}`, async () => {
      const outcome = await session().run(["apikeys", ...args]);
      assertEquals([outcome.code, outcome.stdout], [code, ""]);
      assertStringIncludes(outcome.stderr, message);
    });
  }

  it("delete requires an ID if several keys have the name", async () => {
    const it = session(SECOND_KEY);
    for (let count = 0; count < 2; count++) await create(it, "--name", "twin", "--permission", "read_scenarios");
    const { code, stderr } = await it.run(["apikeys", "delete", "twin", "--yes"]);
    assertEquals(code, 2);
    assertMatch(stderr, /Several keys have this name. Pass an ID: key_\d+, key_\d+\n/);
  });

  it("create refers to the API keys page if the platform's API can't manage keys", async () => {
    const old = listen(() => Response.json({ detail: "Not Found" }, { status: 404 }));
    const { code, stderr } = await session(DOCUMENTED_KEY, old.url).run(["apikeys", "create", "--name", "a"]);
    await old.stop();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "doesn't support managing keys. Use its API keys page.\n");
  });

  for (
    const [what, response] of [
      ["only the key", { api_key: "flux_dev_x" }],
      ["a nested key", { api_key: { key: "flux_dev_x", id: "key_9" } }],
      ["a top-level key", { key: "flux_dev_x", id: "key_9", more: 1 }],
    ] as const
  ) {
    it(`create accepts a response with ${what}`, async () => {
      const server = listen(() => Response.json(response, { status: 201 }));
      const { code, stdout } = await create(session(DOCUMENTED_KEY, server.url), "--name", "a", "-q");
      await server.stop();
      assertEquals([code, stdout], [0, "flux_dev_x\n"]);
    });
  }

  it("create sends the same idempotency key with each attempt, and a new one for each request", async () => {
    const server = listen(() =>
      Response.json({ key: "flux_dev_x" }, { status: server.requests.length < 3 ? 503 : 201 })
    );
    await create(session(DOCUMENTED_KEY, server.url), "--name", "a");
    await create(session(DOCUMENTED_KEY, server.url), "--name", "a");
    await server.stop();
    const keys = server.requests.map((it) => it.headers.get("idempotency-key"));
    assertEquals([keys.length, new Set(keys.slice(0, 3)).size, new Set(keys).size], [4, 1, 2]);
  });
});
