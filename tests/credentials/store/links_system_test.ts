import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "@std/testing/bdd";
import { CredentialsHome, filesWithKeys, keysIn, namesIn, stateOf } from "../../support/credentials_home.ts";
import { DOCUMENTED_KEY, SECOND_KEY, startPlatform, type TestPlatform } from "../../support/platform.ts";
import { asRoot, UID } from "../../support/users.ts";

/** How a credentials file is linked. `~` is the home, in which `~/.fluxloop` exists. */
interface Layout {
  readonly what: string;
  /** Links and their targets. */
  readonly links: readonly [string, string][];
  /** The path of the file itself. */
  readonly target: string;
  /** Whether the file doesn't exist yet. */
  readonly dangling?: boolean;
}

const DIRECT = "~/.fluxloop/credentials";
const LAYOUTS: readonly Layout[] = [
  { what: "a relative link", links: [[DIRECT, "../dotfiles/keys"]], target: "~/dotfiles/keys" },
  { what: "an absolute link", links: [[DIRECT, "~/dotfiles/keys"]], target: "~/dotfiles/keys" },
  { what: "a dangling link", links: [[DIRECT, "../dotfiles/keys"]], target: "~/dotfiles/keys", dangling: true },
  {
    what: "a chain of two links",
    links: [[DIRECT, "../links/first"], ["~/links/first", "../dotfiles/keys"]],
    target: "~/dotfiles/keys",
  },
  {
    what: "a dangling chain of two links",
    links: [[DIRECT, "~/links/first"], ["~/links/first", "~/dotfiles/keys"]],
    target: "~/dotfiles/keys",
    dangling: true,
  },
  {
    what: "a link through a linked folder",
    links: [["~/linked", "dotfiles"], [DIRECT, "../linked/keys"]],
    target: "~/dotfiles/keys",
  },
  {
    what: "a link that goes up from a linked folder",
    links: [["~/linked", "dotfiles/deep/er"], [DIRECT, "../linked/../keys"]],
    target: "~/dotfiles/deep/keys",
  },
];

const CYCLES: readonly Layout["links"][] = [
  [[DIRECT, "credentials"]],
  [[DIRECT, "~/links/a"], ["~/links/a", "~/links/b"], ["~/links/b", "~/links/a"]],
];

