import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { base, type ServedPlatform, servePlatform } from "../support/program.ts";
import { Terminal } from "../support/terminal.ts";

const PROMPT = /Please enter your API key:\n\(Typing is hidden\.\)\n> /;

describe(`the hidden prompt in a real terminal (Deno ${base().deno})`, () => {
  let home: string;
  let platform: ServedPlatform;
  let terminal: Terminal;

  beforeEach(async () => {
    home = await Deno.makeTempDir();
    platform = await servePlatform(["--ephemeral"]);
    terminal = await Terminal.open({ HOME: home, FLUXLOOP_API_URL: platform.url });
    await terminal.type("clear; fluxloop auth login; echo code $?");
    await terminal.press("Enter");
    await terminal.waitFor(PROMPT);
  });
  afterEach(async () => {
    await terminal.close();
    await platform.stop();
    await Deno.remove(home, { recursive: true });
  });

  async function assertTerminalIsRestored(): Promise<void> {
    assertEquals(await terminal.cursorIsShown(), true);
    await terminal.type("echo seen; stty -a | grep -ow -e '-*echo' -e '-*icanon'");
    await terminal.press("Enter");
    const screen = await terminal.waitFor(/^echo$/m);
    assertStringIncludes(screen, "\nseen\n");
    assertEquals(/^-(echo|icanon)$/m.test(screen), false, screen);
  }

  async function signalLogin(signal: string): Promise<void> {
    // The home and the subcommand identify the process.
    const script = `for p in /proc/[0-9]*; do grep -qsz '^HOME=${home}$' $p/environ && ` +
      `grep -qsz '^login$' $p/cmdline && kill -${signal} \${p#/proc/}; done; true`;
    assertEquals((await new Deno.Command("bash", { args: ["-c", script] }).output()).success, true);
  }

  it("accepts a pasted key without showing it", async () => {
    await terminal.type(platform.key!);
    await terminal.press("Enter");
    const screen = await terminal.waitFor(/code \d+/);
    assertStringIncludes(screen, "✅ Successfully authenticated!\n✅ Credentials saved to ~/.fluxloop/credentials\n");
    assertStringIncludes(screen, "code 0");
    assertEquals(screen.includes(platform.key!.slice(0, 12)), false);
    assertStringIncludes(await Deno.readTextFile(`${home}/.fluxloop/credentials`), platform.key!);
  });

  it("shows nothing of a key longer than the terminal's buffer", async () => {
    const long = `flux_dev_${"k".repeat(1200)}`;
    await terminal.type(long);
    await terminal.press("Enter");
    const screen = await terminal.waitFor(/code \d+/);
    assertStringIncludes(screen, "code 3");
    assertEquals(screen.includes("kkk"), false);
  });

  for (const key of ["C-c", "C-d"]) {
    it(`exits with 130 on ${key}, restores the terminal and saves nothing`, async () => {
      await terminal.type("flux_dev_half");
      await terminal.press(key);
      assertStringIncludes(await terminal.waitFor(/code \d+/), "\ncode 130");
      await assertTerminalIsRestored();
      await assertRejects(() => Deno.stat(`${home}/.fluxloop/credentials`), Deno.errors.NotFound);
    });
  }

  for (const signal of ["INT", "TERM"]) {
    it(`restores the terminal on SIG${signal}`, async () => {
      await signalLogin(signal);
      assertStringIncludes(await terminal.waitFor(/code \d+/), "\ncode 130");
      await assertTerminalIsRestored();
    });
  }

  it("reports empty input", async () => {
    await terminal.press("Enter");
    const screen = await terminal.waitFor(/code \d+/);
    assertStringIncludes(screen, "The API key from the prompt is empty");
    assertStringIncludes(screen, "code 2");
  });

  it("hides typing again after the program was suspended and resumed", async () => {
    await signalLogin("STOP");
    await terminal.waitFor(/Stopped/);
    await terminal.type("fg");
    await terminal.press("Enter");
    await terminal.waitUntilHidden();
    await terminal.type("flux_dev_typed");
    await terminal.press("C-c");
    await terminal.type("echo left with $?");
    await terminal.press("Enter");
    const screen = await terminal.waitFor(/left with 130/);
    assertEquals(screen.includes("typed"), false, screen);
  });

  it("prints no colours with NO_COLOR", async () => {
    await terminal.press("C-c");
    await terminal.type("clear; NO_COLOR=1 fluxloop auth login");
    await terminal.press("Enter");
    await terminal.waitFor(PROMPT);
    assertEquals((await terminal.screen(true)).includes("\x1b[1m"), false);
  });
});
