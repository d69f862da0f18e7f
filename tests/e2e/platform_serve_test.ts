import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { base, fluxloop, servePlatform } from "../support/program.ts";
import { itOnUnix } from "../support/systems.ts";

describe(`platform serve, compiled on the base of Deno ${base().deno}`, () => {
  let folder: string;
  const status = (url: string, key: string) =>
    fluxloop(["auth", "status"], { env: { FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: key } });

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  it("keeps its state across a kill -9, and tells the key only once", async () => {
    const first = await servePlatform(["--data", `${folder}/data`]);
    assertEquals((await status(first.url, first.key!)).code, 0);
    await first.stop("SIGKILL");
    const second = await servePlatform(["--data", `${folder}/data`]);
    assertEquals(second.key, null);
    assertEquals((await status(second.url, first.key!)).code, 0);
    await second.stop();
  });

  it("keeps it below the program's own folder unless told otherwise", async () => {
    const platform = await servePlatform([], { env: { FLUXLOOP_HOME: folder } });
    await platform.stop();
    assertEquals((await Deno.stat(`${folder}/platform`)).isDirectory, true);
  });

  it("forgets everything with --ephemeral, and writes nothing", async () => {
    const platform = await servePlatform(["--ephemeral"], { env: { FLUXLOOP_HOME: folder } });
    await platform.stop();
    assertEquals([...Deno.readDirSync(folder)], []);
  });

  it("listens on the loopback address whatever DENO_SERVE_ADDRESS says", async () => {
    // A file would be in the place of the port: nothing but the program's own address may be used.
    const platform = await servePlatform(["--ephemeral"], { env: { DENO_SERVE_ADDRESS: `unix:${folder}/socket` } });
    const { code } = await status(platform.url, platform.key!);
    await platform.stop();
    assertEquals([code, [...Deno.readDirSync(folder)]], [0, []]);
  });

  it("takes no key but its own", async () => {
    const platform = await servePlatform(["--ephemeral"]);
    assertEquals((await status(platform.url, "flux_dev_another0000000000000000000000")).code, 3);
    await platform.stop();
  });

  it("says which port is taken, and how to take another", async () => {
    const platform = await servePlatform(["--ephemeral"]);
    const { port } = new URL(platform.url);
    const { code, stderr } = await fluxloop(["platform", "serve", "--ephemeral", "--port", port]);
    await platform.stop();
    assertEquals(code, 1);
    assertStringIncludes(stderr, port);
    assertStringIncludes(stderr, "--port 0");
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    itOnUnix(`stops in order on ${signal}, with exit code 130`, async () => {
      const platform = await servePlatform(["--data", `${folder}/data`]);
      assertEquals(await platform.stop(signal), 130);
    });
  }
});
