import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { run } from "../../src/cli/run.ts";
import { removeTestHomes, world } from "../support/world.ts";

describe("TLS", () => {
  afterEach(removeTestHomes);

  const commands: [string[], boolean][] = [
    [["auth", "status"], true],
    [["-q", "--profile", "work", "auth", "whoami"], true],
    [["apikeys", "list"], true],
    [["auth", "token"], false],
    [["auth", "list", "--profile", "status"], false],
    [["auth", "exec", "--", "status"], false],
    [["auth", "status", "--help"], false],
    [["help", "auth", "status"], false],
    [["--version"], false],
  ];
  for (const [args, isPrepared] of commands) {
    it(`is ${isPrepared ? "" : "not "}initialized at the start of fluxloop ${args.join(" ")}`, async () => {
      let times = 0;
      await run({ ...world().context, prepareTls: () => void times++ }, args);
      assertEquals(times, isPrepared ? 1 : 0);
    });
  }
});
