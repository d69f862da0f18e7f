import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import denoJson from "../../deno.json" with { type: "json" };
import { base, fluxloop, type ServedPlatform, servePlatform, start } from "../support/program.ts";

const { deno, target } = base();

describe(`the compiled program (Deno ${deno})`, () => {
  let platform: ServedPlatform;
  let folder: string;
  const run = (args: string[], stdin?: string, env: Record<string, string> = {}) =>
    fluxloop(args, { stdin, env: { HOME: folder, USERPROFILE: folder, FLUXLOOP_API_URL: platform.url, ...env } });

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    platform = await servePlatform(["--ephemeral"]);
  });
  afterAll(async () => {
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });

  it("prints its version, runtime and target", async () => {
    const { code, stdout } = await run(["--version"]);
    assertEquals(code, 0);
    assertMatch(stdout, /^fluxloop \d+\.\d+\.\d+( \([0-9a-f]{12,}(-dirty)?\))?\nDeno \S+, \S+\n$/);
    assertStringIncludes(stdout, `fluxloop ${denoJson.version}`);
    assertStringIncludes(stdout, `Deno ${deno}, ${target}\n`);
  });

  it("logs in, shows the account, and logs out", async () => {
    assertEquals((await run(["auth", "login", "--api-key-stdin"], `${platform.key}\n`)).code, 0);
    assertStringIncludes((await run(["auth", "status"])).stdout, "Account: john@example.com");
    assertStringIncludes((await run(["auth", "whoami"])).stdout, "  • customer-support-bot");
    assertEquals((await run(["auth", "token"])).stdout, `${platform.key}\n`);
    assertStringIncludes((await run(["auth", "list"])).stdout, "*  default  john@example.com");
    assertEquals((await run(["auth", "logout", "--all"])).stdout, "✅ Logged out from profile: default\n");
    assertEquals((await run(["auth", "status"])).code, 3);
  });

  it("reads a key from FLUXLOOP_API_KEY, its alias, or a file", async () => {
    const path = `${folder}/secret`;
    await Deno.writeTextFile(path, `${platform.key}\n`);
    const sources = {
      FLUXLOOP_API_KEY: platform.key!,
      FLUXLOOP_SYNC_API_KEY: platform.key!,
      FLUXLOOP_API_KEY_FILE: path,
    };
    for (const [name, value] of Object.entries(sources)) {
      const { stdout } = await run(["auth", "status"], undefined, { [name]: value });
      assertStringIncludes(stdout, `Profile: (${name})\n`);
    }
  });

  it("works with a key in the environment and no home folder", async () => {
    const env = { FLUXLOOP_API_URL: platform.url, FLUXLOOP_API_KEY: platform.key! };
    assertEquals((await fluxloop(["auth", "status"], { env })).code, 0);
  });

  it("doesn't prompt without a terminal", async () => {
    const { code, stdout, stderr } = await run(["auth", "login"]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, "Can't prompt for an API key without a terminal");
  });

  it("prints no colours to a pipe, not even in help", async () => {
    for (const args of [[], ["auth", "login", "--help"], ["auth", "stauts"]]) {
      const { stdout, stderr } = await run(args);
      assertEquals((stdout + stderr).includes("\x1b"), false, args.join(" "));
    }
  });

  it("prints only JSON for a failure with --json", async () => {
    const { code, stdout, stderr } = await run(["auth", "whoami", "--json", "--profile", "none"]);
    assertEquals([code, stderr, JSON.parse(stdout).error.code], [5, "", "not_found"]);
  });

  it("doesn't print the key with --verbose", async () => {
    const { code, stderr } = await run(["auth", "login", "-v", "--no-save", "--api-key", platform.key!]);
    assertEquals(code, 0);
    assertMatch(stderr, /^GET http:\/\/127\.0\.0\.1:\d+\/api\/auth\/me -> 200 \(\d+ ms\)\n$/);
  });

  it("bypasses HTTP_PROXY for a local platform", async () => {
    const seen: string[] = [];
    const abort = new AbortController();
    const proxy = Deno.serve(
      { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => {} },
      (request) => {
        seen.push(request.url);
        return new Response("proxy");
      },
    );
    const address = `http://127.0.0.1:${proxy.addr.port}`;
    const env = { FLUXLOOP_API_KEY: platform.key!, HTTP_PROXY: address, http_proxy: address, ALL_PROXY: address };
    assertEquals((await run(["auth", "status"], undefined, env)).code, 0);
    assertEquals(seen, []);
    abort.abort();
    await proxy.finished;
  });

  it("prints the documented text for a failed connection, names the proxy, and exits with 4", async () => {
    // A closed port as the proxy fails the same with and without a network.
    const env = {
      FLUXLOOP_API_KEY: "flux_dev_x",
      FLUXLOOP_API_URL: "https://api.fluxloop.ai",
      HTTPS_PROXY: "http://127.0.0.1:1",
    };
    const { code, stderr } = await run(["auth", "whoami"], undefined, env);
    assertEquals([code, stderr], [
      4,
      `❌ Error: Unable to connect to FluxLoop API

Failed to connect to api.fluxloop.ai through the proxy http://127.0.0.1:1: can't reach the proxy

Please check your internet connection and try again.
`,
    ]);
  });

  const closed: [string, string[], Record<string, string>, number, string][] = [
    ["a login that saves", ["auth", "login", "-v", "--api-key", "<key>"], {}, 0, "profiles:"],
    ["a wrong key", ["auth", "status"], { FLUXLOOP_API_KEY: "flux_dev_wrong" }, 3, ""],
    ["a wrong key, as JSON", ["auth", "status", "--json"], { FLUXLOOP_API_KEY: "flux_dev_wrong" }, 3, ""],
    ["a key that nobody reads", ["auth", "token"], { FLUXLOOP_API_KEY: "flux_dev_x" }, 1, ""],
  ];
  for (const [what, args, env, code, saved] of closed) {
    it(`exits normally when its output is closed: ${what}`, async () => {
      const home = await Deno.makeTempDir();
      const settings = { HOME: home, USERPROFILE: home, FLUXLOOP_API_URL: platform.url, ...env };
      const child = start(args.map((it) => it.replace("<key>", platform.key!)), { env: settings });
      await Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
      assertEquals((await child.status).code, code);
      const text = await Deno.readTextFile(`${home}/.fluxloop/credentials`).catch(() => "");
      assertStringIncludes(text, saved);
      await Deno.remove(home, { recursive: true });
    });
  }
});
