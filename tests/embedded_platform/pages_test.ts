import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import type { Storage } from "../../src/embedded_platform/storage.ts";
import { ask, bearer, DOCUMENTED_KEY, SEED_DAY, sendRaw, startPlatform } from "./running_platform.ts";
import { Visitor } from "./visitor.ts";

const KEYS = "/settings/api-keys";
const MINUTE = 60_000;

/** A form that creates a key. */
const NEW_KEY = { name: "CI", environment: "ci", expires: "30d", access: "all", permissions: ["read_scenarios"] };

/** Harmful if used as SQL or HTML. */
const HOSTILE = [
  `'); DROP TABLE api_keys; --`,
  `" OR "1"="1`,
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' autofocus onfocus='alert(1)`,
  `</title><h1>`,
  `&lt;b&gt;`,
  "${7*7}{{7*7}}",
];

const PROTECTED = [KEYS, `${KEYS}/key_1/delete`, `${KEYS}/key_1/regenerate`, "/connect", "/connect/1", "/"];

describe("the pages", () => {
  let platform: LocalPlatform;
  let storage: Storage;
  let visitor: Visitor;
  let clock: number;
  let links: string[];

  beforeEach(async () => {
    clock = SEED_DAY.getTime();
    links = [];
    const onSignIn = (link: string) => links.push(link);
    platform = await startPlatform(null, { now: () => new Date(clock), onSignIn });
    storage = platform.storage;
    visitor = await Visitor.signedIn(platform);
  });

  afterEach(() => platform.stop());

  const pathOf = (link: string) => link.slice(platform.url.length);
  const names = () => storage.apiKeys.list().map(({ name }) => name);

  const pending = () => storage.query("SELECT number FROM logins WHERE state = 'pending'").length;

  /** Starts a login. @returns The user's code. */
  async function startLogin(userAgent = "fluxloop/0.1.0 (linux; x86_64)"): Promise<string> {
    const headers = { "content-type": "application/json", "user-agent": userAgent };
    const response = await ask(platform, "/api/cli-connect/start", { method: "POST", body: "{}", headers });
    return (await response.json()).user_code;
  }

  async function statusOf(key: string): Promise<number> {
    return (await ask(platform, "/api/auth/me", bearer(key))).status;
  }

  const getUnder = (host: string) =>
    `GET /connect?code=X HTTP/1.1\r\nHost: ${host}\r\nCookie: ${visitor.cookie}\r\nConnection: close\r\n\r\n`;

  async function shownKey(): Promise<string | undefined> {
    return /value="(flux_[a-z]+_[a-z2-7]{32})"/.exec((await visitor.open(KEYS)).text)?.[1];
  }

  for (const path of PROTECTED) {
    it(`hide ${path} from signed-out visitors`, async () => {
      const { status, text } = await new Visitor(platform).open(path);
      assertEquals(status, 401);
      assertNotMatch(text, /My Development Key|flux_dev_/);
    });

    it(`aren't cached, and allow no scripts, other hosts or frames at ${path}`, async () => {
      const { headers } = await visitor.open(path);
      assertMatch(headers.get("content-security-policy")!, /^default-src 'none';.*frame-ancestors 'none'$/);
      assertEquals([headers.get("cache-control"), headers.get("x-content-type-options")], ["no-store", "nosniff"]);
    });
  }

  it("contain no scripts, inline styles or URLs of other hosts", async () => {
    for (const path of [KEYS, "/connect", `${KEYS}/key_1/delete`, `${KEYS}/key_1/regenerate`]) {
      const { text } = await visitor.open(path);
      assertNotMatch(text, /<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?:\/\//i, path);
    }
  });

  it("hide the cookie from scripts and from other sites", async () => {
    const { headers } = await new Visitor(platform).open(pathOf(links[0]));
    assertMatch(
      headers.get("set-cookie")!,
      /^fluxloop_session_\d+=[a-z2-7]{32}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
  });

  it("remove the sign-in token from the URL", async () => {
    const { status, headers } = await new Visitor(platform).open(pathOf(links[0]));
    assertEquals([status, headers.get("location")], [303, KEYS]);
  });

  it("accept a sign-in link only once", async () => {
    const second = new Visitor(platform);
    const { status, headers } = await second.open(pathOf(platform.signInUrl));
    assertEquals([status, headers.get("set-cookie")], [403, null]);
  });

  it("create a new sign-in link after one is used", async () => {
    const second = new Visitor(platform);
    await second.open(pathOf(links[0]));
    assertEquals([(await second.open(KEYS)).status, (await visitor.open(KEYS)).status], [200, 200]);
  });

  it("reject invalid sign-in tokens", async () => {
    for (const token of ["", "flux_si_", "flux_si_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "undefined", "null"]) {
      assertEquals((await new Visitor(platform).open(`/sign-in?token=${token}`)).status, 403, token);
    }
  });

  for (
    const [what, headers] of [["prefetches", { "sec-purpose": "prefetch" }], ["previews", { purpose: "prefetch" }]]
  ) {
    it(`don't use up a link that a browser ${what}`, async () => {
      const other = new Visitor(platform);
      await other.open(pathOf(links[0]), headers as Record<string, string>);
      assertEquals((await other.open(pathOf(links[0]))).status, 303);
    });
  }

  it("reject a cookie after signing out", async () => {
    const thief = new Visitor(platform);
    thief.cookie = visitor.cookie;
    assertEquals((await visitor.submit("/sign-out")).status, 200);
    assertEquals((await thief.open(KEYS)).status, 401);
  });

  it("reject a cookie after twelve hours", async () => {
    clock += 12 * 60 * MINUTE;
    assertEquals((await visitor.open(KEYS)).status, 401);
  });

  it("reject a cookie after a restart", async () => {
    const dataDir = await Deno.makeTempDir();
    await platform.stop();
    platform = await startPlatform(dataDir, { now: () => new Date(clock) });
    visitor = await Visitor.signedIn(platform);
    await platform.stop();
    const port = Number(new URL(platform.url).port);
    platform = await startPlatform(dataDir, { now: () => new Date(clock), port });
    assertEquals((await visitor.open(KEYS)).status, 401);
    await platform.stop();
    await Deno.remove(dataDir, { recursive: true });
  });

  for (
    const [path, fields] of [
      [KEYS, NEW_KEY],
      [`${KEYS}/key_1/delete`, { name: "My Development Key" }],
      [`${KEYS}/key_1/regenerate`, {}],
      ["/sign-out", {}],
    ] as const
  ) {
    for (
      const [what, forged, headers] of [
        ["without its token", { form_token: [] }, {}],
        ["with a guessed token", { form_token: "a".repeat(32) }, {}],
        ["from another site", {}, { origin: "https://evil.example" }],
        ["from a site that hides its origin", {}, { origin: "null" }],
        ["from another port of this machine", {}, { origin: "http://127.0.0.1:1" }],
      ] as const
    ) {
      it(`reject a form for ${path} ${what}`, async () => {
        const { status } = await visitor.submit(path, { ...fields, ...forged }, headers);
        assert(status === 403 || status === 421, String(status));
        assertEquals(
          [names(), await statusOf(DOCUMENTED_KEY), (await visitor.open(KEYS)).status],
          [["My Development Key"], 200, 200],
        );
      });
    }
  }

  it("reject a form with another session's token", async () => {
    const other = new Visitor(platform);
    await other.open(pathOf(links[0]));
    const form_token = await other.formToken();
    assertEquals((await visitor.submit(KEYS, { ...NEW_KEY, form_token })).status, 403);
  });

  it("change nothing on GET", async () => {
    for (const action of ["delete", "regenerate"]) {
      await visitor.open(`${KEYS}/key_1/${action}?name=My+Development+Key&form_token=${await visitor.formToken()}`);
    }
    assertEquals([names(), await statusOf(DOCUMENTED_KEY)], [["My Development Key"], 200]);
  });

  it("list the keys with their last use", async () => {
    await statusOf(DOCUMENTED_KEY);
    const { text } = await visitor.open(KEYS);
    for (const part of ["My Development Key", "flux_dev_abc1…", "2024-04-15", "2024-01-16 00:00 UTC"]) {
      assertStringIncludes(text, part);
    }
  });

  it("create a key that works, and show it only once", async () => {
    await visitor.submit(KEYS, NEW_KEY);
    const key = await shownKey();
    assertMatch(key!, /^flux_ci_/);
    assertEquals([await statusOf(key!), await shownKey()], [200, undefined]);
  });

  it("show how to log in to this platform with a new key", async () => {
    await visitor.submit(KEYS, NEW_KEY);
    assertStringIncludes((await visitor.open(KEYS)).text, `<code>fluxloop auth login --api-url ${platform.url}</code>`);
  });

  it("still show a new key after the page is prefetched", async () => {
    await visitor.submit(KEYS, NEW_KEY);
    await visitor.open(KEYS, { "sec-purpose": "prefetch;prerender" });
    await visitor.submit("/connect/1", { decision: "deny" });
    assertMatch((await shownKey())!, /^flux_ci_/);
  });

  it("show all new keys if several were created", async () => {
    for (const name of ["one", "two"]) await visitor.submit(KEYS, { ...NEW_KEY, name });
    const { text } = await visitor.open(KEYS);
    for (const name of ["one", "two"]) assertStringIncludes(text, `Key “${name}”: copy it now.`);
  });

  it("accept a cookie among others with the same name", async () => {
    const [name] = visitor.cookie.split("=");
    visitor.cookie = `${name}=tossed; ${visitor.cookie}; ${name}=other`;
    assertEquals((await visitor.open(KEYS)).status, 200);
  });

  it("escape invisible characters in the names of keys and programs", async () => {
    await visitor.submit(KEYS, { ...NEW_KEY, name: "a\u202eb\u200bc" });
    const { headers } = await visitor.submit("/connect", { code: await startLogin("x\u00adfluxloop\u0085") });
    const pages = [await visitor.open(KEYS), await visitor.open(headers.get("location")!)];
    for (const { text } of pages) assertNotMatch(text, /[\u202e\u200b\u0080-\u009f]/);
  });

  it("create a key with the chosen project access, permissions and lifetime", async () => {
    await visitor.submit(KEYS, {
      ...NEW_KEY,
      access: "some",
      scopes: ["prj_3", "prj_1"],
      permissions: ["manage_projects", "upload_results"],
      expires: "never",
    });
    const { name, scopes, permissions, expires_at, created_by } = storage.apiKeys.list().at(-1)!;
    assertEquals({ name, scopes, permissions, expires_at, created_by }, {
      name: "CI",
      scopes: ["prj_3", "prj_1"],
      permissions: ["upload_results", "manage_projects"],
      expires_at: null,
      created_by: null,
    });
  });

  for (
    const [what, fields, message] of [
      ["no name", { name: " " }, "must be: 1 to 100 characters"],
      ["a name that is too long", { name: "x".repeat(101) }, "must be: 1 to 100 characters"],
      ["a name with a control character", { name: "a\u0007b" }, "none of them a control character"],
      ["no selected project", { access: "some" }, "Choose at least one project"],
      ["an unknown project", { access: "some", scopes: "prj_9" }, "There is no such project"],
      ["an unknown permission", { permissions: "root" }, "must be one of read_scenarios"],
      ["an unknown lifetime", { expires: "1000y" }, "Choose one of the lifetimes"],
      ["an unknown environment", { environment: "test" }, "must be one of dev, stg, prod, ci"],
    ] as const
  ) {
    it(`explain what is wrong with a form with ${what}, and keep its values`, async () => {
      const { status, text } = await visitor.submit(KEYS, { ...NEW_KEY, ...fields });
      assertEquals([status, names()], [422, ["My Development Key"]]);
      assertStringIncludes(text, message);
      assertMatch(text, /<input[^>]*id="permissions-upload_results"(?![^>]*checked)/);
    });
  }

  for (const text of HOSTILE) {
    it(`show ${text} as plain text`, async () => {
      await visitor.submit(KEYS, { ...NEW_KEY, name: text });
      await startLogin(text);
      const key = storage.apiKeys.list().at(-1)!;
      const { headers } = await visitor.submit("/connect", { code: await startLogin(text) });
      const pages = await Promise.all(
        [KEYS, KEYS, `${KEYS}/${key.id}/delete`, `${KEYS}/${key.id}/regenerate`, headers.get("location")!]
          .map((it) => visitor.open(it)),
      );
      assertEquals(key.name, text);
      for (const { text: page } of pages) assertEquals(unescaped(page).includes(text) && !hasMarkup(page), true, page);
    });

    it(`treat ${text} as a value in every field`, async () => {
      await visitor.submit(KEYS, { name: text, environment: text, expires: text, access: text, permissions: text });
      await visitor.submit(KEYS, { ...NEW_KEY, access: "some", scopes: text });
      await visitor.submit("/connect", { code: text });
      await visitor.submit(`${KEYS}/key_1/delete`, { name: text });
      await visitor.open(`/connect?code=${encodeURIComponent(text)}`);
      const path = encodeURIComponent(text).replaceAll("%2F", "");
      for (const place of [`${KEYS}/${path}/delete`, `${KEYS}/${path}/regenerate`, `/connect/${path}`]) {
        await visitor.submit(place, { name: text, decision: text });
      }
      assertEquals([names(), await statusOf(DOCUMENTED_KEY)], [["My Development Key"], 200]);
    });
  }

  it("delete a key after its name is typed", async () => {
    const { status } = await visitor.submit(`${KEYS}/key_1/delete`, { name: " My Development Key " });
    assertEquals([status, names(), await statusOf(DOCUMENTED_KEY)], [303, [], 401]);
  });

  it("don't delete a key if another name is typed", async () => {
    const { status } = await visitor.submit(`${KEYS}/key_1/delete`, { name: "my development key" });
    assertEquals([status, await statusOf(DOCUMENTED_KEY)], [422, 200]);
  });

  it("replace a key with one that has the same settings", async () => {
    clock += 10 * 24 * 60 * MINUTE;
    await visitor.open(pathOf(links[0]));
    await visitor.submit(`${KEYS}/key_1/regenerate`);
    const key = (await shownKey())!;
    const { name, scopes, permissions, expires_at } = storage.apiKeys.list().at(-1)!;
    assertEquals({ name, scopes, permissions, expires_at }, {
      name: "My Development Key",
      scopes: "all_projects",
      permissions: ["read_scenarios", "upload_results", "create_scenarios"],
      expires_at: "2024-04-25T00:00:00Z",
    });
    assertEquals([await statusOf(key), await statusOf(DOCUMENTED_KEY)], [200, 401]);
  });

  for (const action of ["delete", "regenerate"]) {
    it(`respond with 404 if there is no key to ${action}`, async () => {
      assertEquals((await visitor.submit(`${KEYS}/key_9/${action}`, { name: "x" })).status, 404);
    });
  }

  it("show the program and its address after the code is entered", async () => {
    const code = await startLogin();
    const { status, headers } = await visitor.submit("/connect", { code: code.toLowerCase().replace("-", " ") });
    assertEquals(status, 303);
    const { text } = await visitor.open(headers.get("location")!);
    for (const part of [code, "fluxloop/0.1.0 (linux; x86_64)", "127.0.0.1", "john@example.com", "10 min"]) {
      assertStringIncludes(text, part);
    }
  });

  it("show that a program is waiting", async () => {
    await startLogin();
    assertStringIncludes((await visitor.open(KEYS)).text, "A program is waiting for your approval");
  });

  it("fill in a code from the URL, but leave the login pending", async () => {
    const code = await startLogin();
    const { text } = await visitor.open(`/connect?code=${code}`);
    assertStringIncludes(text, `value="${code}"`);
    assertEquals(pending(), 1);
  });

  it("don't let visitors decide on a login before they enter its code", async () => {
    await startLogin();
    for (const decision of ["approve", "deny"]) {
      assertEquals((await visitor.submit("/connect/1", { decision })).headers.get("location"), "/connect");
    }
    assertEquals(pending(), 1);
  });

  it("don't let visitors decide twice", async () => {
    const { headers } = await visitor.submit("/connect", { code: await startLogin() });
    await visitor.submit(headers.get("location")!, { decision: "deny" });
    await visitor.submit(headers.get("location")!, { decision: "approve" });
    assertEquals(storage.query("SELECT state FROM logins"), [{ state: "denied" }]);
  });

  it("leave a login pending if neither button is pressed", async () => {
    const { headers } = await visitor.submit("/connect", { code: await startLogin() });
    await visitor.submit(headers.get("location")!, { decision: "maybe" });
    assertEquals(pending(), 1);
  });

  it("reject an expired code", async () => {
    const code = await startLogin();
    clock += 10 * MINUTE;
    assertEquals((await visitor.submit("/connect", { code })).status, 422);
  });

  it("block a session for ten minutes after ten wrong codes", async () => {
    const code = await startLogin();
    for (let count = 0; count < 10; count++) {
      assertEquals((await visitor.submit("/connect", { code: "BBBB-BBBB" })).status, 422);
    }
    const { status, headers } = await visitor.submit("/connect", { code });
    assertEquals([status, headers.get("retry-after")], [429, "600"]);
    clock += 10 * MINUTE - 1;
    assertEquals((await visitor.submit("/connect", { code: await startLogin() })).status, 429);
    clock += 1;
    assertEquals((await visitor.submit("/connect", { code: await startLogin() })).status, 303);
  });

  it("keep counting wrong codes after a correct one", async () => {
    for (let count = 0; count < 9; count++) await visitor.submit("/connect", { code: "BBBB-BBBB" });
    await visitor.submit("/connect", { code: await startLogin() });
    await visitor.submit("/connect", { code: "nonsense" });
    assertEquals((await visitor.submit("/connect", { code: await startLogin() })).status, 429);
  });

  it("don't block other sessions", async () => {
    const other = new Visitor(platform);
    await other.open(pathOf(links[0]));
    for (let count = 0; count < 10; count++) await visitor.submit("/connect", { code: "BBBB-BBBB" });
    assertEquals((await other.submit("/connect", { code: await startLogin() })).status, 303);
  });

  it("reject a body that isn't a form or is too large", async () => {
    const json = await visitor.submit(KEYS, {}, { "content-type": "application/json" });
    const large = await visitor.submit(KEYS, { ...NEW_KEY, name: "x".repeat(70_000) });
    assertEquals([json.status, large.status, names()], [415, 413, ["My Development Key"]]);
  });

  it("redirect from the platform's other host names", async () => {
    const { port } = new URL(platform.url);
    const { status, headers } = await sendRaw(platform, getUnder(`localhost:${port}`));
    assertEquals([status, headers.get("location")?.trim()], [303, `${platform.url}/connect?code=X`]);
  });

  it("reject foreign host names", async () => {
    const response = await sendRaw(platform, getUnder("evil.example"));
    assertEquals([response.status, await response.json()], [421, {
      detail: "This server rejects requests for that host, or from that page",
    }]);
  });

  it("reject other methods", async () => {
    const response = await ask(platform, KEYS, { method: "DELETE", headers: { cookie: visitor.cookie } });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET, HEAD, POST"]);
  });
});

function unescaped(page: string): string {
  const characters: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return page.replace(/&(?:lt|gt|quot|#39|amp);/g, (it) => characters[it]);
}

/** @returns Whether a page contains markup that the platform never writes. */
function hasMarkup(page: string): boolean {
  return /<script|<img(?! src="\/icon)|\son[a-z]+=["']|<\/title><h1>|<b>/i.test(page);
}
