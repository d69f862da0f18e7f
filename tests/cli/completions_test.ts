import { assertEquals, assertMatch } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { SCRIPTS } from "../../src/cli/completions/scripts.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

const KEY = "flux_dev_abc123def456ghi789jkl012mno34";

describe("profile completion", () => {
  afterEach(removeTestHomes);

  const files: [string, string | null, string][] = [
    ["without a credentials file", null, ""],
    ["from a file written by fluxloop", `profiles:\n  b:\n    api_key: "${KEY}"\n  a:\n    api_key: k\n`, "b\na\n"],
    ["from a file in YAML flow style", `{profiles: {one: {api_key: ${KEY}}, 'two': {}}}`, "one\ntwo\n"],
    [
      "from a file with invalid names",
      `profiles: {"a\\eb": {}, "a b": {}, "$(id)": {}, -x: {}, ${KEY}: {}, good: {}}`,
      "good\n",
    ],
    ["from a file with names of object properties", `profiles: {__proto__: {}, constructor: {}}`, "constructor\n"],
    ["from a file that isn't YAML", "profiles: [", ""],
    ["from a file that isn't a credentials file", "[1, 2]", ""],
  ];
  for (const [what, text, names] of files) {
    it(`offers ${names.trim().replaceAll("\n", ", ") || "nothing"} ${what}, without a request`, async () => {
      const session = new Session({ fetch: () => Promise.reject(new Error("unexpected request")) });
      if (text !== null) session.save(text);
      assertEquals(await session.run(["__complete", "--profile", ":"]), {
        code: 0,
        stdout: `values\n${names}`,
        stderr: "",
      });
    });
  }

  it("reads the file in FLUXLOOP_HOME", async () => {
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
    const [kind, first] = expected.trim().split(/\s+/);
    it(`offers ${first ?? (kind === "values" ? "nothing" : `a ${kind}`)} for ${words.join(" ")}`, async () => {
      assertEquals(await new Session().run(["__complete", ...words]), { code: 0, stdout: expected, stderr: "" });
    });
  }

  for (const [shell, script] of Object.entries(SCRIPTS)) {
    it(`has a script for ${shell} that calls the program`, async () => {
      const outcome = await new Session().run(["--quiet", "completions", shell]);
      assertEquals(outcome, { code: 0, stdout: script, stderr: "" });
      assertMatch(script, /fluxloop __complete /);
    });
  }
});
