import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { NewApiKey } from "../../src/embedded_platform/api_keys.ts";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import type { Storage } from "../../src/embedded_platform/storage.ts";
import { after, MINUTE } from "../../src/embedded_platform/time.ts";
import openApiDocument from "../../contract/openapi.json" with { type: "json" };
import { assertCommonResponse, assertResponse, operations } from "./contract.ts";
import { ask, bearer, DOCUMENTED_KEY, SEED_TIME, sendRaw, startPlatform } from "./running_platform.ts";

const ACME = { id: "org_1", name: "Acme Inc", role: "owner" };
const PERSONAL = { id: "org_2", name: "Personal", role: "member" };
const PROJECTS = [
  { id: "prj_1", name: "customer-support-bot" },
  { id: "prj_2", name: "sales-assistant" },
  { id: "prj_3", name: "analytics-agent" },
];

const KEY = {
  id: "key_1",
  name: "My Development Key",
  created_at: "2024-01-16T00:00:00Z",
  expires_at: "2024-04-15T00:00:00Z",
  scopes: "all_projects",
  permissions: ["read_scenarios", "upload_results", "create_scenarios"],
};

/** The responses to the documented key. */
const BODIES: Record<string, unknown> = {
  "/api/auth/me": {
    account: { id: "usr_1", email: "john@example.com", name: "John" },
    organizations: [ACME, PERSONAL],
    projects: PROJECTS,
    api_key: KEY,
    api_access: true,
    plan: { name: "Team", runs_per_month: 1000 },
    usage: { runs_this_month: 234 },
  },
  "/api/projects": { projects: PROJECTS },
  "/api/workspaces": { workspaces: [ACME, PERSONAL] },
  "/api/api-keys": {
    api_keys: [{
      ...KEY,
      prefix: "flux_dev_abc1",
      last_used_at: "2024-01-16T00:00:00Z",
      created_by: null,
    }],
  },
  "/openapi.json": openApiDocument,
};

const OTHER_KEY = "flux_ci_zyx987wvu654tsr321qpo098nml76";
const UNKNOWN_KEY = "flux_dev_nobody000000000000000000000000";

const UNREADABLE_AUTHORIZATIONS = [
  "Basic am9objpzZWNyZXQ=",
  "Bearer",
  `Bearer${DOCUMENTED_KEY}`,
  `Bearer ${DOCUMENTED_KEY} ${DOCUMENTED_KEY}`,
  `Bearer "${DOCUMENTED_KEY}"`,
  `Token ${DOCUMENTED_KEY}`,
  DOCUMENTED_KEY,
];

const minute = (offset: number) => after(SEED_TIME, offset * MINUTE);

/** Keys and the error code of their response; `undefined` if they are accepted. */
const KEYS: { state: string; key: Partial<NewApiKey>; revoked?: boolean; code?: string }[] = [
  { state: "a key that never expires", key: { expires_at: null } },
  { state: "a key that expires in a minute", key: { expires_at: minute(1) } },
  { state: "a key that expires at this moment", key: { expires_at: minute(0) }, code: "expired_api_key" },
  { state: "an expired key", key: { expires_at: minute(-1) }, code: "expired_api_key" },
  { state: "a revoked key", key: { expires_at: null }, revoked: true, code: "revoked_api_key" },
  {
    state: "a key that was revoked and then expired",
    key: { expires_at: minute(-1) },
    revoked: true,
    code: "revoked_api_key",
  },
];

