import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

describe("the permissions of a command", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  /** @returns The permissions that a command of a logged-in user has given up by its end. */
  async function renounced(args: readonly string[], env: Record<string, string> = {}) {
    const session = new Session({ env });
    session.save(`profiles:\n  default: {api_key: ${DOCUMENTED_KEY}, api_url: "${platform.url}"}\n`);
    const { port } = new URL(platform.url);
    return (await session.observe(args.map((it) => it.replace("<port>", port)))).renounced;
  }

  const withoutProcesses: [string, string[]][] = [
    ["auth status", ["auth", "status"]],
    ["auth status --all", ["auth", "status", "--all"]],
    ["auth whoami", ["auth", "whoami"]],
    ["auth token", ["auth", "token"]],
    ["auth list", ["auth", "list"]],
    ["auth switch", ["auth", "switch", "default"]],
    ["auth logout", ["auth", "logout"]],
    ["auth rotate", ["auth", "rotate"]],
    ["auth doctor", ["auth", "doctor"]],
    ["apikeys list", ["apikeys", "list"]],
    ["apikeys delete", ["apikeys", "delete", "none", "--yes"]],
    ["test upload", ["test", "upload", "none"]],
    ["auth login", ["auth", "login", "--api-key", DOCUMENTED_KEY]],
    ["auth login with a wrong key", ["auth", "login", "--api-key", "flux_dev_wrong"]],
    ["auth login --no-save", ["auth", "login", "--no-save", "--storage", "keychain", "--api-key", DOCUMENTED_KEY]],
    ["platform serve on a port in use", ["platform", "serve", "--ephemeral", "--port", "<port>"]],
  ];
  for (const [what, args] of withoutProcesses) {
    it(`exclude starting processes in ${what}`, async () => {
      assertEquals((await renounced(args)).includes("processes"), true);
    });
  }

  it("exclude starting processes in auth status with a key from the environment", async () => {
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
    assertEquals((await renounced(["auth", "status"], env)).includes("processes"), true);
  });

  for (const args of [["auth", "list"], ["auth", "token"], ["apikeys", "list"], ["--help"]]) {
    it(`exclude reading other variables in ${args.join(" ")}`, async () => {
      assertEquals((await renounced(args)).includes("environment"), true);
    });
  }

  for (const args of [["--version"], ["test", "--schema"]]) {
    it(`are complete in ${args.join(" ")}`, async () => assertEquals(await renounced(args), []));
  }
});
