import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { findGitExposure } from "../../src/credentials/git_exposure.ts";
import { removeTestHomes, world } from "../support/world.ts";
import { layOut, LAYOUTS, write } from "./git_layouts.ts";

async function git(cwd: string, home: string, ...args: string[]): Promise<number> {
  const env = { HOME: home, GIT_CONFIG_NOSYSTEM: "1", PATH: Deno.env.get("PATH") ?? "" };
  const command = new Deno.Command("git", { args, cwd, env, clearEnv: true, stdout: "null", stderr: "null" });
  return (await command.output()).code;
}

describe("the git exposure check agrees with git", () => {
  afterEach(removeTestHomes);

  for (const layout of LAYOUTS) {
    const { what, files, file = ".fluxloop/credentials", line } = layout;
    it(`where ${what}`, async () => {
      const { home } = world();
      const tree = `${home}/work`;
      Deno.mkdirSync(tree);
      await git(tree, home, "init", "-q");
      layOut(layout, tree, home);
      assertEquals(await git(tree, home, "check-ignore", "-q", file), line === null ? 0 : 1);

      if (line === null) return;
      write(`${tree}/.gitignore`, `${files[".gitignore"] ?? ""}${line}\n`);
      assertEquals(await git(tree, home, "check-ignore", "-q", file), 0, "the suggested line has no effect");
    });
  }

  it("in a linked work tree", async () => {
    const { home } = world();
    const folder = Deno.realPathSync(home);
    Deno.mkdirSync(`${folder}/main`);
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    await git(`${folder}/main`, home, "init", "-q");
    await git(`${folder}/main`, home, ...identity, "commit", "-q", "--allow-empty", "-m", "first");
    await git(`${folder}/main`, home, "worktree", "add", "-q", "../linked");
    write(`${folder}/linked/.fluxloop/credentials`, "");
    const file = `${folder}/linked/.fluxloop/credentials`;
    assertEquals(findGitExposure(file), { workTree: `${folder}/linked`, line: "/.fluxloop/" });
  });
});
