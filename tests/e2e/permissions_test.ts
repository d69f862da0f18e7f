import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import denoJson from "../../deno.json" with { type: "json" };
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";

const FIXTURE = new URL("fixtures/power_after_run.ts", import.meta.url).pathname.replace(/^\/([A-Z]:)/, "$1");

describe("the power to start processes", () => {
  let platform: TestPlatform;
  let home: string;

  beforeAll(async () => {
    platform = await startPlatform();
    home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/.fluxloop`);
  });
  afterAll(async () => {
    await platform.stop();
    await Deno.remove(home, { recursive: true });
  });

  /** @returns The state of the permission after a command; `prompt` is what is left of one that was given up. */
  async function powerAfter(args: readonly string[], env: Record<string, string>): Promise<string> {
    const saved = `profiles:\n  default: {api_key: ${DOCUMENTED_KEY}, api_url: "${platform.url}"}\n`;
    await Deno.writeTextFile(`${home}/.fluxloop/credentials`, saved, { mode: 0o600 });
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--permission-set=fluxloop", FIXTURE, ...args],
      env: { HOME: home, USERPROFILE: home, ...env },
      stdin: "null",
    }).output();
    return new TextDecoder().decode(output.stderr).trim().split("\n").at(-1)!;
  }

  const commands: [string, string[], boolean][] = [
    ["auth status", ["auth", "status"], false],
    ["auth status --all", ["auth", "status", "--all"], false],
    ["auth status with a key from the environment", ["auth", "status"], true],
    ["auth whoami", ["auth", "whoami"], false],
    ["auth token", ["auth", "token"], false],
    ["auth list", ["auth", "list"], false],
    ["auth switch", ["auth", "switch", "default"], false],
    ["auth logout", ["auth", "logout"], false],
    ["auth login", ["auth", "login", "--api-key", DOCUMENTED_KEY], false],
    ["auth login with a wrong key", ["auth", "login", "--api-key", "flux_dev_wrong"], false],
    [
      "auth login --no-save",
      ["auth", "login", "--no-save", "--storage", "keychain", "--api-key", DOCUMENTED_KEY],
      false,
    ],
    ["platform serve on a port that is taken", ["platform", "serve", "--ephemeral", "--port", "<port>"], false],
  ];
  for (const [what, args, fromEnvironment] of commands) {
    it(`is gone after ${what}`, async () => {
      const { port } = new URL(platform.url);
      const env: Record<string, string> = fromEnvironment
        ? { FLUXLOOP_API_KEY: DOCUMENTED_KEY, FLUXLOOP_API_URL: platform.url }
        : {};
      assertEquals(await powerAfter(args.map((it) => it.replace("<port>", port)), env), "prompt");
    });
  }

  it("is there after --version, which handles no key: this test can fail", async () => {
    assertEquals(await powerAfter(["--version"], {}), "granted");
  });

  it("is broader than it need be, as is none but the environment's: there is no foreign code", () => {
    const { ffi, import: imports, all, env } = denoJson.permissions.fluxloop as Record<string, unknown>;
    assertEquals([ffi, imports, all, Array.isArray(env)], [undefined, undefined, undefined, true]);
  });
});

describe("the power to read any environment variable", () => {
  /** @returns What a command leaves of the permission to read a variable that the program does not know. */
  async function powerAfter(...args: string[]): Promise<string> {
    const home = await Deno.makeTempDir();
    const output = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--permission-set=fluxloop", FIXTURE, ...args],
      env: { HOME: home, USERPROFILE: home },
      stdin: "null",
      cwd: new URL("../../", import.meta.url),
    }).output();
    await Deno.remove(home, { recursive: true });
    return new TextDecoder().decode(output.stderr).trim().split("\n").at(-2)!;
  }

  for (const args of [["auth", "list"], ["auth", "token"], ["apikeys", "list"], ["--help"]]) {
    it(`is gone with ${args.join(" ")}`, async () => {
      assertEquals(await powerAfter(...args), "prompt");
    });
  }

  it("is what a configuration's variables are read with", async () => {
    assertEquals(await powerAfter("test", "--schema"), "granted");
  });
});
