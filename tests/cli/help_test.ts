import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../../src/cli/arguments.ts";
import { commandTree } from "../../src/cli/command_tree.ts";
import { Session } from "../support/session.ts";
import { leaveWorlds, world } from "../support/world.ts";

interface Node {
  getName(): string;
  getCommands(hidden: boolean): Node[];
}

/** @returns The path of each command, the program's name left out. */
function paths(node: Node, above: string[] = []): string[][] {
  const below = node.getCommands(false).flatMap((child) => paths(child, [...above, child.getName()]));
  return [above, ...below];
}

const COMMANDS = paths(commandTree(world().context, scanArguments([])) as unknown as Node);
/** A command, and one that has commands of its own beside. */
const LEAVES = COMMANDS.filter((path) => path.length === 2 || path[0] === "test");

/** @returns The lines of one section of a help text. */
function section(help: string, title: string): string[] {
  const [, body] = help.split(`\n${title}:\n\n`);
  return body === undefined ? [] : body.split("\n\n")[0].split("\n");
}

describe("help", () => {
  afterEach(leaveWorlds);

  it("is there for every command of the design", () => {
    assertEquals(LEAVES.map((path) => path.join(" ")), [
      "auth login",
      "auth logout",
      "auth status",
      "auth whoami",
      "auth token",
      "auth list",
      "auth switch",
      "auth rotate",
      "auth exec",
      "auth doctor",
      "apikeys list",
      "apikeys create",
      "apikeys delete",
      "test",
      "test upload",
      "platform serve",
      "completions bash",
      "completions zsh",
      "completions fish",
    ]);
  });

  for (const path of COMMANDS) {
    const name = ["fluxloop", ...path].join(" ");

    it(`of ${name} has a description, options and two examples`, async () => {
      const { code, stdout, stderr } = await new Session().run([...path, "--help"]);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, new RegExp(`^Usage: +${name}\\b`));
      assert(section(stdout, "Description").length > 0);
      assertStringIncludes(stdout, "--profile");
      assert(section(stdout, "Examples").filter((line) => line.includes("fluxloop")).length >= 2, stdout);
      assertEquals(/ $/m.test(stdout), false, "blanks at a line's end");
    });
  }

  for (const path of LEAVES) {
    it(`of ${path.join(" ")} tells the environment variables`, async () => {
      const { stdout } = await new Session().run([...path, "-h"]);
      assertStringIncludes(section(stdout, "Environment variables").join("\n"), "FLUXLOOP_HOME");
    });
  }

  for (const path of COMMANDS.filter((it) => !LEAVES.includes(it) && it[0] !== "upgrade")) {
    it(`is what ${["fluxloop", ...path].join(" ")} alone shows`, async () => {
      const alone = await new Session().run(path);
      assertEquals(alone, await new Session().run([...path, "--help"]));
    });
  }

  it("tells the defaults", async () => {
    const { stdout } = await new Session().run(["auth", "login", "--help"]);
    assertMatch(stdout, /--save .*\(Default: true\)/);
    assertMatch(stdout, /--profile .*\(Default: "default"\)/);
    assertMatch((await new Session().run(["platform", "serve", "--help"])).stdout, /--port .*\(Default: 8787\)/);
  });

  const colours: [string, Record<string, string>, string[], boolean][] = [
    ["a terminal", {}, [], true],
    ["a terminal with NO_COLOR", { NO_COLOR: "1" }, [], false],
    ["a terminal with --no-color", {}, ["--no-color"], false],
    ["a dumb terminal", { TERM: "dumb" }, [], false],
  ];
  for (const [what, env, args, coloured] of colours) {
    it(`${coloured ? "has" : "has no"} colour on ${what}`, async () => {
      const { stdout } = await new Session({ env, typed: "" }).run([...args, "auth", "login", "--help"]);
      assertEquals(stdout.includes("\x1b["), coloured);
    });

    it(`errors ${coloured ? "have" : "have no"} colour on ${what}`, async () => {
      const { stderr } = await new Session({ env, typed: "" }).run(["auth", "stauts", ...args]);
      assertEquals(stderr.includes("\x1b["), coloured);
    });
  }
});
