import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { DOCUMENTED } from "../support/documentation.ts";
import { listen } from "../support/listener.ts";
import { DOCUMENTED_KEY, fillPlatform } from "../support/platform.ts";
import { runAs } from "../support/users.ts";
import { base, fluxloop, PROGRAM, type ServedPlatform, servePlatform } from "../support/program.ts";
import { Terminal } from "../support/terminal.ts";
import { fixedClock } from "../support/clock.ts";

/** 84 days before the key of the documentation ends. */
const DAY = "2024-01-22 12:00:00";

/** The documentation's page has lost the indentation of lists, and blanks at line ends. */
const asOnThePage = (text: string) => text.replaceAll(/^ +| +$/gm, "");

describe(`the documentation's output, byte for byte, on the base of Deno ${base().deno}`, () => {
  let folder: string;
  let platform: ServedPlatform;
  let clock: Record<string, string>;
  const run = (args: string[], env: Record<string, string> = {}) =>
    fluxloop(args, { env: { ...clock, HOME: folder, FLUXLOOP_API_URL: platform.url, ...env } });

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    clock = fixedClock(DAY);
    fillPlatform(`${folder}/data`);
    platform = await servePlatform(["--data", `${folder}/data`], { env: clock });
    await run(["auth", "login", "--api-key", DOCUMENTED_KEY]);
  });
  afterAll(async () => {
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });

  it("auth login, in a terminal; the typed key is not shown, and one line says so", async () => {
    const home = await Deno.makeTempDir();
    const terminal = await Terminal.open({ ...clock, HOME: home, FLUXLOOP_API_URL: platform.url });
    await terminal.type("clear");
    await terminal.press("Enter");
    await terminal.waitFor(/^\$ $/);
    await terminal.type("fluxloop auth login");
    await terminal.press("Enter");
    await terminal.waitFor(/hidden\.\)\n> /);
    await terminal.type(DOCUMENTED_KEY);
    await terminal.press("Enter");
    const screen = await terminal.waitFor(/Organizations: .*\n\$/);
    await terminal.close();
    await Deno.remove(home, { recursive: true });
    const shown = asOnThePage(screen.replace(/\n\$$/, "\n"))
      .replace("(Typing is hidden.)\n> ********\n", `> ${DOCUMENTED_KEY}\n`);
    assertEquals(shown, DOCUMENTED.login);
  });

  const outputs: [string, string[], string][] = [
    ["auth status", ["auth", "status"], DOCUMENTED.status],
    ["auth whoami", ["auth", "whoami"], DOCUMENTED.whoami],
  ];
  for (const [what, args, text] of outputs) {
    it(what, async () => {
      const { code, stdout, stderr } = await run(args);
      assertEquals([code, stderr, asOnThePage(stdout)], [0, "", text]);
    });
  }

  it("an invalid key, the address being the platform's own", async () => {
    const { code, stdout, stderr } = await run(["auth", "login", "--api-key", "flux_dev_wrong"]);
    const here = DOCUMENTED.invalidKey.replace("https://app.fluxloop.ai", platform.url);
    assertEquals([code, stdout, asOnThePage(stderr)], [3, "", here]);
  });

  it("a denied permission", async () => {
    const denial = {
      code: "permission_denied",
      required_permission: "upload_results",
      permissions: ["read_scenarios"],
    };
    const denying = listen(() => Response.json(denial, { status: 403 }));
    const env = { FLUXLOOP_API_URL: denying.url, FLUXLOOP_API_KEY: DOCUMENTED_KEY };
    const { code, stdout, stderr } = await run(["auth", "whoami"], env);
    await denying.stop();
    assertEquals([code, stdout, asOnThePage(stderr)], [3, "", DOCUMENTED.permissionDenied]);
  });

  it("a failed connection", async () => {
    const env = { HOME: folder, FLUXLOOP_API_KEY: DOCUMENTED_KEY };
    // In a network namespace of its own there is no network at all.
    const { code, stdout, stderr } = await runAs("root", ["unshare", "--net", PROGRAM, "auth", "whoami"], { env });
    assertEquals([code, stdout, asOnThePage(stderr)], [4, "", DOCUMENTED.network]);
  });

  it("the credentials file, with the fields that the page does not show left out", async () => {
    const further = /^ +(api_url|key_id|created): .*\n/gm;
    const text = (await Deno.readTextFile(`${folder}/.fluxloop/credentials`)).replaceAll(further, "");
    assertEquals(asOnThePage(text), DOCUMENTED.credentials);
  });
});
