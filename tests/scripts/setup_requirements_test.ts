import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { LEAST_DENO, tooOld } from "../../scripts/setup/least_deno.ts";
import { outputOf } from "../../scripts/setup/npm_tarball.ts";

describe("the Deno version that the tasks need", () => {
  for (
    const [version, isTooOld] of [
      ["1.46.3", true],
      ["2.7.14", true],
      ["2.8.0", false],
      ["2.10.1", false],
      ["3.0.0-rc.1", false],
    ] as const
  ) {
    it(`is ${isTooOld ? "above" : "not above"} ${version}`, () => {
      assertEquals(tooOld(version) !== undefined, isTooOld);
    });
  }

  it("is in the message, with the user's own", () => {
    assertEquals(
      tooOld("2.4.0"),
      "This project needs Deno 2.8 or newer, but this is Deno 2.4.0. Run `deno upgrade`.",
    );
  });

  it("is in the README", async () => {
    assertStringIncludes(
      await Deno.readTextFile(new URL("../../README.md", import.meta.url)),
      `Deno ${LEAST_DENO} or newer`,
    );
  });
});

describe("a command that the tasks need", () => {
  it("is named when it isn't installed", async () => {
    await assertRejects(() => outputOf("no-such-command", {}), Error, "no-such-command isn't installed");
  });
});
