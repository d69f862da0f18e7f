import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { run } from "../../src/cli/run.ts";
import { removeTestHomes, world } from "../support/world.ts";

describe("the permission to read all environment variables", () => {
  afterEach(removeTestHomes);

  const kept: [string[], boolean][] = [
    [["test", "--schema"], true],
    [["--profile", "dev", "test", "--schema"], true],
    [["--profile=dev", "-q", "test", "--schema"], true],
    [["auth", "list"], false],
    [["auth", "list", "--profile", "test"], false],
    [["--profile", "test", "auth", "list"], false],
    [["auth", "switch", "test"], false],
    [["auth", "exec", "--", "test"], false],
    [["--help"], false],
    [[], false],
  ];
  for (const [args, isKept] of kept) {
    it(`is ${isKept ? "kept" : "dropped"} for ${["fluxloop", ...args].join(" ")}`, async () => {
      let isDropped = false;
      const renounceEnvironment = () => void (isDropped = true);
      await run({ ...world().context, renounceEnvironment }, args);
      assertEquals(isDropped, !isKept);
    });
  }
});
