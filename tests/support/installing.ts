/**
 * Runs the install script in a shell with a new home, whose `PATH` has only the named tools.
 *
 * @module
 */
import type { Outcome } from "./session.ts";
import { runAs, SELF, UID, type User } from "./users.ts";

/** The tools that the script needs besides a downloader. */
const TOOLS = ["uname", "mkdir", "mktemp", "rm", "sed", "tar", "gzip", "chmod", "mv", "sha256sum", "ldd", "cat"];
/** The tools that BusyBox provides. */
const APPLETS = TOOLS.filter((it) => it !== "ldd");

/** The shells that the script supports, and the command that runs a script from standard input in each. */
export const SHELLS: Readonly<Record<string, readonly string[]>> = {
  dash: ["/bin/dash"],
  bash: ["/bin/bash", "--posix"],
  "BusyBox ash": ["/bin/busybox", "ash"],
};

/** A simulated machine to install on. */
export class Machine {
  /** The user's home folder. */
  readonly home: string;
  readonly #tools: string;
  readonly #user: User;

  private constructor(folder: string, user: User) {
    this.home = `${folder}/home`;
    this.#tools = `${folder}/tools`;
    this.#user = user;
  }

  /**
   * Creates a machine.
   *
   * @param downloader The program to download with, if any.
   * @param options `busybox`: whether to use BusyBox's tools; `user`: who runs the script.
   */
  static async create(
    downloader: "curl" | "wget" | "BusyBox wget" | "none" = "curl",
    { busybox = false, user = SELF }: { busybox?: boolean; user?: User } = {},
  ): Promise<Machine> {
    const folder = await Deno.makeTempDir({ prefix: "fluxloop-machine-" });
    await Deno.chmod(folder, 0o755);
    const machine = new Machine(folder, user);
    await Deno.mkdir(machine.home);
    if (user !== SELF) await Deno.chown(machine.home, UID[user], UID[user]);
    await Deno.mkdir(machine.#tools);
    for (const name of TOOLS) machine.#link(name, busybox && APPLETS.includes(name) ? "/bin/busybox" : findTool(name));
    if (downloader === "BusyBox wget") machine.#link("wget", "/bin/busybox");
    else if (downloader !== "none") machine.#link(downloader, findTool(downloader));
    return machine;
  }

  /** Replaces a tool with a shell script. */
  async replaceTool(name: string, script: string): Promise<void> {
    await this.removeTool(name);
    await Deno.writeTextFile(`${this.#tools}/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  async removeTool(name: string): Promise<void> {
    await Deno.remove(`${this.#tools}/${name}`);
  }

  /**
   * Pipes a script into a shell, as `curl … | sh` does.
   *
   * @param shell A name in {@linkcode SHELLS}.
   * @param env The environment besides HOME and PATH; `HOME: ""` unsets HOME.
   */
  pipe(shell: string, script: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const settings = { HOME: this.home, PATH: this.#tools, ...env };
    if (settings.HOME === "") delete (settings as Partial<typeof settings>).HOME;
    return runAs(this.#user, [...SHELLS[shell]], { env: settings, stdin: script, cwd: "/" });
  }

  /** The script's environment, for tests that start the script themselves. */
  get env(): Record<string, string> {
    return { HOME: this.home, PATH: this.#tools };
  }

  /** @returns The paths of all files and links below the home, hidden ones included. */
  files(): string[] {
    const below = (folder: string): string[] =>
      [...Deno.readDirSync(folder)].flatMap((it) => {
        const path = `${folder}/${it.name}`;
        return it.isDirectory ? below(path) : [path.slice(this.home.length + 1)];
      });
    return below(this.home).sort();
  }

  /** @returns The first line of the installed program's `--version`. */
  async installed(path = `${this.home}/.local/bin/fluxloop`): Promise<string> {
    const { stdout } = await runAs(this.#user, [path, "--version"], { env: {} });
    return stdout.split("\n")[0];
  }

  async remove(): Promise<void> {
    await Deno.remove(this.#tools.slice(0, this.#tools.lastIndexOf("/")), { recursive: true });
  }

  #link(name: string, to: string): void {
    Deno.symlinkSync(to, `${this.#tools}/${name}`);
  }
}

function findTool(name: string): string {
  const folder = ["/usr/bin", "/bin"].find((it) => {
    try {
      return Deno.statSync(`${it}/${name}`).isFile;
    } catch {
      return false;
    }
  });
  if (folder === undefined) throw new Error(`${name} isn't installed`);
  return `${folder}/${name}`;
}
