import { assertEquals } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

describe("a command's runtime permissions", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  /** @returns The permissions that a command has dropped by its end, with a saved login. */
  async function droppedBy(args: readonly string[], env: Record<string, string> = {}) {
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
    it(`exclude starting processes for ${what}`, async () => {
      assertEquals((await droppedBy(args)).includes("processes"), true);
    });
  }

  it("exclude starting processes for auth status with a key from the environment", async () => {
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url };
    assertEquals((await droppedBy(["auth", "status"], env)).includes("processes"), true);
  });

  for (const args of [["auth", "list"], ["auth", "token"], ["apikeys", "list"], ["--help"]]) {
    it(`exclude reading other environment variables for ${args.join(" ")}`, async () => {
      assertEquals((await droppedBy(args)).includes("environment"), true);
    });
  }

  for (const args of [["--version"], ["test", "--schema"]]) {
    it(`aren't dropped for ${args.join(" ")}`, async () => assertEquals(await droppedBy(args), []));
  }
});
