import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const SCRIPTS = new URL("../../install/", import.meta.url);

describe("the shell scripts", () => {
  it("pass shellcheck as POSIX sh scripts", async () => {
    const args = ["--shell=sh", "install.sh", "../scripts/bare_root.sh"];
    const { stdout, stderr } = await new Deno.Command("shellcheck", { args, cwd: SCRIPTS }).output();
    assertEquals(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr), "");
  });
});

describe("install.ps1", () => {
  it("is a single function called on the last line, so that a partial download runs nothing", () => {
    const text = Deno.readTextFileSync(new URL("install.ps1", SCRIPTS));
    assertMatch(text, /^(?:(?:#.*)?\n)*function Install-Fluxloop \{\n(?:(?: {2}.*)?\n)*\}\n\nInstall-Fluxloop\n$/);
  });
});

describe("both install scripts", () => {
  it("have the same releases URL", () => {
    const address = /https:\/\/[^"']+\/releases(?=["'])/;
    const [shell] = address.exec(Deno.readTextFileSync(new URL("install.sh", SCRIPTS)))!;
    assertEquals(address.exec(Deno.readTextFileSync(new URL("install.ps1", SCRIPTS)))![0], shell);
  });
});
