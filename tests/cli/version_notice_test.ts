import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { VERSION } from "../../src/build_info.ts";
import { scanArguments } from "../../src/cli/arguments.ts";
import { watchForNewVersion } from "../../src/cli/version_notice.ts";
// Imported up front, so that the check doesn't have to load it.
import "../../src/release/upgrade.ts";
import { itOnUnix, modeOf } from "../support/systems.ts";
import { removeTestHomes, type World, world, type WorldOptions } from "../support/world.ts";

const RELEASES = { url: "https://releases.example.com/releases", publicKey: "a key" };
const NEWER = "99.0.0";
const HOUR = 60 * 60 * 1000;
const START = new Date("2026-01-31T12:00:00Z");
const PLATFORM = "https://api.example.com/a";
const TEXT = `\nfluxloop ${NEWER} is available (this is ${VERSION}). Upgrade: fluxloop upgrade\n`;

/** Waits for the check, which takes at most one turn of the event loop here. */
const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

describe("the notice of a new version", () => {
  afterEach(removeTestHomes);

  /** A home folder for several commands. The releases page redirects to `latest`. */
  class Home {
    readonly first: World = world();
    readonly file = `${this.first.home}/.fluxloop/version-check.json`;
    requests = 0;
    latest: string | null = NEWER;

    constructor(folder = true) {
      if (folder) Deno.mkdirSync(`${this.first.home}/.fluxloop`);
    }

    /** When the next check is due, in hours after the first command. */
    get next(): number {
      return (JSON.parse(Deno.readTextFileSync(this.file)).next - START.getTime()) / HOUR;
    }

    /** Runs a command `hours` after the first one. @returns The notice. */
    async run(hours: number, { endsEarly = false, executable = "/usr/local/bin/fluxloop" } = {}) {
      const { context, stderr } = world({
        typed: "",
        env: { FLUXLOOP_HOME: `${this.first.home}/.fluxloop` },
        now: new Date(START.getTime() + hours * HOUR),
        fetch: ({ url }) => {
          if (url === PLATFORM) return Promise.resolve(new Response());
          this.requests++;
          if (this.latest === null) return Promise.reject(new TypeError("no network"));
          assertEquals(url, `${RELEASES.url}/latest`);
          return Promise.resolve(new Response(null, { status: 302, headers: { location: `tag/v${this.latest}` } }));
        },
      });
      const watch = watchForNewVersion(context, scanArguments(["auth", "status"]), RELEASES, executable)!;
      await watch.context.fetch(new Request(PLATFORM), { proxy: null, caCerts: [] });
      if (!endsEarly) await nextTurn();
      watch.end(0);
      await nextTurn();
      return stderr();
    }
  }

  it("is shown, and the next check is a day later", async () => {
    const home = new Home();
    assertEquals([await home.run(0), home.next], [TEXT, 24]);
  });

  it("isn't shown if no response has arrived, and the next check is an hour later", async () => {
    const home = new Home();
    assertEquals([await home.run(0, { endsEarly: true }), home.next], ["", 1]);
  });

  for (const latest of [VERSION, "0.0.1", `${VERSION}-rc.1`]) {
    it(`isn't shown if the latest release is ${latest}, and the next check is a day later`, async () => {
      const home = new Home();
      home.latest = latest;
      assertEquals([await home.run(0), home.next], ["", 24]);
    });
  }

  it("isn't shown if the latest release isn't a version", async () => {
    const home = new Home();
    home.latest = "nightly";
    assertEquals(await home.run(0), "");
  });

  it("shows Homebrew's command if Homebrew installed the program", async () => {
    const text = await new Home().run(0, { executable: "/opt/homebrew/Cellar/fluxloop/1/bin/fluxloop" });
    assertEquals(text, TEXT.replace("fluxloop upgrade", "brew upgrade fluxloop"));
  });

  it("isn't shown, and nothing is requested or created, if ~/.fluxloop doesn't exist", async () => {
    const home = new Home(false);
    assertEquals([await home.run(0), home.requests], ["", 0]);
    assertEquals([...Deno.readDirSync(home.first.home)], []);
  });

  it("saves only version-check.json", async () => {
    const home = new Home();
    await home.run(0);
    assertEquals([...Deno.readDirSync(`${home.first.home}/.fluxloop`)].map((it) => it.name), ["version-check.json"]);
  });

  itOnUnix("saves a file that only its owner can read", async () => {
    const home = new Home();
    await home.run(0);
    assertEquals(modeOf(home.file), "600");
  });

  it("ignores network failures", async () => {
    const home = new Home();
    home.latest = null;
    assertEquals(await home.run(0), "");
  });
});

