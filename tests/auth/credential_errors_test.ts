import { assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { failIfExpiring } from "../../src/auth/check_status.ts";
import type { StatusReport } from "../../src/auth/check_status.ts";
import { UNKNOWN_IDENTITY } from "../../src/api_client/identity.ts";
import { DOCUMENTED_KEY, SECOND_KEY } from "../support/platform.ts";
import { homeWith, homeWithKey, platform, withPlatform } from "../support/rotating.ts";
import { Session } from "../support/session.ts";

describe("a key that overrides the named profile", () => {
  withPlatform();
  const run = (...args: string[]) => {
    const session = homeWith({ prod: `api_key: ${DOCUMENTED_KEY}` });
    const env = { HOME: session.world.home, FLUXLOOP_API_KEY: SECOND_KEY, FLUXLOOP_API_URL: platform.url };
    return session.run([...args, "--profile", "prod"], { env });
  };

  for (const args of [["auth", "status"], ["auth", "whoami"], ["auth", "token"], ["apikeys", "list"]]) {
    it(`causes a warning from ${args.join(" ")}`, async () => {
      const { code, stderr } = await run(...args);
      assertEquals(code, 0);
      assertStringIncludes(stderr, "FLUXLOOP_API_KEY is set");
    });
  }

  for (const args of [["apikeys", "create", "--name", "x"], ["apikeys", "delete", "key_1", "--yes"]]) {
    it(`is rejected by ${args.slice(0, 2).join(" ")}`, async () => {
      const { code, stdout, stderr } = await run(...args);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, 'FLUXLOOP_API_KEY is set and overrides profile "prod"');
    });
  }

  it("is sent to the profile's platform by login --no-save", async () => {
    const args = ["auth", "login", "--no-save", "--api-key", SECOND_KEY, "--json"];
    const { code, stdout } = await homeWithKey().run(args);
    assertEquals([code, JSON.parse(stdout).api_url], [0, platform.url]);
  });
});

describe("the credentials file", () => {
  it("is rejected if a profile's name is a path", async () => {
    const session = new Session();
    session.save(
      'default_profile: "/../x"\nprofiles:\n  "/../x": {access_token: a, refresh_token: b, api_url: "http://127.0.0.1:9"}\n',
    );
    const { code, stderr } = await session.run(["auth", "token"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "has a profile with an invalid name");
  });

  it("provides the key's expiry if the platform doesn't", () => {
    const now = new Date("2024-01-22T12:00:00Z");
    const saved = { account: null, expires: new Date("2024-01-24T00:00:00Z") };
    const key = { saved } as StatusReport["key"];
    const report = { profile: "default", authenticated: true, key, identity: UNKNOWN_IDENTITY, failure: null };
    assertEquals(failIfExpiring(report, 7 * 86_400_000, now).failure?.code, "key_expires_soon");
  });
});
