/**
 * A real terminal for the compiled program: a tmux server of the test's own, a shell without start-up files in it.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { PROGRAM } from "./program.ts";

const FOLDER = PROGRAM.slice(0, PROGRAM.lastIndexOf("/"));
/** How long something may take to appear, in milliseconds. */
const PATIENCE = 15_000;
/** Between two looks, each of which takes a process of its own, in milliseconds. */
const PAUSE = 75;

/** A terminal of 100 columns and 40 lines with `fluxloop` on its shell's path. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Opens a terminal, so many columns wide, whose shell has this environment and no other. */
  static async open(env: Readonly<Record<string, string>>, columns = 100): Promise<Terminal> {
    const terminal = new Terminal(`fluxloop-test-${crypto.randomUUID()}`);
    const settings = Object.entries({
      PATH: `${FOLDER}:/usr/bin:/bin`,
      TERM: "screen",
      LC_ALL: "C.UTF-8",
      PS1: "$ ",
      // The shell writes its history when it is closed, after the test has removed its home.
      HISTFILE: "/dev/null",
      ...env,
    });
    const assignments = settings.map(([name, value]) => `${name}='${value}'`).join(" ");
    await terminal.#tmux(
      "new-session",
      "-d",
      "-x",
      `${columns}`,
      "-y",
      "40",
      `env -i ${assignments} bash --norc --noprofile`,
    );
    await terminal.waitFor(/^\$ $/m);
    return terminal;
  }

  /** Makes it narrower or wider. */
  async resize(columns: number): Promise<void> {
    await this.#tmux("resize-window", "-x", `${columns}`, "-y", "40");
  }

  /** Types text as it is. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses a key by tmux's name for it: `Enter`, `C-c`. */
  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", key);
  }

  /**
   * @param escapes Whether to tell colours, as escape sequences.
   * @returns What the screen shows, without the empty lines at its end; lines keep the blank behind a prompt.
   */
  async screen(escapes = false): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-N", ...(escapes ? ["-e"] : []))).replace(
      / *$/gm,
      (gap) => gap.slice(0, 1),
    ).trimEnd();
  }

  /** Waits until the screen shows what `pattern` matches. @returns The screen. */
  async waitFor(pattern: RegExp): Promise<string> {
    const end = performance.now() + PATIENCE;
    let screen = "";
    while (performance.now() < end) {
      screen = await this.#tmux("capture-pane", "-p", "-N").then((it) => it.replace(/ +$/gm, " ").replace(/\s+$/, " "));
      if (pattern.test(screen)) return await this.screen();
      await delay(PAUSE);
    }
    throw new Error(`The terminal never showed ${pattern}, but:\n${screen}`);
  }

  /** Waits until the terminal does not show what is typed. */
  async waitUntilHidden(): Promise<void> {
    const tty = (await this.#tmux("display-message", "-p", "#{pane_tty}")).trim();
    const end = performance.now() + PATIENCE;
    while (performance.now() < end) {
      const { stdout } = await new Deno.Command("stty", { args: ["-F", tty, "-a"] }).output();
      if (/ -echo /.test(new TextDecoder().decode(stdout))) return;
      await delay(PAUSE);
    }
    throw new Error("The terminal went on to show what is typed");
  }

  /** @returns Whether the cursor is to be seen. */
  async cursorIsShown(): Promise<boolean> {
    return (await this.#tmux("display-message", "-p", "#{cursor_flag}")).trim() === "1";
  }

  /** Closes the terminal and all that runs in it. */
  async close(): Promise<void> {
    await this.#tmux("kill-server");
  }

  async #tmux(...args: string[]): Promise<string> {
    const output = await new Deno.Command("tmux", {
      args: ["-L", this.#socket, "-f", "/dev/null", "-u", ...args],
      stdout: "piped",
      stderr: "piped",
    }).output();
    if (output.success) return new TextDecoder().decode(output.stdout);
    throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(output.stderr)}`);
  }
}