describe("the check for a new version", () => {
  afterEach(removeTestHomes);

  const cases: [string, boolean, string[], WorldOptions][] = [
    ["at a terminal", true, ["auth", "status"], {}],
    ["with --verbose", true, ["auth", "status", "-v"], {}],
    ["without a terminal", false, ["auth", "status"], { typed: undefined }],
    ["in CI", false, ["auth", "status"], { env: { CI: "true" } }],
    ["with FLUXLOOP_NO_UPDATE_CHECK", false, ["auth", "status"], { env: { FLUXLOOP_NO_UPDATE_CHECK: "1" } }],
    ["with --json", false, ["auth", "status", "--json"], {}],
    ["with --quiet", false, ["--quiet", "auth", "status"], {}],
    ["with -vq", false, ["auth", "status", "-vq"], {}],
    ["by auth exec", false, ["auth", "exec", "--", "true"], {}],
    ["by auth token", false, ["--profile", "x", "auth", "token"], {}],
    ["by upgrade", false, ["upgrade"], {}],
  ];
  for (const [when, isMade, args, options] of cases) {
    it(`is ${isMade ? "" : "not "}made ${when}`, () => {
      const { context } = world({ typed: "", ...options });
      assertEquals(watchForNewVersion(context, scanArguments(args), RELEASES) !== null, isMade);
    });
  }

  it("is disabled in builds that aren't releases", () => {
    const { context } = world({ typed: "" });
    assertEquals(
      watchForNewVersion(context, scanArguments(["auth", "status"]), { ...RELEASES, publicKey: null }),
      null,
    );
  });

  /** Makes two requests, as a command does, and waits for the check that the first one starts. */
  async function request(file: string | null) {
    const requests: string[] = [];
    const { context, home, stderr } = world({
      typed: "",
      now: START,
      fetch: ({ url }) => {
        requests.push(url);
        return Promise.resolve(new Response(null, { status: 302, headers: { location: `tag/v${NEWER}` } }));
      },
    });
    Deno.mkdirSync(`${home}/.fluxloop`);
    if (file !== null) Deno.writeTextFileSync(`${home}/.fluxloop/version-check.json`, file);
    const watch = watchForNewVersion(context, scanArguments(["auth", "status"]), RELEASES)!;
    for (const path of ["a", "b"]) {
      await watch.context.fetch(new Request(`https://api.example.com/${path}`), { proxy: null, caCerts: [] });
    }
    await nextTurn();
    return { checks: requests.filter((it) => it.startsWith(RELEASES.url)).length, watch, stderr };
  }

  const files: [string, string | null, number][] = [
    ["by the first command", null, 1],
    ["when it is due", JSON.stringify({ next: START.getTime() }), 1],
    ["before it is due", JSON.stringify({ next: START.getTime() + HOUR }), 0],
    ["if it is due too far in the future", JSON.stringify({ next: START.getTime() + 25 * HOUR }), 1],
    ["if the file is empty", "", 1],
    ["if the file is a list", "[]", 1],
    ["if the file is null", "null", 1],
    ["if the file has a string as the time", '{"next": "soon"}', 1],
  ];
  for (const [when, file, count] of files) {
    it(`is ${count === 0 ? "not " : ""}made ${when}`, async () => assertEquals((await request(file)).checks, count));
  }

  for (const [what, exitCode, text] of [["succeeded", 0, TEXT], ["failed", 1, ""]] as const) {
    it(`shows ${text === "" ? "nothing" : "the notice"} if the command ${what}`, async () => {
      const { watch, stderr } = await request(null);
      watch.end(exitCode);
      assertEquals(stderr(), text);
    });
  }
});
