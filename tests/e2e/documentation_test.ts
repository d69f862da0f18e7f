import { assertEquals, assertMatch } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { DOCUMENTED, PERMISSION_DENIAL, withoutIndentation } from "../support/documentation.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, startPlatform, type TestPlatform } from "../support/platform.ts";
import { fluxloop, type ServedPlatform, servePlatform } from "../support/program.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const DAY = 24 * 60 * 60 * 1000;

describe("the documented output, byte for byte", () => {
  let platform: TestPlatform;
  let session: Session;

  beforeAll(async () => {
    platform = await startPlatform();
    session = new Session({ env: { FLUXLOOP_API_URL: platform.url } });
    await session.run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
  });
  afterAll(async () => {
    await platform.stop();
    removeTestHomes();
  });

  it("is printed by auth login, except that typing is hidden", async () => {
    const terminal = new Session({ env: { FLUXLOOP_API_URL: platform.url, NO_COLOR: "1" }, typed: DOCUMENTED_KEY });
    const { code, stdout, stderr } = await terminal.run(["auth", "login"]);
    const shown = `$ fluxloop auth login\n${stderr}${stdout}`.replace(
      "(Typing is hidden.)\n",
      `> ${DOCUMENTED_KEY}\n`,
    );
    assertEquals([code, withoutIndentation(shown)], [0, DOCUMENTED.login]);
  });

  for (const command of ["status", "whoami"] as const) {
    it(`is printed by auth ${command}`, async () => {
      const { code, stdout, stderr } = await session.run(["auth", command]);
      assertEquals([code, stderr, withoutIndentation(stdout)], [0, "", DOCUMENTED[command]]);
    });
  }

  it("is printed for an invalid key, with the platform's own address", async () => {
    const { code, stdout, stderr } = await session.run(["auth", "login", "--api-key", "flux_dev_wrong"]);
    const here = DOCUMENTED.invalidKey.replace("https://app.fluxloop.ai", platform.url);
    assertEquals([code, stdout, withoutIndentation(stderr)], [3, "", here]);
  });

  it("is printed for a denied permission", async () => {
    const denying = listen(() => Response.json(PERMISSION_DENIAL, { status: 403 }));
    const env = { FLUXLOOP_API_URL: denying.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY };
    const { code, stdout, stderr } = await session.run(["auth", "whoami"], { env });
    await denying.stop();
    assertEquals([code, stdout, withoutIndentation(stderr)], [3, "", DOCUMENTED.permissionDenied]);
  });

  it("is printed for a failed connection", async () => {
    const fetch = () => Promise.reject(new TypeError("dns error: failed to lookup address information"));
    const { code, stdout, stderr } = await session.run(["auth", "whoami"], {
      env: { FLUXLOOP_API_KEY: DOCUMENTED_KEY },
      fetch,
    });
    assertEquals([code, stdout, withoutIndentation(stderr)], [4, "", DOCUMENTED.network]);
  });

  it("matches the credentials file, except for undocumented fields", () => {
    const undocumented = /^ +(api_url|key_id|created): .*\n/gm;
    assertEquals(withoutIndentation(session.saved()!.replaceAll(undocumented, "")), DOCUMENTED.credentials);
  });
});

describe("the documented output of the compiled program, except for the key, dates and addresses", () => {
  let platform: ServedPlatform;
  let folder: string;
  const run = (...args: string[]) =>
    fluxloop(args, { env: { HOME: folder, USERPROFILE: folder, FLUXLOOP_API_URL: platform.url } });

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    platform = await servePlatform(["--ephemeral"]);
    await run("auth", "login", "--api-key", platform.key!);
  });
  afterAll(async () => {
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });

  it("is printed by auth status", async () => {
    const { code, stdout, stderr } = await run("auth", "status");
    const [, date, days] = stdout.match(/^Expires: (\S+) \((\d+) days remaining\)$/m)!;
    assertMatch(date, /^\d{4}-\d{2}-\d{2}$/);
    // The date may have changed since the command ran.
    assertEquals(Math.abs(Date.parse(date) - Date.now() - Number(days) * DAY) <= DAY, true, `${date}: ${days}`);
    const shown = stdout.replace(`${platform.key!.slice(0, 13)}...${platform.key!.slice(-5)}`, "flux_dev_abc1...mno34")
      .replace(`${date} (${days} days`, "2024-04-15 (84 days");
    assertEquals([code, stderr, withoutIndentation(shown)], [0, "", DOCUMENTED.status]);
  });

  it("is printed by auth whoami", async () => {
    const { code, stdout, stderr } = await run("auth", "whoami");
    assertEquals([code, stderr, withoutIndentation(stdout)], [0, "", DOCUMENTED.whoami]);
  });

  it("is printed for an invalid key", async () => {
    const { code, stdout, stderr } = await run("auth", "login", "--api-key", "flux_dev_wrong");
    const here = DOCUMENTED.invalidKey.replace("https://app.fluxloop.ai", platform.url);
    assertEquals([code, stdout, withoutIndentation(stderr)], [3, "", here]);
  });

  it("matches the credentials file, except for undocumented fields", async () => {
    const undocumented = /^ +(api_url|key_id|created): .*\n/gm;
    const text = (await Deno.readTextFile(`${folder}/.fluxloop/credentials`)).replaceAll(undocumented, "")
      .replace(platform.key!, DOCUMENTED_KEY).replace(/"\d{4}-\d{2}-\d{2}"/, '"2024-04-15"');
    assertEquals(withoutIndentation(text), DOCUMENTED.credentials);
  });
});
