import { assert, assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { scanArguments } from "../../src/cli/arguments.ts";
import { commandTree } from "../../src/cli/command_tree.ts";
import { allCommands, describeTree } from "../../src/cli/completions/describe.ts";
import { completionScript } from "../../src/cli/completions/script.ts";
import { Session } from "../support/session.ts";
import { leaveWorlds, world } from "../support/world.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
const KEY = "flux_dev_abc123def456ghi789jkl012mno34";

describe("the completion of profiles", () => {
  afterEach(leaveWorlds);

  const files: [string, string | null, string][] = [
    ["without a credentials file", null, ""],
    ["of a file as the program writes it", `profiles:\n  b:\n    api_key: "${KEY}"\n  a:\n    api_key: k\n`, "b\na\n"],
    ["of a file that only a YAML parser can read", `{profiles: {one: {api_key: ${KEY}}, 'two': {}}}`, "one\ntwo\n"],
    [
      "without names that no profile can have",
      `profiles: {"a\\eb": {}, "a b": {}, "$(id)": {}, -x: {}, ${KEY}: {}, good: {}}`,
      "good\n",
    ],
    ["of a profile with a name that objects have", `profiles: {__proto__: {}, constructor: {}}`, "constructor\n"],
    ["of a file that is no YAML", "profiles: [", ""],
    ["of a file that is something else", "[1, 2]", ""],
  ];
  for (const [what, text, names] of files) {
    it(`${what} writes ${names === "" ? "nothing" : "a name a line"} and fails never`, async () => {
      const session = new Session({ fetch: () => Promise.reject(new Error("the network was touched")) });
      if (text !== null) session.save(text);
      assertEquals(await session.run(["completions", "profiles"]), { code: 0, stdout: names, stderr: "" });
    });
  }

  it("reads the folder that FLUXLOOP_HOME names", async () => {
    const session = new Session();
    session.save("profiles: {mine: {}}");
    const env = { FLUXLOOP_HOME: `${session.world.home}/.fluxloop`, HOME: "/nonexistent" };
    assertEquals((await session.run(["completions", "profiles"], { env })).stdout, "mine\n");
  });
});

describe("completion scripts", () => {
  afterEach(leaveWorlds);
  const tree = () => commandTree(world().context, scanArguments([]));

  for (const shell of SHELLS) {
    it(`for ${shell} hold every command and every option`, async () => {
      const { code, stdout, stderr } = await new Session().run(["completions", shell]);
      assertEquals([code, stderr], [0, ""]);
      for (const command of allCommands(describeTree(tree()))) {
        assert(stdout.includes(command.path.join(" ").replaceAll(" ", shell === "zsh" ? "_" : " ")), `${command.path}`);
        for (const flag of command.options.flatMap((it) => it.flags)) {
          assert(stdout.includes(flag.replace(/^--?/, "")), `${command.path} ${flag}`);
        }
      }
    });

    it(`for ${shell} come out of --quiet and --profile in front of it as they are`, async () => {
      const alone = await new Session().run(["completions", shell]);
      assertEquals(await new Session().run(["--quiet", "completions", shell]), alone);
      assertEquals(completionScript(shell, tree()), alone.stdout);
    });
  }
});
