import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { findGitExposure } from "../../src/credentials/git_exposure.ts";
import { leaveWorlds, world } from "../support/world.ts";
import { layOut, LAYOUTS, write } from "./git_layouts.ts";

describe("credentials in a git work tree", () => {
  afterEach(leaveWorlds);

  for (const layout of LAYOUTS) {
    const { what, file = ".fluxloop/credentials", line } = layout;
    it(`are ${line === null ? "safe" : "exposed"} where ${what}`, () => {
      const { home } = world();
      const tree = `${Deno.realPathSync(home)}/work`;
      write(`${tree}/.git/HEAD`, "ref: refs/heads/main\n");
      layOut(layout, tree, home);
      assertEquals(findGitExposure(`${tree}/${file}`), line === null ? null : { workTree: tree, line });
    });
  }

  it("are safe outside of every work tree", () => {
    const { home } = world();
    write(`${home}/.fluxloop/credentials`, "");
    assertEquals(findGitExposure(`${home}/.fluxloop/credentials`), null);
  });

  it("are judged by what a link leads to", () => {
    const { home } = world();
    const folder = Deno.realPathSync(home);
    write(`${folder}/dotfiles/.git/HEAD`, "ref: refs/heads/main\n");
    write(`${folder}/dotfiles/credentials`, "");
    Deno.mkdirSync(`${folder}/.fluxloop`);
    Deno.symlinkSync(`${folder}/dotfiles/credentials`, `${folder}/.fluxloop/credentials`);
    assertEquals(findGitExposure(`${folder}/.fluxloop/credentials`), {
      workTree: `${folder}/dotfiles`,
      line: "/credentials*",
    });
  });
});
