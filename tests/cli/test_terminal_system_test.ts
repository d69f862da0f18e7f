import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { afterEach, beforeEach, describe, it } from "@std/testing/bdd";
import { onPty } from "../support/pty.ts";
import { Terminal } from "../support/terminal.ts";

/** Responds at once, except to `hang`, and starts a child; both run until they are killed. */
const AGENT = `trap '' TERM INT HUP
(trap '' TERM INT HUP; echo $BASHPID > child.pid; while :; do sleep 1000; done) &
echo $$ > agent.pid
while read -r line; do
  case $line in
    *hang*) ;;
    *) echo '{"type": "final", "output": "well"}' ;;
  esac
done
while :; do sleep 1000; done
`;

describe("fluxloop test on a terminal", () => {
  let home: string;
  let terminal: Terminal;
  beforeEach(async () => {
    home = await Deno.makeTempDir();
    await Deno.writeTextFile(`${home}/agent.sh`, AGENT);
    terminal = await Terminal.open({ HOME: home });
    await enter(`cd ${home}; clear`);
  });
  afterEach(async () => {
    await terminal.close();
    await Deno.remove(home, { recursive: true });
  });

  async function enter(line: string): Promise<void> {
    await terminal.type(line);
    await terminal.press("Enter");
  }

  async function configure(inputs: string[], killTimeout: string): Promise<void> {
    const process = { command: ["bash", "agent.sh"], kill_timeout: killTimeout, reuse: true };
    const fields = { name: "bot", inputs, runner: { process }, test: { auto_upload: false } };
    await Deno.writeTextFile(`${home}/fluxloop.yaml`, JSON.stringify(fields));
  }

  /** @returns Which of the agent's two processes are running; zombies don't count. */
  async function alive(): Promise<string[]> {
    const names = ["agent", "child"];
    const there = await Promise.all(names.map(async (name) => {
      const pid = (await Deno.readTextFile(`${home}/${name}.pid`)).trim();
      const { stdout } = await new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).output();
      return /^[^Z\s]/.test(new TextDecoder().decode(stdout));
    }));
    return names.filter((_, index) => there[index]);
  }

  /** Waits until both have exited, which takes a moment after they are killed. */
  async function waitUntilGone(): Promise<void> {
    const end = performance.now() + 10_000;
    while ((await alive()).length > 0 && performance.now() < end);
    assertEquals(await alive(), []);
  }

  it("draws a progress bar and clears it at the end", async () => {
    await configure(["a", "b", "c", "hang"], "100ms");
    await enter("fluxloop test; echo ended $?");
    const screen = await terminal.waitFor(/█ ?░* 3\/4 {2}0 failed {2}[\d.]+\/s {2}.* left/);
    assertMatch(screen, /^Testing bot: 4 runs$/m);
    await terminal.press("C-c");
    assertEquals(/[█░]/.test(await terminal.waitFor(/ended \d+ ?$/m)), false);
  });

  it("draws the progress bar on one line of a narrow terminal", async () => {
    await configure(["a", "b", "hang"], "100ms");
    await terminal.resize(40);
    await enter("fluxloop test");
    await terminal.waitFor(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] █{16}░{8} 2\/3/);
    // Waits for several redraws: the spinner has ten frames.
    for (const frame of ["⠋", "⠼", "⠋"]) await terminal.waitFor(new RegExp(frame));
    await terminal.press("C-c");
    const screen = await terminal.waitFor(/Interrupted after 2 of 3 runs/);
    assertEquals(screen.match(/░/g), null, screen);
  });

  it("leaves the cursor visible while it is suspended", async () => {
    await configure(["a", "hang"], "100ms");
    await enter("fluxloop test");
    await terminal.waitFor(/ 1\/2 /);
    await terminal.press("C-z");
    await terminal.waitFor(/Stopped/);
    const isShown = await terminal.cursorIsShown();
    await enter("fg");
    await terminal.press("C-c");
    await terminal.waitFor(/Interrupted after 1 of 2 runs/);
    assertEquals(isShown, true);
  });

  it("stops agents and their children on Ctrl-C, keeps the finished runs, and exits with 130", async () => {
    await configure(["a", "b", "hang"], "100ms");
    await enter("fluxloop test; echo ended $?");
    await terminal.waitFor(/ 2\/3 /);
    assertEquals(await alive(), ["agent", "child"]);
    await terminal.press("C-c");
    const screen = await terminal.waitFor(/ended \d+ ?$/m);
    assertMatch(screen, /^❌ Interrupted after 2 of 3 runs \(0 failed\) in /m);
    assertStringIncludes(screen, "\nended 130");
    await waitUntilGone();
    const [experiment] = [...Deno.readDirSync(`${home}/experiments`)];
    const results = await Deno.readTextFile(`${home}/experiments/${experiment.name}/results.jsonl`);
    assertEquals(results.trimEnd().split("\n").length, 2);
    const summary = JSON.parse(await Deno.readTextFile(`${home}/experiments/${experiment.name}/summary.json`));
    assertEquals([summary.status, summary.passed], ["interrupted", 2]);
  });

  it("exits at once on a second Ctrl-C and still kills all processes", async () => {
    await configure(["a", "hang"], "1h");
    await enter("fluxloop test; echo ended $?");
    await terminal.waitFor(/ 1\/2 /);
    await terminal.press("C-c");
    await terminal.waitFor(/stopping the agents/);
    let screen = "";
    // Signals that arrive together count as one.
    while (!/ended \d+/.test(screen)) {
      await terminal.press("C-c");
      screen = await terminal.screen();
    }
    assertStringIncludes(screen, "ended 130");
    assertEquals(await terminal.cursorIsShown(), true);
    await waitUntilGone();
  });

  it("exits with 130 when the terminal is closed", async () => {
    await configure(["a", "hang"], "100ms");
    const args = ["test", "--config", `${home}/fluxloop.yaml`];
    const { code } = await onPty(args, { HOME: home, PATH: "/usr/bin:/bin" }, [{ wait: " 1/2 ", hangUp: true }]);
    assertEquals(code, 130);
    await waitUntilGone();
  });
});
