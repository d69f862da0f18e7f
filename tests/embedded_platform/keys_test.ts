import { assert, assertEquals, assertMatch } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { NewApiKey } from "../../src/embedded_platform/api_keys.ts";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import type { Storage } from "../../src/embedded_platform/storage.ts";
import { after, DAY, isoTime } from "../../src/embedded_platform/time.ts";
import { assertResponse } from "./contract.ts";
import { ask, bearer, DOCUMENTED_KEY, SEED_TIME, startPlatform } from "./running_platform.ts";

const PATH = "/api/api-keys";
const ITEM = "/api/api-keys/{id}";
const WEAK = "flux_ci_weak0000000000000000000000000";
const NARROW = "flux_ci_narrow00000000000000000000000";
const NON_EXPIRING = "flux_ci_endless0000000000000000000000";

interface CheckedResponse {
  readonly status: number;
  // deno-lint-ignore no-explicit-any -- JSON that was checked against the contract
  readonly body: any;
}

describe("the API keys", () => {
  let platform: LocalPlatform;
  let storage: Storage;

  beforeEach(async () => {
    platform = await startPlatform(null);
    storage = platform.storage;
    const common = { name: "x", created_at: SEED_TIME, scopes: "all_projects" } as const;
    const add = (key: Partial<NewApiKey> & Pick<NewApiKey, "key">) =>
      storage.apiKeys.add({
        ...common,
        expires_at: after(SEED_TIME, 30 * DAY),
        permissions: [],
        ...key,
      });
    add({ key: WEAK, name: "weak", permissions: ["read_scenarios"] });
    add({ key: NARROW, name: "narrow", scopes: ["prj_2"], permissions: ["read_scenarios", "upload_results"] });
    add({ key: NON_EXPIRING, name: "endless", expires_at: null, permissions: ["manage_projects"] });
  });

  afterEach(() => platform.stop());

  const stored = (id: string) => storage.apiKeys.list().find((it) => it.id === id);

  async function send(
    key: string,
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<CheckedResponse> {
    const headers = { ...bearer(key).headers, "content-type": "application/json", ...more };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await ask(platform, path, { method, headers, body: text });
    return { status: response.status, body: await assertResponse(response, method, path === PATH ? PATH : ITEM) };
  }
  const create = (key: string, body: unknown, more: Record<string, string> = {}) => send(key, "POST", PATH, body, more);
  const statusOf = async (key: string) => (await ask(platform, "/api/auth/me", bearer(key))).status;

  it("default to the caller's permissions, projects and expiry", async () => {
    const { status, body } = await create(WEAK, { name: " CI " });
    const { key, ...listed } = body;
    assertEquals([status, listed], [201, {
      id: "key_5",
      name: "CI",
      created_at: "2024-01-16T00:00:00Z",
      expires_at: "2024-02-15T00:00:00Z",
      scopes: "all_projects",
      permissions: ["read_scenarios"],
      prefix: key.slice(0, "flux_dev_".length + 4),
      last_used_at: null,
      created_by: "key_2",
    }]);
    assertMatch(key, /^flux_dev_[a-z2-7]{32}$/);
    assertEquals(await statusOf(key), 200);
  });

  it("are created as requested", async () => {
    const request = {
      name: "é \u{1f511}",
      scopes: ["prj_1", "prj_2"],
      permissions: ["upload_results"],
      environment: "ci",
      expires_in: 3600,
    };
    const { body } = await create(DOCUMENTED_KEY, request);
    assertEquals(
      [body.name, body.scopes, body.permissions, body.expires_at],
      ["é \u{1f511}", ["prj_1", "prj_2"], ["upload_results"], "2024-01-16T01:00:00Z"],
    );
    assertMatch(body.key, /^flux_ci_/);
  });

  it("are listed for their creators, without secrets and deleted keys", async () => {
    const { body: child } = await create(WEAK, { name: "child" });
    const { body: grandchild } = await create(child.key, { name: "grandchild" });
    const ids = async (key: string) => (await send(key, "GET", PATH)).body.api_keys.map((it: { id: string }) => it.id);
    assertEquals(await ids(WEAK), ["key_2", child.id, grandchild.id]);
    assertEquals(await ids(grandchild.key), [grandchild.id]);
    assertEquals(await ids(DOCUMENTED_KEY), ["key_1"]);
    await send(WEAK, "DELETE", `${PATH}/${child.id}`);
    assertEquals(await ids(WEAK), ["key_2", grandchild.id]);
    const { body } = await send(WEAK, "GET", PATH);
    assert(!JSON.stringify(body).includes(grandchild.key));
  });

  const broader: [string, string, Record<string, unknown>, number, string][] = [
    ["another permission", WEAK, { permissions: ["read_scenarios", "upload_results"] }, 403, "upload_results"],
    ["the strongest permission", DOCUMENTED_KEY, { permissions: ["manage_projects"] }, 403, "manage_projects"],
    ["another project", NARROW, { scopes: ["prj_1"] }, 422, "scopes"],
    ["another project besides its own", NARROW, { scopes: ["prj_2", "prj_1"] }, 422, "scopes"],
    ["another project as project_id", NARROW, { project_id: "prj_1" }, 422, "project_id"],
    ["all projects", NARROW, { scopes: "all_projects" }, 422, "scopes"],
    ["an unknown project", DOCUMENTED_KEY, { scopes: ["prj_9"] }, 422, "scopes"],
    ["a lifetime one second longer", WEAK, { expires_in: 30 * DAY + 1 }, 422, "expires_in"],
    ["no expiry", WEAK, { expires_in: null }, 422, "expires_in"],
  ];
  for (const [what, key, request, status, named] of broader) {
    it(`can't create a key with broader access: ${what}`, async () => {
      const before = storage.apiKeys.list().length;
      const response = await create(key, { name: "broader", ...request });
      assertEquals(response.status, status);
      assertEquals(status === 403 ? response.body.required_permission : response.body.detail[0].loc[1], named);
      assertEquals(storage.apiKeys.list().length, before);
    });
  }

  it("can create a key that never expires if they never expire themselves", async () => {
    assertEquals((await create(NON_EXPIRING, { name: "x", expires_in: null })).body.expires_at, null);
  });

  const invalid: [string, unknown, string | undefined][] = [
    ["no name", {}, "name"],
    ["a blank name", { name: "  " }, "name"],
    ["a name of 101 characters", { name: "a".repeat(101) }, "name"],
    ["a line break in the name", { name: "a\nb" }, "name"],
    ["an escape sequence in the name", { name: "\x1b[31m" }, "name"],
    ["a number as the name", { name: 7 }, "name"],
    ["an unknown permission", { name: "a", permissions: ["__proto__"] }, "permissions"],
    ["permissions that aren't a list", { name: "a", permissions: "read_scenarios" }, "permissions"],
    ["objects as scopes", { name: "a", scopes: [{}] }, "scopes"],
    ["both scopes and project_id", { name: "a", scopes: [], project_id: "prj_1" }, "project_id"],
    ["an unknown environment", { name: "a", environment: "root" }, "environment"],
    ["a lifetime of 0", { name: "a", expires_in: 0 }, "expires_in"],
    ["a string as the lifetime", { name: "a", expires_in: "90d" }, "expires_in"],
    ["a fractional lifetime", { name: "a", expires_in: 90.5 }, "expires_in"],
    ["a list as the body", [], undefined],
    ["null as the body", null, undefined],
    ["truncated JSON", '{"name": "a', undefined],
    ["an empty body", "", undefined],
  ];
  for (const [what, body, field] of invalid) {
    it(`can't be created with ${what}`, async () => {
      const response = await create(DOCUMENTED_KEY, body);
      assertEquals([response.status, response.body.detail[0].loc[1]], [422, field]);
    });
  }

  const hostileNames = ["'; DROP TABLE api_keys; --", "<script>alert(1)</script>", "%00%0a", "{{7*7}}", "\u202e"];
  for (const name of hostileNames) {
    it(`store a hostile name unchanged: ${JSON.stringify(name)}`, async () => {
      const { body } = await create(DOCUMENTED_KEY, { name });
      assertEquals([body.name, stored(body.id)?.name], [name, name]);
    });
  }

  for (
    const [what, body, headers, status] of [
      ["a large body", { name: "a", more: "x".repeat(65 * 1024) }, {}, 413],
      ["a form", "name=a", { "content-type": "application/x-www-form-urlencoded" }, 415],
      ["a body without a content type", "{}", { "content-type": "" }, 415],
    ] as const
  ) {
    it(`reject ${what}`, async () => assertEquals((await create(DOCUMENTED_KEY, body, headers)).status, status));
  }

  it("are created once per idempotency key, even by concurrent requests", async () => {
    const more = { "idempotency-key": "rotation 1" };
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => create(DOCUMENTED_KEY, { name: "one" }, more)),
    );
    const created = responses.filter((it) => it.status === 201);
    assertEquals([created.length, responses.filter((it) => it.status === 409).length], [1, 19]);
    assertEquals(new Set(responses.map((it) => it.body.id)).size, 1);
  });

  it("aren't created for a different request with the same idempotency key", async () => {
    const more = { "idempotency-key": "1" };
    await create(DOCUMENTED_KEY, { name: "one" }, more);
    assertEquals((await create(DOCUMENTED_KEY, { name: "two" }, more)).status, 422);
  });

  it("are created for each caller that sends the same idempotency key", async () => {
    const more = { "idempotency-key": "1" };
    assertEquals((await create(DOCUMENTED_KEY, { name: "one" }, more)).status, 201);
    assertEquals((await create(WEAK, { name: "one" }, more)).status, 201);
  });

  it("are rejected after they are deleted by themselves or by their creators", async () => {
    const { body: child } = await create(WEAK, { name: "child" });
    const { body: grandchild } = await create(child.key, { name: "grandchild" });
    assertEquals((await send(WEAK, "DELETE", `${PATH}/${grandchild.id}`)).status, 204);
    assertEquals((await send(child.key, "DELETE", `${PATH}/${child.id}`)).status, 204);
    assertEquals([await statusOf(child.key), await statusOf(grandchild.key), await statusOf(WEAK)], [401, 401, 200]);
  });

  const others: [string, string, string][] = [
    ["that created them", WEAK, "created"],
    ["of another creator", DOCUMENTED_KEY, "key_2"],
    ["that doesn't exist", DOCUMENTED_KEY, "key_99"],
    ["with an invalid ID", DOCUMENTED_KEY, "1%20OR%201=1"],
  ];
  for (const [what, key, id] of others) {
    it(`can't delete or change the key ${what}`, async () => {
      const created = (await create(key, { name: "created" })).body;
      const [caller, target] = id === "created" ? [created.key, "key_2"] : [key, id];
      assertEquals((await send(caller, "DELETE", `${PATH}/${target}`)).status, 404);
      const change = { expires_at: "2024-01-17T00:00:00Z" };
      assertEquals((await send(caller, "PATCH", `${PATH}/${target}`, change)).status, 404);
      assertEquals(await statusOf(WEAK), 200);
    });
  }

  const expiries: [string, string, unknown, number][] = [
    ["to an earlier time", WEAK, "2024-01-17T00:00:00Z", 200],
    ["to an earlier time in another zone", WEAK, "2024-01-17T02:00:00+02:00", 200],
    ["to a later time", WEAK, "2024-03-01T00:00:00Z", 422],
    ["to never", WEAK, null, 422],
    ["from never to a given time", NON_EXPIRING, "2024-03-01T00:00:00Z", 200],
    ["to a date without a time", WEAK, "2024-01-17", 422],
    ["to an invalid time", WEAK, "soon", 422],
  ];
  for (const [what, key, expiry, status] of expiries) {
    it(`${status === 200 ? "can" : "can't"} change their expiry ${what}`, async () => {
      const id = key === WEAK ? "key_2" : "key_4";
      const before = stored(id)?.expires_at;
      const response = await send(key, "PATCH", `${PATH}/${id}`, { expires_at: expiry });
      assertEquals(response.status, status);
      assertEquals(stored(id)?.expires_at, status === 200 ? isoTime(new Date(expiry as string)) : before);
    });
  }
});