describe("the API's responses", () => {
  let platform: LocalPlatform;
  let storage: Storage;

  beforeEach(async () => {
    platform = await startPlatform(null);
    storage = platform.storage;
  });

  afterEach(() => platform.stop());

  function addKey(key: Partial<NewApiKey>) {
    return storage.apiKeys.add({
      key: OTHER_KEY,
      name: "Another key",
      created_at: minute(-10),
      expires_at: null,
      scopes: "all_projects",
      permissions: ["read_scenarios"],
      ...key,
    });
  }

  for (const { path, operation } of operations.filter((it) => it.method === "GET")) {
    const isOpen = operation.security?.length === 0;

    it(`match the documentation for GET ${path}`, async () => {
      const response = await ask(platform, path, isOpen ? {} : bearer(DOCUMENTED_KEY));
      assertEquals(response.status, 200);
      assertEquals(await assertResponse(response, "GET", path), BODIES[path]);
    });

    it(`are 405 for PUT ${path}`, async () => {
      const response = await ask(platform, path, { method: "PUT", body: "{}", ...bearer(DOCUMENTED_KEY) });
      const methods = operations.filter((it) => it.path === path).map((it) => it.method);
      assertEquals([response.status, response.headers.get("allow")], [
        405,
        methods.join(", ").replace("GET", "GET, HEAD"),
      ]);
      await assertResponse(response, "GET", path);
    });

    if (isOpen) continue;
    it(`are 401 for GET ${path} without a key`, async () => {
      const response = await ask(platform, path);
      assertEquals([response.status, response.headers.get("www-authenticate")], [401, "Bearer"]);
      await assertResponse(response, "GET", path);
    });
  }

  it("are 404 for an unknown path", async () => {
    const response = await ask(platform, "/api/nothing", bearer(DOCUMENTED_KEY));
    assertEquals(response.status, 404);
    await assertCommonResponse(response, "NotFound");
  });

  for (const authorization of UNREADABLE_AUTHORIZATIONS) {
    it(`are invalid_api_key for "Authorization: ${authorization}"`, async () => {
      const response = await ask(platform, "/api/auth/me", { headers: { authorization } });
      assertEquals(response.status, 401);
      const body = await assertResponse(response, "GET", "/api/auth/me");
      assertEquals((body as { code: string }).code, "invalid_api_key");
    });
  }

  it("are invalid_api_key for an unknown key", async () => {
    const response = await ask(platform, "/api/auth/me", bearer(UNKNOWN_KEY));
    assertEquals(response.status, 401);
    const body = await assertResponse(response, "GET", "/api/auth/me");
    assertEquals((body as { code: string }).code, "invalid_api_key");
  });

  for (const { state, key, revoked = false, code } of KEYS) {
    it(`are ${code ?? "successful"} for ${state}`, async () => {
      const { id } = addKey(key);
      if (revoked) storage.apiKeys.revoke(id, minute(-5));
      const response = await ask(platform, "/api/auth/me", bearer(OTHER_KEY));
      assertEquals(response.status, code === undefined ? 200 : 401);
      const body = await assertResponse(response, "GET", "/api/auth/me");
      assertEquals((body as { code?: string }).code, code);
    });
  }

  it("have null as the expiry of a key that never expires", async () => {
    addKey({ expires_at: null });
    const response = await ask(platform, "/api/auth/me", bearer(OTHER_KEY));
    const body = await assertResponse(response, "GET", "/api/auth/me");
    assertEquals((body as { api_key: { expires_at: unknown } }).api_key.expires_at, null);
  });

  it("contain only projects in the key's scopes", async () => {
    addKey({ scopes: ["prj_2", "prj_9"] });
    const response = await ask(platform, "/api/projects", bearer(OTHER_KEY));
    assertEquals(await assertResponse(response, "GET", "/api/projects"), { projects: [PROJECTS[1]] });
  });

  it("are successful for a Bearer scheme in mixed case", async () => {
    const response = await ask(platform, "/api/auth/me", { headers: { authorization: `bEARER  ${DOCUMENTED_KEY}` } });
    assertEquals(response.status, 200);
  });

  it("to HEAD equal those to GET, without a body", async () => {
    const host = new URL(platform.url).host;
    const authorization = `Bearer ${DOCUMENTED_KEY}`;
    const get = await ask(platform, "/api/auth/me", { headers: { authorization, "accept-encoding": "identity" } });
    const head = await sendRaw(
      platform,
      `HEAD /api/auth/me HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
    );
    assertEquals(
      [head.status, head.headers.get("content-length"), await head.text()],
      [200, String((await get.arrayBuffer()).byteLength), ""],
    );
  });

  for (const { path, status } of [{ path: "/openapi.json", status: 200 }, { path: "/nothing", status: 404 }]) {
    it(`with status ${status} aren't cached or sniffed`, async () => {
      const { headers } = await ask(platform, path);
      assertEquals([headers.get("cache-control"), headers.get("x-content-type-options")], ["no-store", "nosniff"]);
    });
  }
});
