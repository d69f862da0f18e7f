import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../../src/cli/arguments.ts";
import { commandTree } from "../../src/cli/command_tree.ts";
import { allCommands, describeCommand } from "../../src/cli/describe.ts";
import { helpText } from "../../src/cli/help.ts";
import { removeTestHomes, world } from "../support/world.ts";
import { assertGolden } from "./golden.ts";

describe("the help of all commands", () => {
  afterEach(removeTestHomes);

  function help(): string {
    const root = describeCommand(commandTree(world().context, scanArguments([])));
    return allCommands(root).map((it) => helpText(it, 80)).join(`\n${"-".repeat(80)}\n\n`);
  }

  it("matches the golden file", async () => {
    await assertGolden("help.txt", help());
  });

  it("fits in 80 columns", () => {
    assertEquals(help().split("\n").filter((line) => line.length > 80), []);
  });
});
