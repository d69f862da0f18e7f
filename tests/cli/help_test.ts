import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../../src/cli/arguments.ts";
import { commandTree } from "../../src/cli/command_tree.ts";
import { allCommands, describeCommand } from "../../src/cli/describe.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes, world } from "../support/world.ts";

const TREE = describeCommand(commandTree(world().context, scanArguments([])));
const COMMANDS = allCommands(TREE).map((it) => it.path);
/** Commands that only show their help. */
const GROUPS = allCommands(TREE).filter((it) => it.commands.length > 0 && it.path[0] !== "test").map((it) => it.path);
const LEAVES = COMMANDS.filter((path) => !GROUPS.includes(path));

/** @returns The lines of one section of a help text. */
function section(help: string, title: string): string[] {
  const [, body] = help.split(`\n${title}:\n`);
  return body === undefined ? [] : body.split("\n\n")[0].split("\n");
}

const COLOURS: [string, Record<string, string>, string[], boolean][] = [
  ["a terminal", {}, [], true],
  ["a terminal with NO_COLOR", { NO_COLOR: "1" }, [], false],
  ["a terminal with --no-color", {}, ["--no-color"], false],
  ["a dumb terminal", { TERM: "dumb" }, [], false],
];

describe("help", () => {
  afterEach(removeTestHomes);

  it("exists for every command", () => {
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
      "upgrade",
      "completions bash",
      "completions zsh",
      "completions fish",
      "completions powershell",
    ]);
  });

  for (const path of COMMANDS) {
    const name = ["fluxloop", ...path].join(" ");

    it(`of ${name} has a description, options and two examples`, async () => {
      const { code, stdout, stderr } = await new Session().run([...path, "--help"]);
      assertEquals([code, stderr], [0, ""]);
      assertMatch(stdout, new RegExp(`^Usage: ${name} .*\n\n[A-Z]`));
      assertStringIncludes(stdout, "--profile");
      assert(section(stdout, "Examples").filter((line) => line.includes("fluxloop")).length >= 2, stdout);
      assertEquals(/ $/m.test(stdout), false, "blanks at a line's end");
    });
  }

  for (const path of LEAVES) {
    it(`of ${path.join(" ")} lists the environment variables`, async () => {
      const { stdout } = await new Session().run([...path, "-h"]);
      assertStringIncludes(section(stdout, "Environment variables").join("\n"), "FLUXLOOP_HOME");
    });
  }

  for (const path of GROUPS) {
    it(`is shown by ${["fluxloop", ...path].join(" ")} without arguments`, async () => {
      const alone = await new Session().run(path);
      assertEquals(alone, await new Session().run([...path, "--help"]));
    });
  }

  for (const path of [[], ["auth"], ["auth", "login"]]) {
    it(`is shown by ${["fluxloop", "help", ...path].join(" ")}`, async () => {
      const session = new Session();
      assertEquals(await session.run(["help", ...path]), await session.run([...path, "--help"]));
    });
  }

  it("shows defaults", async () => {
    const { stdout } = await new Session().run(["auth", "login", "--help"]);
    assertMatch(stdout, /--save .*\(default: true\)/);
    assertMatch(stdout, /--profile .*\(default: "default"\)/);
    assertMatch((await new Session().run(["platform", "serve", "--help"])).stdout, /--port .*\(default: 8787\)/);
  });

  it("names the arguments in the usage line", async () => {
    const usage = async (...args: string[]) => (await new Session().run([...args, "-h"])).stdout.split("\n")[0];
    assertEquals(
      [
        await usage("auth"),
        await usage("auth", "login"),
        await usage("auth", "switch"),
        await usage("auth", "exec"),
        await usage("apikeys", "delete"),
        await usage("test"),
      ],
      [
        "Usage: fluxloop auth <command> [options]",
        "Usage: fluxloop auth login [options]",
        "Usage: fluxloop auth switch [profile] [options]",
        "Usage: fluxloop auth exec [options] -- <command> [arguments...]",
        "Usage: fluxloop apikeys delete <id-or-name> [options]",
        "Usage: fluxloop test [options]",
      ],
    );
  });

  for (const [columns, widest] of [[30, 60], [80, 80], [92, 92], [200, 100]]) {
    it(`is at most ${widest} columns wide in a terminal of ${columns} columns and doesn't split words`, async () => {
      const { stdout } = await new Session({ typed: "", columns, env: { NO_COLOR: "1" } }).run(["auth", "login", "-h"]);
      // Example commands aren't wrapped, so that they can be copied.
      const lines = stdout.split("Examples:")[0].split("\n");
      assertEquals(lines.filter((it) => it.length > widest), []);
      assert(columns < 80 || lines.some((it) => it.length > widest - 15));
      assertStringIncludes(
        stdout.replaceAll(/\s+/g, " "),
        "you approve a code in the browser instead of giving a key.",
      );
    });
  }

  it("describes each option in at most 60 characters, without a full stop", () => {
    const descriptions = allCommands(TREE).flatMap((it) => [...it.options, ...it.environment]).map((it) =>
      it.description
    );
    assertEquals(descriptions.filter((it) => it.length > 60 || it.endsWith(".") || !/^[A-Z]/.test(it)), []);
  });

  for (const [what, env, args, isColoured] of COLOURS) {
    it(`${isColoured ? "has" : "has no"} colour on ${what}`, async () => {
      const { stdout } = await new Session({ env, typed: "" }).run([...args, "auth", "login", "--help"]);
      assertEquals(stdout.includes("\x1b["), isColoured);
    });
  }
});

describe("an error message", () => {
  afterEach(removeTestHomes);

  for (const [what, env, args, isColoured] of COLOURS) {
    it(`${isColoured ? "has" : "has no"} colour on ${what}`, async () => {
      const { stderr } = await new Session({ env, typed: "" }).run(["auth", "stauts", ...args]);
      assertEquals(stderr.includes("\x1b["), isColoured);
    });
  }
});
