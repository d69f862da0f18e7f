import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describe, it } from "@std/testing/bdd";
import { MINIMUM_DENO, versionProblem } from "../../scripts/setup/least_deno.ts";
import { outputOf } from "../../scripts/setup/npm_tarball.ts";

describe("the minimum Deno version", () => {
  for (
    const [version, isTooOld] of [
      ["1.46.3", true],
      ["2.7.14", true],
      ["2.8.0", false],
      ["2.10.1", false],
      ["3.0.0-rc.1", false],
    ] as const
  ) {
    it(`${isTooOld ? "excludes" : "includes"} ${version}`, () => {
      assertEquals(versionProblem(version) !== undefined, isTooOld);
    });
  }

  it("is in the error message, with the current version", () => {
    assertEquals(
      versionProblem("2.4.0"),
      "This project needs Deno 2.8 or newer, but this is Deno 2.4.0. Run `deno upgrade`.",
    );
  });

  it("is in the README", async () => {
    assertStringIncludes(
      await Deno.readTextFile(new URL("../../README.md", import.meta.url)),
      `Deno ${MINIMUM_DENO} or newer`,
    );
  });
});

describe("a required command", () => {
  it("is named if it isn't installed", async () => {
    await assertRejects(() => outputOf("no-such-command", {}), Error, "no-such-command isn't installed");
  });
});
