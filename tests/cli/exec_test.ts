import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { Session } from "../support/session.ts";
import { removeTestHomes } from "../support/world.ts";

/** A program that was run in this one's place, with its arguments and what was added to its environment. */
type Executed = [program: string, args: readonly string[], env: Readonly<Record<string, string>>];

describe("auth exec in-process", () => {
  afterEach(removeTestHomes);

  /** @returns Exit code and errors of a run whose command ends with `ended`, and what was executed. */
  async function exec(words: readonly string[], env: Record<string, string>, { ended = 0, file = "" } = {}) {
    const executed: Executed[] = [];
    const execute = (...call: Executed) => {
      executed.push(call);
      return Promise.resolve(ended);
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

  for (const ended of [0, 1, 3, 255]) {
    it(`exits with the command's exit code: ${ended}`, async () => {
      const { code, stderr } = await exec(["--", "npm"], KEY, { ended });
      assertEquals([code, stderr], [ended, ""]);
    });
  }

  const incomplete: [string, string[]][] = [
    ["nothing", []],
    ["nothing after the dashes", ["--"]],
    ["a command without the dashes", ["npm", "test"]],
    ["words on both sides of the dashes", ["npm", "--", "true"]],
    ["an empty command", ["--", ""]],
  ];
  for (const [what, words] of incomplete) {
    it(`requires a command after two dashes when given ${what}`, async () => {
      const { code, stderr, executed } = await exec(words, KEY);
      assertEquals([code, executed], [2, []]);
      assertStringIncludes(stderr, "Missing command after --");
    });
  }

  it("runs nothing if nobody is logged in", async () => {
    const { code, executed } = await exec(["--", "npm"], {});
    assertEquals([code, executed], [3, []]);
  });
});
