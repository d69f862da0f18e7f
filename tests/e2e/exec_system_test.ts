import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { fluxloop } from "../support/program.ts";

describe("auth exec", () => {
  it("never passes the key in a process's arguments", async () => {
    // A unique key, because `ps` also lists the processes of other tests, whose arguments may contain a key.
    const key = `flux_dev_${crypto.randomUUID().replaceAll("-", "")}`;
    const env = { FLUXLOOP_API_KEY: key, HOME: "/nonexistent", PATH: "/usr/bin:/bin" };
    const { code, stdout } = await fluxloop(["auth", "exec", "--", "ps", "-ww", "-eo", "args"], { env });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "auth exec");
    assert(!stdout.includes(key), stdout);
  });
});
