import { assertEquals } from "@std/assert";
import { afterEach, describe, it } from "@std/testing/bdd";
import { findGitExposure } from "../../src/credentials/git_exposure.ts";
import { leaveWorlds, world } from "../support/world.ts";

interface Layout {
  readonly what: string;
  /** Files to write, relative to the work tree; `~` is the home folder. */
  readonly files: Readonly<Record<string, string>>;
  /** The credentials file, relative to the work tree. */
  readonly file?: string;
  /** The line that is named; `null` where the file is ignored. */
  readonly line: string | null;
}

const LAYOUTS: readonly Layout[] = [
  { what: "nothing is ignored", files: {}, line: "/.fluxloop/" },
  { what: "the folder is below others", files: {}, file: "a/b/.fluxloop/credentials", line: "/a/b/.fluxloop/" },
  { what: "the folder has another name", files: {}, file: "home/credentials", line: "/home/credentials*" },
  { what: "the file is at the top", files: {}, file: "credentials", line: "/credentials*" },
  { what: "the folder is ignored", files: { ".gitignore": ".fluxloop/\n" }, line: null },
  { what: "the folder is ignored at the top alone", files: { ".gitignore": "/.fluxloop/\n" }, line: null },
  {
    what: "a folder of this name is ignored elsewhere",
    files: { ".gitignore": "/.fluxloop/\n" },
    file: "a/.fluxloop/credentials",
    line: "/a/.fluxloop/",
  },
  { what: "the file is ignored by name", files: { ".gitignore": "credentials\n" }, line: null },
  { what: "the file is ignored by pattern", files: { ".gitignore": "**/cred*\n" }, line: null },
  { what: "everything is ignored", files: { ".gitignore": "*\n" }, line: null },
  {
    what: "everything is ignored, and the file taken back, its folder not",
    files: { ".gitignore": "*\n!credentials\n" },
    line: null,
  },
  {
    what: "the content is ignored and the file taken back",
    files: { ".gitignore": ".fluxloop/*\n!.fluxloop/credentials\n" },
    line: "/.fluxloop/",
  },
  { what: "a comment names it", files: { ".gitignore": "# .fluxloop/\n" }, line: "/.fluxloop/" },
  { what: "the folder's own .gitignore ignores all", files: { ".fluxloop/.gitignore": "*\n" }, line: null },
  {
    what: "a deeper .gitignore takes back what a higher one ignores",
    files: { ".gitignore": "credentials\n", ".fluxloop/.gitignore": "!credentials\n" },
    line: "/.fluxloop/",
  },
  { what: "the repository's own excludes ignore it", files: { ".git/info/exclude": ".fluxloop\n" }, line: null },
  {
    what: "the work tree takes back what the user ignores",
    files: { "~/.config/git/ignore": "credentials\n", ".gitignore": "!credentials\n" },
    line: "/.fluxloop/",
  },
];

async function git(cwd: string, home: string, ...args: string[]): Promise<number> {
  const env = { HOME: home, GIT_CONFIG_NOSYSTEM: "1", PATH: Deno.env.get("PATH") ?? "" };
  const command = new Deno.Command("git", { args, cwd, env, clearEnv: true, stdout: "null", stderr: "null" });
  return (await command.output()).code;
}

function write(path: string, text: string): void {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

describe("credentials in a git work tree", () => {
  afterEach(leaveWorlds);

  for (const { what, files, file = ".fluxloop/credentials", line } of LAYOUTS) {
    it(`are ${line === null ? "safe" : "exposed"} where ${what}, as git itself has it`, async () => {
      const { home } = world();
      const tree = `${Deno.realPathSync(home)}/work`;
      Deno.mkdirSync(tree);
      await git(tree, home, "init", "-q");
      for (const [path, text] of Object.entries(files)) {
        write(path.startsWith("~") ? home + path.slice(1) : `${tree}/${path}`, text);
      }
      write(`${tree}/${file}`, "profiles:\n");
      assertEquals(findGitExposure(`${tree}/${file}`), line === null ? null : { workTree: tree, line });
      assertEquals(await git(tree, home, "check-ignore", "-q", file), line === null ? 0 : 1);

      if (line === null) return;
      const patterns = files[".gitignore"] ?? "";
      write(`${tree}/.gitignore`, `${patterns}${line}\n`);
      const above = !(".fluxloop/.gitignore" in files) || line.endsWith("/");
      assertEquals(above && await git(tree, home, "check-ignore", "-q", file), 0, "the line that is named helps");
    });
  }

  it("are safe outside of every work tree", () => {
    const { home } = world();
    write(`${home}/.fluxloop/credentials`, "");
    assertEquals(findGitExposure(`${home}/.fluxloop/credentials`), null);
  });

  it("are exposed in a linked work tree, too", async () => {
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

  it("are judged by what a link leads to", async () => {
    const { home } = world();
    const folder = Deno.realPathSync(home);
    Deno.mkdirSync(`${folder}/dotfiles`);
    await git(`${folder}/dotfiles`, home, "init", "-q");
    write(`${folder}/dotfiles/credentials`, "");
    Deno.mkdirSync(`${folder}/.fluxloop`);
    Deno.symlinkSync(`${folder}/dotfiles/credentials`, `${folder}/.fluxloop/credentials`);
    assertEquals(findGitExposure(`${folder}/.fluxloop/credentials`), {
      workTree: `${folder}/dotfiles`,
      line: "/credentials*",
    });
  });
});
