import { assertEquals, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { Terminal } from "../support/terminal.ts";

const SAVED = ["default", "dev", "prod"].map((it) =>
  `  ${it}:\n    api_key: flux_dev_${it}\n    account: ${it}@example.com\n`
);

describe("auth switch on a terminal", () => {
  let home: string;
  let terminal: Terminal;
  beforeEach(async () => {
    home = await Deno.makeTempDir();
    await Deno.mkdir(`${home}/.fluxloop`, { mode: 0o700 });
    await Deno.writeTextFile(`${home}/.fluxloop/credentials`, `profiles:\n${SAVED.join("")}`, { mode: 0o600 });
    terminal = await Terminal.open({ HOME: home });
  });
  afterEach(async () => {
    await terminal.close();
    await Deno.remove(home, { recursive: true });
  });

  const saved = () => Deno.readTextFileSync(`${home}/.fluxloop/credentials`);

  async function open(options = ""): Promise<string> {
    await terminal.type(`fluxloop auth switch ${options}; echo ended $?`);
    await terminal.press("Enter");
    return await terminal.waitFor(/prod@example\.com/);
  }

  it("shows a list of profiles with their accounts and switches to the chosen one", async () => {
    const screen = await open();
    assertStringIncludes(screen, "default@example.com  (current)");
    await terminal.press("Down");
    await terminal.press("Enter");
    const end = await terminal.waitFor(/ended \d+ ?$/m);
    assertStringIncludes(end, "✅ Switched to profile dev\nended 0");
    assertStringIncludes(saved(), "default_profile: dev\n");
  });

  for (const key of ["C-c", "C-d"]) {
    it(`changes nothing on ${key} and restores the terminal`, async () => {
      const before = saved();
      await open();
      await terminal.press(key);
      await terminal.waitFor(/ended 130 ?$/m);
      assertEquals([saved(), await terminal.cursorIsShown()], [before, true]);
      await terminal.type("echo seen");
      await terminal.waitFor(/\$ echo seen ?$/m);
    });
  }

  it("has no colour with NO_COLOR", async () => {
    await open("--no-color");
    // deno-lint-ignore no-control-regex -- colours are control sequences
    assertEquals(/\x1b\[3\dm/.test(await terminal.screen(true)), false);
  });
});
