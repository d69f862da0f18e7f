import { assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import { DOCUMENTED, withoutIndentation } from "../support/documentation.ts";
import { DOCUMENTED_KEY, fillPlatform } from "../support/platform.ts";
import { runAs } from "../support/users.ts";
import { base, PROGRAM, type ServedPlatform, servePlatform } from "../support/program.ts";
import { Terminal } from "../support/terminal.ts";
import { fixedClock } from "../support/clock.ts";

/** 84 days before the documentation's key expires. */
const DAY = "2024-01-22 12:00:00";

describe(`the documented output, byte for byte (Deno ${base().deno})`, () => {
  let folder: string;
  let platform: ServedPlatform;
  let clock: Record<string, string>;

  beforeAll(async () => {
    folder = await Deno.makeTempDir();
    clock = fixedClock(DAY);
    fillPlatform(`${folder}/data`);
    platform = await servePlatform(["--data", `${folder}/data`], { env: clock });
  });
  afterAll(async () => {
    await platform.stop();
    await Deno.remove(folder, { recursive: true });
  });

  it("is printed by auth login in a terminal, except that typing is hidden", async () => {
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
    const shown = withoutIndentation(screen.replace(/\n\$$/, "\n"))
      .replace("(Typing is hidden.)\n> ********\n", `> ${DOCUMENTED_KEY}\n`);
    assertEquals(shown, DOCUMENTED.login);
  });

  it("is printed for a failed connection", async () => {
    const env = { HOME: folder, FLUXLOOP_API_KEY: DOCUMENTED_KEY };
    // A new network namespace has no network.
    const { code, stdout, stderr } = await runAs("root", ["unshare", "--net", PROGRAM, "auth", "whoami"], { env });
    assertEquals([code, stdout, withoutIndentation(stderr)], [4, "", DOCUMENTED.network]);
  });
});
