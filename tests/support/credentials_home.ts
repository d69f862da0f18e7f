/**
 * A home folder of root or an ordinary user, in which the compiled program runs as that user.
 *
 * @module
 */
import { parse } from "yaml";
import { PROGRAM } from "./program.ts";
import { type Outcome, runHere } from "./session.ts";
import { asRoot, type CommandOptions, runAs, SELF, UID, type User } from "./users.ts";
import { removeTestHomes } from "./world.ts";

/** The prefix of the embedded platform's keys. */
const KEY = /flux_(?:dev|ci)_/;

/** A file's state. */
export interface FileState {
  readonly text: string;
  /** Its permission bits, in octal. */
  readonly mode: string;
  readonly uid: number | null;
  /** Changes whenever the file is replaced. */
  readonly inode: number | null;
}

/** A home folder; {@linkcode close} removes it. */
export class CredentialsHome {
  /** `HOME`. */
  readonly path: string;
  /** `~/.fluxloop`, which doesn't exist initially. */
  readonly folder: string;
  /** `~/.fluxloop/credentials`. */
  readonly file: string;
  /** An executable that this user can run. */
  readonly program: string;
  readonly #top: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(top: string, readonly user: User, platformUrl: string) {
    this.#top = top;
    this.path = `${top}/home`;
    this.folder = `${this.path}/.fluxloop`;
    this.file = `${this.folder}/credentials`;
    this.program = user === SELF ? PROGRAM : `${top}/fluxloop`;
    this.#env = { HOME: this.path, FLUXLOOP_API_URL: platformUrl };
  }

  /**
   * @param platformUrl The platform that the program uses.
   * @param user The home's owner, who also runs the program.
   */
  static async open(platformUrl: string, user: User = SELF): Promise<CredentialsHome> {
    const home = new CredentialsHome(await Deno.makeTempDir({ prefix: "fluxloop-home-" }), user, platformUrl);
    // The program's parent folders may be inaccessible to other users.
    if (home.program !== PROGRAM) await linkOrCopy(PROGRAM, home.program);
    await Deno.mkdir(home.path);
    if (user !== SELF) await asRoot('chmod 755 "$1" && chown "$3" "$2"', home.#top, home.path, String(UID[user]));
    return home;
  }

  /** Runs the compiled program in this home. */
  run(args: readonly string[], { env, ...options }: CommandOptions = {}): Promise<Outcome> {
    return runAs(this.user, [this.program, ...args], { ...options, env: { ...this.#env, ...env } });
  }

  /** Runs the program's code in this process; the home must belong to the current user. */
  runHere(args: readonly string[]): Promise<Outcome> {
    return runHere(args, this.#env);
  }

  /** Logs in within this process to save a key. */
  loginHere(key: string, profile = "default"): Promise<Outcome> {
    return this.runHere(["auth", "login", "--api-key", key, "--profile", profile]);
  }

  /** Runs `auth login` for a profile. */
  login(key: string, profile = "default", env: Record<string, string> = {}): Promise<Outcome> {
    return this.run(["auth", "login", "--api-key-stdin", "--profile", profile], { stdin: `${key}\n`, env });
  }

  /** Writes a credentials file and its lock; by default, the home's user owns the file. */
  async write(text: string, { owner = UID[this.user], mode = "600" } = {}): Promise<void> {
    const source = await Deno.makeTempFile();
    await Deno.writeTextFile(source, text);
    const own = String(UID[this.user]);
    const script = 'install -d -m 700 -o "$1" "$2" && install -m "$3" -o "$4" "$5" "$6" &&' +
      ' install -m 600 -o "$1" /dev/null "$6.lock"';
    await asRoot(script, own, this.folder, mode, String(owner), source, this.file);
    await Deno.remove(source);
  }

  /** Removes the home and its content. */
  async close(): Promise<void> {
    await asRoot('rm -rf "$1"', this.#top);
    removeTestHomes();
  }
}

/** @returns The text of a credentials file with these profiles, all with the same key and platform. */
export function credentialsText(key: string, platformUrl: string, profiles: readonly string[]): string {
  const fields = `    api_key: ${key}\n    api_url: "${platformUrl}"\n`;
  return `profiles:\n${profiles.map((it) => `  ${it}:\n${fields}`).join("")}`;
}

/** @returns A file's state, read as root. */
export async function stateOf(path: string): Promise<FileState> {
  const [line, ...text] = (await asRoot('stat -Lc "%a %u %i" "$1" && cat "$1"', path)).split("\n");
  const [mode, uid, inode] = line.split(" ");
  return { text: text.join("\n"), mode, uid: Number(uid), inode: Number(inode) };
}

/** @returns The sorted names of a folder's entries. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((it) => it.name).sort();
}

/** @returns The sorted names of the folder's files that contain a key; should be only `credentials`. */
export function filesWithKeys(folder: string): string[] {
  const files = [...Deno.readDirSync(folder)].filter((it) => !it.isDirectory).map((it) => it.name).sort();
  return files.filter((name) => KEY.test(Deno.readTextFileSync(`${folder}/${name}`)));
}

/** @returns The keys in a credentials file by profile, read by an independent parser. */
export function keysIn(text: string): Record<string, string> {
  const { profiles } = parse(text) as { profiles: Record<string, { api_key: string }> };
  return Object.fromEntries(Object.entries(profiles).map(([name, fields]) => [name, fields.api_key]));
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await Deno.link(from, to);
  } catch {
    await Deno.copyFile(from, to);
  }
}
