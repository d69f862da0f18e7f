import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import type { Schemas } from "../../src/embedded_platform/http.ts";
import { decideLogin, pendingLogins } from "../../src/embedded_platform/logins.ts";
import type { LocalPlatform } from "../../src/embedded_platform/server.ts";
import { isoTime } from "../../src/embedded_platform/time.ts";
import { assertResponse } from "./contract.ts";
import { ask, bearer, random, SEED_DAY, startPlatform } from "./running_platform.ts";
import { Visitor } from "./visitor.ts";

type IssuedCredential = Schemas["IssuedCredential"];
type StartedLogin = Schemas["StartedLogin"];

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

describe("a login through the browser", () => {
  let platform: LocalPlatform;
  let visitor: Visitor;
  let clock: number;

  beforeEach(async () => {
    clock = SEED_DAY.getTime() + 12 * 60 * MINUTE;
    platform = await startPlatform(null, { now: () => new Date(clock) });
    visitor = await Visitor.signedIn(platform);
  });

  afterEach(() => platform.stop());

  /** Sends a request and checks the response against the contract. */
  async function send(path: string, body: unknown, headers: Record<string, string> = {}) {
    const init = {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    };
    const response = await ask(platform, path, init);
    return { status: response.status, headers: response.headers, body: await assertResponse(response, "POST", path) };
  }

  async function start(): Promise<StartedLogin> {
    return (await send("/api/cli-connect/start", {}, { "user-agent": "fluxloop/0.1.0 (linux; x86_64)" }))
      .body as StartedLogin;
  }

  async function complete({ device_code }: StartedLogin) {
    return (await send("/api/cli-connect/complete", { device_code })).body as {
      status: string;
      credential?: IssuedCredential;
    };
  }

  async function decide({ user_code }: StartedLogin, decision: "approve" | "deny"): Promise<void> {
    const { headers } = await visitor.submit("/connect", { code: user_code });
    await visitor.submit(headers.get("location")!, { decision });
  }

  async function approved(): Promise<IssuedCredential> {
    const login = await start();
    await decide(login, "approve");
    return (await complete(login)).credential!;
  }

  const refresh = (token: string) => send("/api/cli-connect/refresh", { refresh_token: token });
  const revoke = (token: string) => send("/api/cli-connect/revoke", { refresh_token: token });

  async function statusOf(token: string): Promise<number> {
    return (await ask(platform, "/api/auth/me", bearer(token))).status;
  }

  it("starts with a code for the program, one for the user, and a page to enter it on", async () => {
    const { device_code, user_code, ...rest } = await start();
    assertMatch(device_code, /^flux_dc_[a-z2-7]{32}$/);
    assertMatch(user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const verification_url = `${platform.url}/connect?code=${user_code}`;
    assertEquals(rest, { verification_url, expires_in: 600, interval: 5 });
  });

  it("is pending until it is approved or denied", async () => {
    assertEquals(await complete(await start()), { status: "pending" });
  });

  it("returns tokens once it is approved", async () => {
    const { access_token, refresh_token, ...rest } = await approved();
    assertMatch(access_token, /^flux_at_[a-z2-7]{32}$/);
    assertMatch(refresh_token, /^flux_rt_[a-z2-7]{32}$/);
    assertEquals(rest, { expires_at: "2024-01-16T13:00:00Z", user_id: "usr_1", user_email: "john@example.com" });
  });

  it("returns an access token of the user, not of a key", async () => {
    const { access_token } = await approved();
    const response = await ask(platform, "/api/auth/me", bearer(access_token));
    const { account, api_key } = await assertResponse(response, "GET", "/api/auth/me") as {
      account: { id: string };
      api_key: null;
    };
    assertEquals([account.id, api_key], ["usr_1", null]);
  });

  it("can be decided only once", async () => {
    const login = await start();
    const { storage, url } = platform;
    const loginTimes = { codeLifetime: 600, pollInterval: 5 };
    const here = { storage, url, random, loginTimes, now: () => isoTime(new Date(clock)) };
    const [{ number }] = pendingLogins(here);
    const decisions = (["approved", "denied"] as const).map((state) => decideLogin(here, number, state));
    assertEquals([decisions, (await complete(login)).status], [[true, false], "approved"]);
  });

  it("reports that it was denied", async () => {
    const login = await start();
    await decide(login, "deny");
    assertEquals(await complete(login), { status: "denied" });
  });

  it("expires whether or not it was approved", async () => {
    const [one, other] = [await start(), await start()];
    await decide(one, "approve");
    clock += 10 * MINUTE;
    assertEquals([await complete(one), await complete(other)], [{ status: "expired" }, { status: "expired" }]);
  });

  it("slows down a program that polls too often", async () => {
    const login = await start();
    const statuses: string[] = [];
    for (const pause of [0, 4, 9, 14, 20]) {
      clock += pause * SECOND;
      statuses.push((await complete(login)).status);
    }
    assertEquals(statuses, ["pending", "slow_down", "slow_down", "slow_down", "pending"]);
  });

  it("returns new tokens within a minute if the response was lost, and revokes the first ones", async () => {
    const login = await start();
    await decide(login, "approve");
    const first = (await complete(login)).credential!;
    clock += 30 * SECOND;
    const second = (await complete(login)).credential!;
    assertEquals([await statusOf(first.access_token), await statusOf(second.access_token)], [401, 200]);
  });

  it("returns no new tokens after that minute", async () => {
    const login = await start();
    await decide(login, "approve");
    const { access_token } = (await complete(login)).credential!;
    clock += 61 * SECOND;
    assertEquals([await complete(login), await statusOf(access_token)], [{ status: "expired" }, 200]);
  });

  it("returns no tokens after its session was revoked", async () => {
    const login = await start();
    await decide(login, "approve");
    await revoke((await complete(login)).credential!.refresh_token);
    clock += 10 * SECOND;
    assertEquals(await complete(login), { status: "expired" });
  });

  it("can't be completed with an unknown code", async () => {
    const { body } = await send("/api/cli-connect/complete", { device_code: "flux_dc_guessed" });
    assertEquals(body, { status: "expired" });
  });

  it("can't be completed with the user's code", async () => {
    const login = await start();
    await decide(login, "approve");
    assertEquals(await complete({ ...login, device_code: login.user_code }), { status: "expired" });
  });

  for (const [path, name] of [["complete", "device_code"], ["refresh", "refresh_token"], ["revoke", "refresh_token"]]) {
    for (const value of [undefined, "", 7, null, ["x"], "x".repeat(8193)]) {
      it(`rejects ${name} ${JSON.stringify(value)?.slice(0, 20)} at ${path}`, async () => {
        assertEquals((await send(`/api/cli-connect/${path}`, { [name]: value })).status, 422);
      });
    }
  }

  it("exchanges its refresh token for new tokens", async () => {
    const first = await approved();
    clock += 50 * MINUTE;
    const { body } = await refresh(first.refresh_token);
    const { credential } = body as { credential: IssuedCredential };
    assertNotEquals(credential.refresh_token, first.refresh_token);
    assertEquals([await statusOf(credential.access_token), credential.expires_at], [200, "2024-01-16T13:50:00Z"]);
  });

  it("keeps the old access token valid after a refresh, as another process may be using it", async () => {
    const first = await approved();
    await refresh(first.refresh_token);
    assertEquals(await statusOf(first.access_token), 200);
  });

  it("rejects an access token after an hour", async () => {
    const { access_token } = await approved();
    clock += 60 * MINUTE;
    const response = await ask(platform, "/api/auth/me", bearer(access_token));
    assertEquals([response.status, (await response.json()).code], [401, "expired_api_key"]);
  });

  it("rejects a refresh token after thirty days", async () => {
    const { refresh_token } = await approved();
    clock += 30 * DAY;
    assertEquals((await refresh(refresh_token)).status, 401);
  });

  it("accepts a refresh token again within a minute, as the response may have been lost", async () => {
    const { refresh_token } = await approved();
    await refresh(refresh_token);
    clock += 30 * SECOND;
    assertEquals((await refresh(refresh_token)).status, 200);
  });

  it("counts that minute from the refresh token's first use", async () => {
    const { refresh_token } = await approved();
    await refresh(refresh_token);
    clock += 40 * SECOND;
    await refresh(refresh_token);
    clock += 40 * SECOND;
    assertEquals((await refresh(refresh_token)).status, 401);
  });

  it("is revoked if a refresh token is reused later, as it may be stolen", async () => {
    const { refresh_token } = await approved();
    const { body } = await refresh(refresh_token);
    const { credential } = body as { credential: IssuedCredential };
    clock += 61 * SECOND;
    assertEquals((await refresh(refresh_token)).status, 401);
    assertEquals((await refresh(credential.refresh_token)).status, 401);
    assertEquals(await statusOf(credential.access_token), 401);
  });

  it("is revoked if the token of a lost response is used later, as it may be stolen", async () => {
    const { refresh_token } = await approved();
    const first = (await refresh(refresh_token)).body as { credential: IssuedCredential };
    const second = (await refresh(refresh_token)).body as { credential: IssuedCredential };
    clock += 61 * SECOND;
    assertEquals((await refresh(first.credential.refresh_token)).status, 401);
    assertEquals((await refresh(second.credential.refresh_token)).status, 401);
    assertEquals(await statusOf(second.credential.access_token), 401);
  });

  it("invalidates its access tokens when it is revoked", async () => {
    const { access_token, refresh_token } = await approved();
    assertEquals((await revoke(refresh_token)).status, 204);
    assertEquals([await statusOf(access_token), (await refresh(refresh_token)).status], [401, 401]);
  });

  it("accepts the revocation of a revoked or unknown refresh token", async () => {
    const { refresh_token } = await approved();
    await revoke(refresh_token);
    assertEquals([(await revoke(refresh_token)).status, (await revoke("flux_rt_never")).status], [204, 204]);
  });

  it("rejects a refresh token as an access token, and vice versa", async () => {
    const { access_token, refresh_token } = await approved();
    assertEquals([await statusOf(refresh_token), (await refresh(access_token)).status], [401, 401]);
  });

  it("lets the program create keys and delete other keys, as the user can", async () => {
    const { access_token } = await approved();
    const headers = { ...bearer(access_token).headers };
    const creation = await send("/api/api-keys", { name: "creation", permissions: ["manage_projects"] }, headers);
    assertEquals(creation.status, 201);
    const deletion = await ask(platform, "/api/api-keys/key_1", { method: "DELETE", headers });
    assertEquals(deletion.status, 204);
  });

  it("stores none of its secrets in the database", async () => {
    const dataDir = await Deno.makeTempDir();
    const persistent = await startPlatform(dataDir, { now: () => new Date(clock) });
    try {
      const other = await Visitor.signedIn(persistent);
      const json = { "content-type": "application/json" };
      const started = await ask(persistent, "/api/cli-connect/start", { method: "POST", body: "{}", headers: json });
      const login: StartedLogin = await started.json();
      const { headers } = await other.submit("/connect", { code: login.user_code });
      await other.submit(headers.get("location")!, { decision: "approve" });
      const body = JSON.stringify({ device_code: login.device_code });
      const completed = await ask(persistent, "/api/cli-connect/complete", { method: "POST", body, headers: json });
      const { credential } = await completed.json();
      const secrets = [login.device_code, login.user_code, credential.access_token, credential.refresh_token];
      await persistent.stop();
      for (const { name } of Deno.readDirSync(dataDir)) {
        const bytes = new TextDecoder("latin1").decode(Deno.readFileSync(`${dataDir}/${name}`));
        for (const secret of secrets) assert(!bytes.includes(secret), `${name} contains ${secret}`);
      }
    } finally {
      await persistent.stop();
      await Deno.remove(dataDir, { recursive: true });
    }
  });
});
