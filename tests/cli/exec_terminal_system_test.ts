import { assertEquals } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { DOCUMENTED_KEY } from "../support/platform.ts";
import { Terminal } from "../support/terminal.ts";

describe("auth exec on a terminal", () => {
  let home: string;
  let terminal: Terminal;
  beforeEach(async () => {
    home = await Deno.makeTempDir();
    terminal = await Terminal.open({ HOME: home, FLUXLOOP_API_KEY: DOCUMENTED_KEY });
  });
  afterEach(async () => {
    await terminal.close();
    await Deno.remove(home, { recursive: true });
  });

  async function enter(line: string): Promise<void> {
    await terminal.type(line);
    await terminal.press("Enter");
  }

  it("sends Ctrl-C to the command once", async () => {
    const script = "trap 'n=$((n+1))' INT; echo ready; read -r line; read -r line; echo caught $n; exit 4\n";
    await Deno.writeTextFile(`${home}/count.sh`, script);
    await enter(`fluxloop auth exec -- bash ${home}/count.sh; echo ended $?`);
    await terminal.waitFor(/^ready ?$/m);
    await terminal.press("C-c");
    await terminal.waitFor(/\^C/);
    await enter("go");
    await enter("on");
    const screen = await terminal.waitFor(/ended \d+ ?$/m);
    assertEquals(/caught \d+\nended \d+/.exec(screen)?.[0], "caught 1\nended 4");
  });

  it("exits when Ctrl-C kills the command", async () => {
    await enter("fluxloop auth exec -- sh -c 'echo ready; sleep 1000'; echo ended $?");
    await terminal.waitFor(/^ready ?$/m);
    await terminal.press("C-c");
    assertEquals(/ended \d+$/m.exec(await terminal.waitFor(/ended \d+ ?$/m))?.[0], "ended 130");
  });

  it("is suspended with the command by Ctrl-Z and resumes with fg", async () => {
    await enter("set -m");
    await enter("fluxloop auth exec -- sh -c 'echo ready; read -r line; echo got $line; exit 5'");
    await terminal.waitFor(/^ready ?$/m);
    await terminal.press("C-z");
    await terminal.waitFor(/Stopped/);
    await enter("fg");
    await terminal.waitFor(/^fluxloop auth exec/m);
    await enter("it");
    await terminal.waitFor(/^got it ?$/m);
    await enter("echo ended $?");
    assertEquals(/ended \d+$/m.exec(await terminal.waitFor(/ended \d+ ?$/m))?.[0], "ended 5");
  });

  it("connects the command to the terminal", async () => {
    await enter("fluxloop auth exec -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all three'");
    await terminal.waitFor(/^all three ?$/m);
  });
});
