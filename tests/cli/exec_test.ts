import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

/** An executed program, its arguments and the variables added to its environment. */
type Executed = [program: string, args: readonly string[], env: Readonly<Record<string, string>>];

describe("auth exec in-process", () => {
  afterEach(removeTestHomes);

  /** Runs `auth exec` with a command that exits with `exitCode`. @returns The outcome and the executed commands. */
  async function exec(words: readonly string[], env: Record<string, string>, { exitCode = 0, file = "" } = {}) {
    const executed: Executed[] = [];
    const execute = (...call: Executed) => {
      executed.push(call);
      return Promise.resolve(exitCode);
    };
    const session = new Session({ env, execute });
    if (file !== "") session.save(file);
    const { code, stderr } = await session.run(["auth", "exec", ...words]);
    return { code, stderr, executed };
  }

  const KEY = { FLUXLOOP_API_KEY: DOCUMENTED_KEY };

  it("gives the command a profile's key and platform", async () => {
    const file = `profiles:\n  dev:\n    api_key: ${DOCUMENTED_KEY}\n    api_url: "https://dev.example.com"\n`;
    const { code, executed } = await exec(["--profile", "dev", "--", "npm", "test"], {}, { file });
    const env = { ...KEY, FLUXLOOP_API_URL: "https://dev.example.com" };
    assertEquals([code, executed], [0, [["npm", ["test"], env]]]);
  });

  for (const exitCode of [0, 1, 3, 255]) {
    it(`exits with the command's exit code: ${exitCode}`, async () => {
      const { code, stderr } = await exec(["--", "npm"], KEY, { exitCode });
      assertEquals([code, stderr], [exitCode, ""]);
    });
  }

  const incomplete: [string, string[]][] = [
    ["no arguments", []],
    ["nothing after --", ["--"]],
    ["a command without --", ["npm", "test"]],
    ["words on both sides of --", ["npm", "--", "true"]],
    ["an empty command", ["--", ""]],
  ];
  for (const [what, words] of incomplete) {
    it(`requires a command after -- if given ${what}`, async () => {
      const { code, stderr, executed } = await exec(words, KEY);
      assertEquals([code, executed], [2, []]);
      assertStringIncludes(stderr, "Put the command after --");
    });
  }

  it("runs nothing without a login", async () => {
    const { code, executed } = await exec(["--", "npm"], {});
    assertEquals([code, executed], [3, []]);
  });
});
