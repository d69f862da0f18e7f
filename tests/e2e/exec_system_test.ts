import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { fluxloop } from "../support/program.ts";

describe("auth exec", () => {
  it("never shows the key among the arguments of any process", async () => {
    const env = { FLUXLOOP_API_KEY: DOCUMENTED_KEY, HOME: "/nonexistent", PATH: "/usr/bin:/bin" };
    const { code, stdout } = await fluxloop(["auth", "exec", "--", "ps", "-ww", "-eo", "args"], { env });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "auth exec");
    assert(!stdout.includes(DOCUMENTED_KEY), stdout);
  });
});
