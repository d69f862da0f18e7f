import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { VERSION } from "../../src/build_info.ts";
import { scanArguments } from "../../src/cli/arguments.ts";
import { watchForNewVersion } from "../../src/cli/version_notice.ts";
import { newVersionText } from "../../src/output/upgrade.ts";
import { beginNotice } from "../../src/release/notice.ts";
import { itOnUnix, modeOf } from "../support/systems.ts";
import { leaveWorlds, type World, world, type WorldOptions } from "../support/world.ts";

const RELEASES = { url: "https://releases.example.com/releases", publicKey: "a key" };
const NEWER = "99.0.0";
const HOUR = 60 * 60 * 1000;
const START = new Date("2026-01-31T12:00:00Z");
const TEXT = `fluxloop ${NEWER} is available (this is ${VERSION}). Upgrade: fluxloop upgrade\n`;

describe("the notice of a new version", () => {
  afterEach(leaveWorlds);

  /** A home folder in which several commands run; the releases page redirects to `latest`. */
  class Home {
    readonly first: World = world();
    readonly file = `${this.first.home}/.fluxloop/latest-version.json`;
    asked = 0;
    latest: string | null = NEWER;

    constructor(folder = true) {
      if (folder) Deno.mkdirSync(`${this.first.home}/.fluxloop`);
    }

    /** Runs a command, `hours` after the first. @returns The notice. */
    async command(hours: number, { dropped = false, executable = "/usr/local/bin/fluxloop" } = {}) {
      const { context } = world({
        env: { HOME: this.first.home, USERPROFILE: this.first.home },
        now: new Date(START.getTime() + hours * HOUR),
        fetch: ({ url }) => {
          this.asked++;
          if (this.latest === null) return Promise.reject(new TypeError("no network"));
          assertEquals(url, `${RELEASES.url}/latest`);
          return Promise.resolve(new Response(null, { status: 302, headers: { location: `tag/v${this.latest}` } }));
        },
      });
      const notice = beginNotice(context, RELEASES, [], executable);
      if (!dropped) await notice?.settled;
      notice?.drop();
      const found = notice?.take() ?? null;
      await notice?.settled;
      return found === null ? null : newVersionText(found);
    }
  }

  it("is shown once a day, as long as there is a newer version", async () => {
    const home = new Home();
    const shown = [];
    for (const hours of [0, 1, 23, 24, 25, 47, 48]) shown.push(await home.command(hours));
    assertEquals(shown, [TEXT, null, null, TEXT, null, null, TEXT]);
  });

  it("saves until when there is nothing to do, so that nothing is loaded until then", async () => {
    const home = new Home();
    const next = () => (JSON.parse(Deno.readTextFileSync(home.file)).next - START.getTime()) / HOUR;
    await home.command(0, { dropped: true });
    assertEquals(next(), 1);
    await home.command(2);
    assertEquals(next(), 26);
    home.latest = VERSION;
    await home.command(30);
    assertEquals(next(), 54);
  });

  it("looks for a version once a day", async () => {
    const home = new Home();
    for (const hours of [0, 0.5, 1, 12, 23.9]) await home.command(hours);
    assertEquals(home.asked, 1);
    await home.command(24);
    assertEquals(home.asked, 2);
  });

  it("looks again after an hour if no response arrived", async () => {
    const home = new Home();
    assertEquals(await home.command(0, { dropped: true }), null);
    assertEquals([await home.command(0.9), home.asked], [null, 1]);
    assertEquals([await home.command(1.1), home.asked], [TEXT, 2]);
  });

  for (const latest of [VERSION, "0.0.1", "nightly", `${VERSION}-rc.1`]) {
    it(`isn't shown if the latest release is ${latest}`, async () => {
      const home = new Home();
      home.latest = latest;
      assertEquals(await home.command(0), null);
    });
  }

  it("shows Homebrew's command if Homebrew installed the program", async () => {
    const text = await new Home().command(0, { executable: "/opt/homebrew/Cellar/fluxloop/1/bin/fluxloop" });
    assertEquals(text, TEXT.replace("fluxloop upgrade", "brew upgrade fluxloop"));
  });

  it("isn't shown, and nothing is requested or created, without a folder for the file", async () => {
    const home = new Home(false);
    assertEquals([await home.command(0), await home.command(30), home.asked], [null, null, 0]);
    assertEquals([...Deno.readDirSync(home.first.home)], []);
  });

  it("saves one small file", async () => {
    const home = new Home();
    await home.command(0);
    assertEquals([...Deno.readDirSync(`${home.first.home}/.fluxloop`)].map((it) => it.name), ["latest-version.json"]);
  });

  itOnUnix("saves a file that only its owner can read", async () => {
    const home = new Home();
    await home.command(0);
    assertEquals(modeOf(home.file), "600");
  });

  const spoilt = [
    "",
    "[]",
    "null",
    "{",
    '{"latest": "\\u001b[31m"}',
    '{"latest": 7, "shown": "soon", "asked": 9e99, "answered": 9e99}',
  ];
  for (const text of spoilt) {
    it(`works if the file contains ${JSON.stringify(text)}`, async () => {
      const home = new Home();
      Deno.writeTextFileSync(home.file, text);
      assertEquals(await home.command(0), TEXT);
    });
  }

  it("ignores network failures", async () => {
    const home = new Home();
    home.latest = null;
    assertEquals(await home.command(0), null);
  });
});

describe("the check for a new version", () => {
  afterEach(leaveWorlds);

  const cases: [string, boolean, string[], WorldOptions][] = [
    ["a person at a terminal", true, ["auth", "status"], {}],
    ["a person who is to see requests", true, ["auth", "status", "-v"], {}],
    ["nobody without a terminal", false, ["auth", "status"], { typed: undefined }],
    ["nobody in CI", false, ["auth", "status"], { env: { CI: "true" } }],
    ["nobody who wants no notice", false, ["auth", "status"], { env: { FLUXLOOP_NO_UPDATE_CHECK: "1" } }],
    ["no program that reads JSON", false, ["auth", "status", "--json"], {}],
    ["nobody who wants quiet", false, ["--quiet", "auth", "status"], {}],
    ["nobody who wants quiet in short", false, ["auth", "status", "-vq"], {}],
    ["no other program", false, ["auth", "exec", "--", "true"], {}],
    ["no script that takes the key", false, ["--profile", "x", "auth", "token"], {}],
    ["nobody who upgrades", false, ["upgrade"], {}],
  ];
  for (const [what, isTold, args, options] of cases) {
    it(`is ${what}`, () => {
      const { context } = world({ typed: "", ...options });
      assertEquals(watchForNewVersion(context, scanArguments(args), RELEASES) !== null, isTold);
    });
  }

  it("is off in builds that aren't releases", () => {
    const { context } = world({ typed: "" });
    assertEquals(
      watchForNewVersion(context, scanArguments(["auth", "status"]), { ...RELEASES, publicKey: null }),
      null,
    );
  });
});