describe("credentials behind links", () => {
  let platform: TestPlatform;
  let home: CredentialsHome;
  const real = (path: string) => path.replace(/^~/, home.path);

  beforeAll(async () => {
    platform = await startPlatform();
  });
  afterAll(() => platform.stop());
  beforeEach(async () => {
    home = await CredentialsHome.open(platform.url);
    for (const folder of ["~/.fluxloop", "~/dotfiles/deep/er", "~/links"]) {
      await Deno.mkdir(real(folder), { recursive: true });
    }
  });
  afterEach(() => home.close());

  /** @returns All files below the home, and all links with their targets. */
  async function inventory(): Promise<string[]> {
    const lines = await asRoot(String.raw`find "$1" ! -type d -printf '~/%P %l\n' | sort`, home.path);
    return lines.trim().split("\n").map((line) => line.trim());
  }

  for (const { what, links, target, dangling } of LAYOUTS) {
    it(`are found and replaced at the target of ${what}, which is kept`, async () => {
      if (!dangling) {
        await home.loginHere(DOCUMENTED_KEY, "before");
        await asRoot('mv "$1" "$2" && chmod 644 "$2" && rm "$1.lock"', home.file, real(target));
      }
      for (const [link, to] of links) await Deno.symlink(real(to), real(link));

      const { code, stderr } = await home.login(SECOND_KEY);
      assertEquals([code, stderr], [0, ""]);
      const { text, mode } = await stateOf(real(target));
      const before = dangling ? {} : { before: DOCUMENTED_KEY };
      assertEquals([keysIn(text), mode], [{ ...before, default: SECOND_KEY }, "600"]);
      assertEquals((await home.runHere(["auth", "token"])).stdout, `${SECOND_KEY}\n`);
      const expected = [...links.map(([link, to]) => `${link} ${real(to)}`), target, `${target}.lock`];
      assertEquals(await inventory(), expected.sort());
    });
  }

  it("are found when FLUXLOOP_HOME is a link to a folder", async () => {
    await Deno.symlink("dotfiles", real("~/linked"));
    assertEquals((await home.login(DOCUMENTED_KEY, "default", { FLUXLOOP_HOME: real("~/linked") })).code, 0);
    assertEquals(namesIn(real("~/dotfiles")), ["credentials", "credentials.lock", "deep"]);
    assertEquals((await Deno.lstat(real("~/linked"))).isSymlink, true);
  });

  it("are found when ~/.fluxloop is a link and the file in it is a relative link", async () => {
    await Deno.remove(home.folder);
    await Deno.symlink("dotfiles/deep/er", home.folder);
    await Deno.symlink("../keys", real("~/dotfiles/deep/er/credentials"));
    assertEquals((await home.login(DOCUMENTED_KEY)).stderr, "");
    const target = "~/dotfiles/deep/keys";
    const links = ["~/.fluxloop dotfiles/deep/er", "~/dotfiles/deep/er/credentials ../keys"];
    assertEquals(await inventory(), [...links, target, `${target}.lock`].sort());
  });

  it("have a killed writer's file removed from beside their target", async () => {
    await home.loginHere(DOCUMENTED_KEY);
    await asRoot('mv "$1" "$2" && ln -s ../dotfiles/keys "$1"', home.file, real("~/dotfiles/keys"));
    await Deno.copyFile(real("~/dotfiles/keys"), real("~/dotfiles/keys.new"));
    assertEquals((await home.run(["auth", "list"])).code, 0);
    assertEquals(filesWithKeys(real("~/dotfiles")), ["keys"]);
  });

  for (const cycle of CYCLES) {
    it(`are rejected behind a link cycle of length ${cycle.length}`, async () => {
      for (const [link, to] of cycle) await Deno.symlink(real(to), real(link));
      const before = await inventory();
      for (const args of [["list"], ["login", "--api-key", SECOND_KEY], ["logout"]]) {
        const { code, stdout, stderr } = await home.run(["auth", ...args]);
        const message = "~/.fluxloop/credentials is a link to itself. Remove it.";
        assertEquals([code, stdout, stderr], [2, "", `❌ Error: ${message}\n`]);
      }
      assertEquals(await inventory(), before);
    });
  }

  it("are rejected when a link leads to another user's file, which isn't changed", async () => {
    const theirs = real("~/dotfiles/keys");
    await Deno.writeTextFile(theirs, "profiles:\n  default:\n    api_key: flux_dev_theirs\n");
    await asRoot('chmod 666 "$1" && chown "$2" "$1" && ln -s "$1" "$3"', theirs, String(UID.stranger), home.file);
    const before = await stateOf(theirs);
    for (const args of [["token"], ["login", "--api-key", SECOND_KEY], ["logout"], ["logout", "--all"]]) {
      const { code, stdout, stderr } = await home.run(["auth", ...args]);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr, `${theirs} is owned by user ${UID.stranger}, and you are user `);
    }
    assertEquals(await stateOf(theirs), before);
  });

  it("are rejected with a clear error when a link leads into a missing folder", async () => {
    await Deno.symlink("../nowhere/keys", home.file);
    const { code, stdout, stderr } = await home.login(SECOND_KEY);
    assertEquals([code, stdout, /credentials .*link.*nowhere/.test(stderr)], [2, "", true], stderr);
  });

  it("keep all changes of concurrent writers from two homes", async () => {
    const other = await CredentialsHome.open(platform.url);
    await other.write("");
    for (const link of [home.file, other.file]) {
      await asRoot('rm -f "$1" && ln -s "$2" "$1"', link, real("~/dotfiles/keys"));
    }
    const logins = Array.from({ length: 8 }, (_, index) => (index % 2 ? other : home).login(SECOND_KEY, `p${index}`));
    assertEquals((await Promise.all(logins)).filter((it) => it.code !== 0).map((it) => it.stderr), []);
    assertEquals(Object.keys(keysIn(await Deno.readTextFile(real("~/dotfiles/keys")))).length, logins.length);
    await other.close();
  });
});
