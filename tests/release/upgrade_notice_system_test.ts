import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { listen, type Listener } from "../support/listener.ts";
import { compileVariant } from "../support/other_builds.ts";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { redirect, Releases } from "../support/releases.ts";
import { Terminal } from "../support/terminal.ts";

const NEWER = "99.0.0";
const ME = { account: { id: "usr_1", email: "john@example.com" }, organizations: [], projects: [] };

describe("the notice of a new version in a terminal", () => {
  let releases: Releases;
  let platform: Listener;
  let terminal: Terminal;
  let home: string;
  let program: string;
  let file: string;
  /** Delays the platform's response, so that a test controls how far the version check gets. */
  let respond: PromiseWithResolvers<void>;

  beforeAll(async () => {
    releases = await Releases.open();
    program = `${releases.folder}/fluxloop`;
    await compileVariant({ releaseKey: releases.key.publicKey, releasesUrl: releases.url }, program);
    platform = listen(async () => {
      await respond.promise;
      return Response.json(ME);
    });
  });
  afterAll(async () => {
    await platform.stop();
    await releases.close();
  });
  beforeEach(async () => {
    releases.clear();
    respond = Promise.withResolvers();
    home = await Deno.makeTempDir({ prefix: "fluxloop-notice-" });
    await Deno.mkdir(`${home}/.fluxloop`);
    file = `${home}/.fluxloop/version-check.json`;
    terminal = await Terminal.open({
      HOME: home,
      FLUXLOOP_API_URL: platform.url,
      FLUXLOOP_API_KEY: DOCUMENTED_KEY,
      FLUXLOOP_CA_FILE: releases.authority.file,
    });
  });
  afterEach(async () => {
    await terminal.close();
    await Deno.remove(home, { recursive: true });
  });

  /** Runs a command in the terminal and waits for it to exit. @returns The screen. */
  async function run(command: string): Promise<string> {
    await terminal.type(`clear; ${command}; echo "exit $?"`);
    await terminal.press("Enter");
    return await terminal.waitFor(/exit \d+\n/);
  }

  it("is requested during a command's own request and without the key", async () => {
    releases.overrides.set("/releases/latest", () => {
      respond.resolve();
      return redirect(`${releases.url}/tag/v${NEWER}`);
    });
    await run(`${program} auth whoami`);
    assertEquals(
      releases.requests.map((it) => [new URL(it.url).pathname.split("/").at(-1), it.headers.get("authorization")]),
      [["latest", null]],
    );
    assertEquals(typeof JSON.parse(await Deno.readTextFile(file)).next, "number");
  });

  it("is shown if the releases page responds before the platform", async () => {
    // The body never ends: the program cancels it as soon as it has the redirect's location.
    const body = () => new ReadableStream({ cancel: () => respond.resolve() });
    const headers = { location: `${releases.url}/tag/v${NEWER}` };
    releases.overrides.set("/releases/latest", () => new Response(body(), { status: 302, headers }));
    assertStringIncludes(await run(`${program} auth whoami`), `\nfluxloop ${NEWER} is available`);
  });

  it("doesn't delay the command if the releases page doesn't respond", async () => {
    releases.overrides.set("/releases/latest", () => {
      respond.resolve();
      return new Promise<Response>(() => {});
    });
    assertStringIncludes(await run(`${program} auth whoami`), "exit 0");
  });

  const silent: [string, string, boolean][] = [
    ["with --quiet", "--quiet", false],
    ["with --json", "--json", false],
    ["with piped output", "| cat", false],
    ["in CI", "", true],
  ];
  for (const [what, more, isCi] of silent) {
    it(`isn't shown ${what}`, async () => {
      respond.resolve();
      const screen = await run(`${isCi ? "CI=true " : ""}${program} auth whoami ${more}`);
      assertEquals([screen.includes("is available"), releases.requests.length], [false, 0]);
    });
  }

  it("isn't shown if the folder isn't writable", async () => {
    respond.resolve();
    // Not even root can create a file there.
    const screen = await run(`FLUXLOOP_HOME=/proc/self/fd ${program} auth whoami`);
    assertEquals([screen.includes("is available"), releases.requests.length], [false, 0]);
  });
});
