/**
 * A real terminal for the compiled program: a private tmux server with a shell that reads no startup files.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { PROGRAM } from "./program.ts";

const FOLDER = PROGRAM.slice(0, PROGRAM.lastIndexOf("/"));
/** How long to wait for a text to appear, in milliseconds. */
const TIMEOUT = 15_000;
/** The pause between two polls, each of which starts a process, in milliseconds. */
const POLL_INTERVAL = 75;

/** A terminal of 40 lines with `fluxloop` on its shell's `PATH`. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Opens a terminal whose shell has only this environment. */
  static async open(env: Readonly<Record<string, string>>, columns = 100): Promise<Terminal> {
    const terminal = new Terminal(`fluxloop-test-${crypto.randomUUID()}`);
    const settings = Object.entries({
      PATH: `${FOLDER}:/usr/bin:/bin`,
      TERM: "screen",
      LC_ALL: "C.UTF-8",
      PS1: "$ ",
      // The shell writes its history on exit, when the test has already removed its home.
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

  /** Changes the terminal's width. */
  async resize(columns: number): Promise<void> {
    await this.#tmux("resize-window", "-x", `${columns}`, "-y", "40");
  }

  /** Types text literally. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Presses a key by its tmux name, such as `Enter` or `C-c`. */
  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", key);
  }

  /**
   * @param escapes Whether to include colours as escape sequences.
   * @returns The screen's text without trailing empty lines; lines keep one trailing space, as after a prompt.
   */
  async screen(escapes = false): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-N", ...(escapes ? ["-e"] : []))).replace(
      / *$/gm,
      (gap) => gap.slice(0, 1),
    ).trimEnd();
  }

  /** Waits until the screen matches the pattern. @returns The screen's text. */
  async waitFor(pattern: RegExp): Promise<string> {
    const deadline = performance.now() + TIMEOUT;
    let screen = "";
    while (performance.now() < deadline) {
      screen = await this.#tmux("capture-pane", "-p", "-N").then((it) => it.replace(/ +$/gm, " ").replace(/\s+$/, " "));
      if (pattern.test(screen)) return await this.screen();
      await delay(POLL_INTERVAL);
    }
    throw new Error(`The screen never matched ${pattern}. It shows:\n${screen}`);
  }

  /** Waits until the terminal stops echoing input. */
  async waitUntilHidden(): Promise<void> {
    const tty = (await this.#tmux("display-message", "-p", "#{pane_tty}")).trim();
    const deadline = performance.now() + TIMEOUT;
    while (performance.now() < deadline) {
      const { stdout } = await new Deno.Command("stty", { args: ["-F", tty, "-a"] }).output();
      if (/ -echo /.test(new TextDecoder().decode(stdout))) return;
      await delay(POLL_INTERVAL);
    }
    throw new Error("The terminal didn't stop echoing input");
  }

  /** @returns Whether the cursor is visible. */
  async cursorIsShown(): Promise<boolean> {
    return (await this.#tmux("display-message", "-p", "#{cursor_flag}")).trim() === "1";
  }

  /** Closes the terminal and kills everything running in it. */
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
