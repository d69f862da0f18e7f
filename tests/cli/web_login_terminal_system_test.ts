import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { type ServedPlatform, servePlatform } from "../support/program.ts";
import { Terminal } from "../support/terminal.ts";

describe("auth login --web on a terminal", () => {
  let home: string;
  let platform: ServedPlatform;
  let terminal: Terminal;
  beforeEach(async () => {
    home = await Deno.makeTempDir();
    platform = await servePlatform(["--ephemeral"]);
  });
  afterEach(async () => {
    await terminal.close();
    await platform.stop();
    await Deno.remove(home, { recursive: true });
  });

  const login = async (options = "") => {
    await terminal.type(`fluxloop auth login --web ${options}; echo ended $?`);
    await terminal.press("Enter");
  };

  it("waits on one line, even in a narrow terminal", async () => {
    terminal = await Terminal.open({ HOME: home, FLUXLOOP_API_URL: platform.url }, 30);
    await login();
    await terminal.waitFor(/Waiting for/);
    const screen = await terminal.waitFor(/⠧ Waiting/);
    assertEquals(screen.match(/Waiting for/g)?.length, 1);
    await terminal.press("C-c");
    await terminal.waitFor(/ended 130 ?$/m);
    assertEquals((await terminal.screen()).includes("Waiting"), false);
    await terminal.type("echo a line that is longer than the terminal");
    await terminal.waitFor(/n the terminal/);
  });

  it("starts a browser that can't write to the terminal and survives Ctrl-C", async () => {
    const browser = `${home}/browser`;
    const text =
      `#!/bin/sh\n{ echo noise > /dev/tty; } 2>/dev/null\necho "$1" > ${home}/opened\nsleep 1000 & echo $! > ${home}/pid\n` +
      "wait\n";
    await Deno.writeTextFile(browser, text, { mode: 0o755 });
    terminal = await Terminal.open({ HOME: home, FLUXLOOP_API_URL: platform.url, BROWSER: browser });
    await login();
    await terminal.waitFor(/⠧ Waiting/);
    await terminal.press("C-c");
    const screen = await terminal.waitFor(/ended 130 ?$/m);
    assertEquals(screen.includes("noise"), false);
    const pid = Number(await Deno.readTextFile(`${home}/pid`));
    Deno.kill(pid, "SIGKILL"); // Throws if it has exited.
  });
});
