import { assertEquals, assertMatch } from "@std/assert";
import { describe, it } from "@std/testing/bdd";

const SCRIPTS = new URL("../../install/", import.meta.url);

describe("a shell script", () => {
  it("passes shellcheck as a POSIX sh script", async () => {
    const args = ["--shell=sh", "install.sh", "bare_root.sh"];
    const { stdout } = await new Deno.Command("shellcheck", { args, cwd: SCRIPTS }).output();
    assertEquals(new TextDecoder().decode(stdout), "");
  });
});

describe("install.ps1", () => {
  it("is one function that the last line calls, so that nothing runs after a partial download", () => {
    const text = Deno.readTextFileSync(new URL("install.ps1", SCRIPTS));
    assertMatch(text, /^(?:(?:#.*)?\n)*function Install-Fluxloop \{\n(?:(?: {2}.*)?\n)*\}\n\nInstall-Fluxloop\n$/);
  });
});

describe("both install scripts", () => {
  it("have the same URL of the releases", () => {
    const address = /https:\/\/[^"']+\/releases(?=["'])/;
    const [shell] = address.exec(Deno.readTextFileSync(new URL("install.sh", SCRIPTS)))!;
    assertEquals(address.exec(Deno.readTextFileSync(new URL("install.ps1", SCRIPTS)))![0], shell);
  });
});
