import { assertEquals, assertMatch } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { SCRIPTS } from "../../src/cli/completions/scripts.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";

describe("the completion of profiles", () => {
  afterEach(removeTestHomes);

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
    it(`${what} writes ${names === "" ? "nothing" : "a name a line"} and never fails`, async () => {
      const session = new Session({ fetch: () => Promise.reject(new Error("the network was touched")) });
      if (text !== null) session.save(text);
      assertEquals(await session.run(["__complete", "--profile", ":"]), {
        code: 0,
        stdout: `values\n${names}`,
        stderr: "",
      });
    });
  }

  it("reads the folder that FLUXLOOP_HOME names", async () => {
    const session = new Session();
    session.save("profiles: {mine: {}}");
    const env = { FLUXLOOP_HOME: `${session.world.home}/.fluxloop`, HOME: "/nonexistent" };
    assertEquals((await session.run(["__complete", "auth", "switch", ":m"], { env })).stdout, "values\nmine\n");
  });
});

describe("completion", () => {
  afterEach(removeTestHomes);

  const offers: [string[], string][] = [
    [[":au"], "values\nauth\tAuthenticate with the FluxLoop Web Platform\n"],
    [["auth", "log", ":log"], "values\n"],
    [
      ["auth", "status", ":--fa"],
      "values\n--fail-if-expires-in\tExit with 3 if the key expires within this time, such as 7d\n",
    ],
    [["apikeys", "create", "--environment", ":"], "values\ndev\nstg\nprod\nci\n"],
    [["apikeys", "create", ":--environment=p"], "values\nprod\n"],
    [["apikeys", "create", "--expires", ":n"], "values\nnever\n"],
    [["--profile", "auth", "au", ":"], "values\n"],
    [["test", "--config", ":"], "file\n"],
    [["test", "upload", ":"], "folder\n"],
    [["auth", "exec", "--", ":"], "program\n"],
    [["auth", "exec", "--", "cat", ":"], "file\n"],
  ];
  for (const [words, expected] of offers) {
    it(`offers ${JSON.stringify(expected.trim().split(/\s+/)[1] ?? expected.trim())} for ${words.join(" ")}`, async () => {
      assertEquals(await new Session().run(["__complete", ...words]), { code: 0, stdout: expected, stderr: "" });
    });
  }

  for (const [shell, script] of Object.entries(SCRIPTS)) {
    it(`has a script for ${shell} that asks the program`, async () => {
      const outcome = await new Session().run(["--quiet", "completions", shell]);
      assertEquals(outcome, { code: 0, stdout: script, stderr: "" });
      assertMatch(script, /fluxloop __complete /);
    });
  }
});
