import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { requireCredentialsLocation } from "../../src/credentials/location.ts";
import { findPendingLogin, removePendingLogin, savePendingLogin } from "../../src/credentials/pending_login.ts";
import { ConfigurationError } from "../../src/errors.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes, world } from "../support/world.ts";

const loginOf = (profile: string) => ({
  apiUrl: "https://api.fluxloop.ai",
  deviceCode: `code of ${profile}`,
  userCode: "BCDF-GHJK",
  verificationUrl: new URL("https://app.fluxloop.ai/connect"),
  expiresAt: new Date("2024-01-22T13:00:00Z"),
  interval: 5000,
});

describe("pending logins", () => {
  afterEach(removeTestHomes);

  it("don't collide when profiles have similar names", async () => {
    const location = requireCredentialsLocation(world().context);
    const names = ["x", "X", "x.new", "x.json", "x.json.new", "x.lock", "x_", "x__"];
    for (const name of names) await savePendingLogin(location, name, loginOf(name));
    const codes = names.map((name) => findPendingLogin(location, name)?.deviceCode);
    assertEquals(codes, names.map((name) => `code of ${name}`));
  });

  it("aren't read from a file that is too large", async () => {
    const location = requireCredentialsLocation(world().context);
    await savePendingLogin(location, "x", loginOf("x"));
    Deno.writeTextFileSync(`${location.folder}/pending-login.x.json`, " ".repeat(1024 * 1024), { append: true });
    assertThrows(() => findPendingLogin(location, "x"), ConfigurationError, "it is larger than 1 MiB");
  });

  it("are kept when that of a profile with a similar name is removed", async () => {
    const location = requireCredentialsLocation(world().context);
    for (const name of ["x", "x.new"]) await savePendingLogin(location, name, loginOf(name));
    removePendingLogin(location, "x", "code of x");
    assertEquals(["x", "x.new"].map((name) => findPendingLogin(location, name)?.deviceCode), [
      undefined,
      "code of x.new",
    ]);
  });
});

describe("an error on a file other than the credentials file", () => {
  afterEach(removeTestHomes);

  const login = ["auth", "login", "--web", "--no-wait", "--api-url", "http://127.0.0.1:9"];
  const files: [string, string[]][] = [
    ["credentials.lock", ["auth", "switch", "default"]],
    ["credentials.-rotation.lock", ["auth", "rotate"]],
    ["pending-login.default.json", ["auth", "login", "--resume"]],
    ["credentials.lock", login],
  ];
  for (const [name, args] of files) {
    it(`in ${args.slice(0, 3).join(" ")} names ${name} and doesn't suggest moving the credentials file`, async () => {
      const session = new Session();
      session.save("profiles:\n  default:\n    api_key: flux_dev_saved\n");
      Deno.mkdirSync(`${session.world.home}/.fluxloop/${name}`);
      const { code, stderr } = await session.run(args);
      assertMatch(String(code), /^[12]$/);
      assertStringIncludes(stderr, name);
      assertEquals(/mv \S+credentials |Move away/.test(stderr), false, stderr);
    });
  }
});
