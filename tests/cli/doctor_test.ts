import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, describe, it } from "@std/testing/bdd";
import { readDiagnosis } from "../support/diagnosis.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, EXPIRED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { itOnUnix } from "../support/systems.ts";
import { removeTestHomes, type WorldOptions } from "../support/world.ts";

let platform: TestPlatform;
const DOCTOR = ["auth", "doctor", "--json"];

/** @returns The exit code, the last step, and the steps with problems. */
async function diagnosis(session: Session, options: WorldOptions = {}) {
  const { code, last, warnings } = readDiagnosis(await session.run(DOCTOR, options), session.world.home);
  return { code, ...last, warnings };
}

const withKey = (key = DOCUMENTED_KEY, env: Record<string, string> = {}) =>
  new Session({ env: { FLUXLOOP_API_URL: platform.url, FLUXLOOP_API_KEY: key, ...env } });

describe("auth doctor", () => {
  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  afterEach(removeTestHomes);

  it("passes all checks except the clock, which is set to 2024", async () => {
    const { code, name, status, warnings } = await diagnosis(withKey());
    assertEquals([code, name, status, warnings], [0, "exposed_keys", "ok", ["clock"]]);
  });

  it("omits private details from its text", async () => {
    const { code, stdout } = await withKey().run(["auth", "doctor"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "✅ API key: flux_dev_abc1...mno34, from FLUXLOOP_API_KEY\n");
    assertStringIncludes(stdout, "\nAll checks passed, with the warnings above.\n");
    assertEquals([stdout.includes("john@"), stdout.includes(DOCUMENTED_KEY)], [false, false]);
  });

  it("says how to replace a saved key that expires soon", async () => {
    const session = new Session();
    await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY, "--api-url", platform.url, "--profile", "dev"]);
    const late = new Date("2024-04-10T12:00:00Z");
    const { stdout } = await session.run(["auth", "doctor", "--profile", "dev"], { now: late });
    assertStringIncludes(stdout, "run: fluxloop auth rotate --profile dev\n");
  });

  it("says how to replace an invalid saved key", async () => {
    const session = new Session();
    session.save(`profiles:\n  dev: {api_key: ${EXPIRED_KEY}, api_url: "${platform.url}"}\n`);
    const { stdout } = await session.run(["auth", "doctor", "--profile", "dev"]);
    assertStringIncludes(stdout, "log in with it: fluxloop auth login --profile dev\n");
  });

  it("says how to replace an invalid key in FLUXLOOP_API_KEY", async () => {
    const session = new Session();
    const { stdout } = await session.run(["auth", "doctor"], {
      env: { FLUXLOOP_API_KEY: EXPIRED_KEY, FLUXLOOP_API_URL: platform.url },
    });
    assertStringIncludes(stdout, "and set it in FLUXLOOP_API_KEY\n");
  });

  const broken: [string, () => Session, WorldOptions, number, string, string][] = [
    ["nobody is logged in", () => new Session(), {}, 3, "api_key", "Not authenticated"],
    [
      "the profile doesn't exist",
      () => new Session({ env: { FLUXLOOP_PROFILE: "x" } }),
      {},
      5,
      "api_key",
      'Profile "x"',
    ],
    [
      "the API URL is invalid",
      () => withKey("k", { FLUXLOOP_API_URL: "nonsense" }),
      {},
      2,
      "api_key",
      "isn't a valid URL",
    ],
    [
      "the proxy's address is invalid",
      () => withKey("k", { FLUXLOOP_API_URL: "https://api.fluxloop.ai", HTTPS_PROXY: "ftp://x" }),
      {},
      2,
      "proxy",
      "HTTPS_PROXY isn't a valid proxy address",
    ],
    [
      "the host can't be resolved",
      () => withKey("k", { FLUXLOOP_API_URL: "https://platform.invalid" }),
      {},
      4,
      "dns",
      "can't resolve its name",
    ],
    [
      "the connection is refused",
      () => withKey("k", { FLUXLOOP_API_URL: "http://127.0.0.1:1" }),
      {},
      4,
      "tcp",
      "refused",
    ],
    [
      "the server doesn't speak TLS",
      () => withKey("k", { FLUXLOOP_API_URL: platform.url.replace("http", "https") }),
      {},
      4,
      "tls",
      "the TLS handshake failed",
    ],
    ["the key is invalid", () => withKey("flux_dev_wrong"), {}, 3, "authentication", "Invalid API key"],
    ["the key has expired", () => withKey(EXPIRED_KEY), {}, 3, "authentication", "Invalid API key"],
  ];
  for (const [what, session, options, code, name, message] of broken) {
    it(`reports the failed step if ${what}`, async () => {
      const found = await diagnosis(session(), options);
      assertEquals([found.code, found.name, found.status], [code, name, "failure"]);
      assertStringIncludes(found.message, message);
    });
  }

  it("reports a failing platform after checking the clock", async () => {
    const failing = listen(() => new Response("", { status: 500 }));
    const found = await diagnosis(withKey("k", { FLUXLOOP_API_URL: failing.url }));
    await failing.stop();
    assertEquals([found.code, found.name], [1, "authentication"]);
  });

  it("compares the machine's clock with the platform's", async () => {
    assertEquals((await diagnosis(withKey(), { now: new Date() })).warnings.includes("clock"), false);
    const late = new Date(Date.now() - 10 * 60_000);
    const { stdout } = await withKey().run(["auth", "doctor"], { now: late });
    assertStringIncludes(stdout, "this machine's clock is 10 minutes behind it");
  });

  itOnUnix("warns about a credentials file that other users can read", async () => {
    const session = new Session();
    session.save(`profiles:\n  default: {api_key: ${DOCUMENTED_KEY}, api_url: "${platform.url}"}\n`);
    Deno.chmodSync(session.world.credentials, 0o644);
    assertEquals((await diagnosis(session)).warnings, ["credentials_file", "clock"]);
  });

  it("warns about a credentials file outside the user's profile on Windows", async () => {
    const session = new Session();
    session.save(`profiles:\n  default: {api_key: ${DOCUMENTED_KEY}, api_url: "${platform.url}"}\n`);
    const env = { USERPROFILE: `${session.world.home}/elsewhere`, FLUXLOOP_HOME: `${session.world.home}/.fluxloop` };
    assertEquals(readDiagnosis(await session.run(DOCTOR, { os: "windows", env })).warnings, [
      "credentials_file",
      "clock",
    ]);
    assertEquals((await diagnosis(session, { os: "windows" })).warnings, ["clock"]);
  });
});
