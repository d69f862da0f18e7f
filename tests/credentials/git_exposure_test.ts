import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { afterEach, describe, it } from "@std/testing/bdd";
import { findGitExposure } from "../../src/credentials/git_exposure.ts";
import { acceptEveryKey } from "../support/accepting_platform.ts";
import { Session } from "../support/session.ts";
import { itOnUnix } from "../support/systems.ts";
import { removeTestHomes, world } from "../support/world.ts";
import { layOut, LAYOUTS, write } from "./git_layouts.ts";

describe("credentials in a git work tree", () => {
  afterEach(removeTestHomes);

  for (const layout of LAYOUTS) {
    const { what, file = ".fluxloop/credentials", line } = layout;
    it(`are ${line === null ? "safe" : "exposed"} where ${what}`, () => {
      const { home } = world();
      const tree = join(Deno.realPathSync(home), "work");
      write(`${tree}/.git/HEAD`, "ref: refs/heads/main\n");
      layOut(layout, tree, home);
      assertEquals(findGitExposure(`${tree}/${file}`), line === null ? null : { workTree: tree, line });
    });
  }

  it("are safe outside any work tree", () => {
    const { home } = world();
    write(`${home}/.fluxloop/credentials`, "");
    assertEquals(findGitExposure(`${home}/.fluxloop/credentials`), null);
  });

  itOnUnix("are checked at the target of a link", () => {
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

  it("are exposed despite a git configuration in the current folder when HOME isn't set on Windows", async () => {
    const session = new Session({ os: "windows", env: { HOME: "" }, fetch: acceptEveryKey });
    const { home } = session.world;
    write(`${home}/.git/HEAD`, "ref: refs/heads/main\n");
    const current = Deno.cwd();
    const other = world().home;
    write(`${other}/.gitconfig`, "[core]\n\texcludesFile = ignored\n");
    write(`${other}/ignored`, "credentials*\n.fluxloop/\n");
    write(`${other}/.config/git/ignore`, "credentials*\n.fluxloop/\n");
    try {
      Deno.chdir(other);
      const { code, stderr } = await session.run([
        "auth",
        "login",
        "--api-key",
        "flux_dev_new00000000000000000000000000",
      ]);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "/.fluxloop/");
    } finally {
      Deno.chdir(current);
    }
  });
});
