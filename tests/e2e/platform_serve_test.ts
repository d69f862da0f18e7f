import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { base, fluxloop, servePlatform } from "../support/program.ts";
import { itOnUnix } from "../support/systems.ts";

describe(`platform serve of the compiled program (Deno ${base().deno})`, () => {
  let folder: string;
  const status = (url: string, key: string) =>
    fluxloop(["auth", "status"], { env: { FLUXLOOP_API_URL: url, FLUXLOOP_API_KEY: key } });

  beforeEach(async () => {
    folder = await Deno.makeTempDir();
  });
  afterEach(() => Deno.remove(folder, { recursive: true }));

  it("keeps its state after SIGKILL, and prints the key only once", async () => {
    const first = await servePlatform(["--data", `${folder}/data`]);
    assertEquals((await status(first.url, first.key!)).code, 0);
    await first.stop("SIGKILL");
    const second = await servePlatform(["--data", `${folder}/data`]);
    assertEquals(second.key, null);
    assertEquals((await status(second.url, first.key!)).code, 0);
    await second.stop();
  });

  it("stores its data in FLUXLOOP_HOME by default", async () => {
    const platform = await servePlatform([], { env: { FLUXLOOP_HOME: folder } });
    await platform.stop();
    assertEquals((await Deno.stat(`${folder}/platform`)).isDirectory, true);
  });

  it("writes nothing with --ephemeral", async () => {
    const platform = await servePlatform(["--ephemeral"], { env: { FLUXLOOP_HOME: folder } });
    await platform.stop();
    assertEquals([...Deno.readDirSync(folder)], []);
  });

  it("listens on the loopback address despite DENO_SERVE_ADDRESS", async () => {
    // If the variable were used, it would create a socket file.
    const platform = await servePlatform(["--ephemeral"], { env: { DENO_SERVE_ADDRESS: `unix:${folder}/socket` } });
    const { code } = await status(platform.url, platform.key!);
    await platform.stop();
    assertEquals([code, [...Deno.readDirSync(folder)]], [0, []]);
  });

  it("rejects any key but its own", async () => {
    const platform = await servePlatform(["--ephemeral"]);
    assertEquals((await status(platform.url, "flux_dev_another0000000000000000000000")).code, 3);
    await platform.stop();
  });

  it("names a port that is in use and suggests --port 0", async () => {
    const platform = await servePlatform(["--ephemeral"]);
    const { port } = new URL(platform.url);
    const { code, stderr } = await fluxloop(["platform", "serve", "--ephemeral", "--port", port]);
    await platform.stop();
    assertEquals(code, 1);
    assertStringIncludes(stderr, port);
    assertStringIncludes(stderr, "--port 0");
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    itOnUnix(`shuts down cleanly on ${signal} and exits with 130`, async () => {
      const platform = await servePlatform(["--data", `${folder}/data`]);
      assertEquals(await platform.stop(signal), 130);
    });
  }
});
