import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../../src/cli/arguments.ts";
import { commandTree } from "../../src/cli/command_tree.ts";
import { allHelp } from "../../src/cli/help.ts";
import { leaveWorlds, world } from "../support/world.ts";
import { assertGolden } from "./golden.ts";

describe("the help of all commands", () => {
  afterEach(leaveWorlds);
  const help = () => allHelp(commandTree(world().context, scanArguments([])));

  it("is as reviewed", async () => {
    await assertGolden("help.txt", help());
  });

  it("fits into 80 columns", () => {
    assertEquals(help().split("\n").filter((line) => line.length > 80), []);
  });
});
