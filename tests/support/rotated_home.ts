/**
 * A home whose key the compiled program rotates, a relay to the platform, and the platform's storage, which shows the
 * valid keys.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ApiKey } from "../../src/embedded_platform/api_keys.ts";
import { generateApiKey } from "../../src/embedded_platform/secrets.ts";
import { openStorage, type Storage } from "../../src/embedded_platform/storage.ts";
import { after, DAY, isoTime } from "../../src/embedded_platform/time.ts";
import { namesIn } from "./credentials_home.ts";
import { fluxloop, PROGRAM, type ServedPlatform, servePlatform, start } from "./program.ts";
import { type Relay, startRelay } from "./relay.ts";
import { type Outcome, runHere } from "./session.ts";
import { withFault } from "./strace.ts";
import { removeTestHomes } from "./world.ts";

const KEY = /flux_dev_[a-z2-7]{32}/g;

/** The platform, its storage and the relay, shared by all tests of a file. */
export class RotationWorld {
  private constructor(
    readonly relay: Relay,
    readonly storage: Storage,
    readonly platform: ServedPlatform,
    private readonly folder: string,
  ) {}

  /** Starts the platform and the relay. */
  static async open(): Promise<RotationWorld> {
    const folder = await Deno.makeTempDir({ prefix: "fluxloop-rotation-" });
    const platform = await servePlatform(["--data", `${folder}/data`], { env: { HOME: folder } });
    return new RotationWorld(startRelay(platform.url), openStorage(`${folder}/data`), platform, folder);
  }

  /** Stops them. */
  async close(): Promise<void> {
    await this.relay.stop();
    this.storage.close();
    await this.platform.stop();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A home with its own key for the platform. */
export class RotatedHome {
  /** The key to replace. */
  readonly oldKey = newKey();
  readonly path = Deno.makeTempDirSync({ prefix: "fluxloop-home-" });
  /** `~/.fluxloop`. */
  readonly folder = `${this.path}/.fluxloop`;
  readonly #world: RotationWorld;
  readonly #env: Record<string, string>;
  readonly #keysBefore: readonly string[];

  constructor(world: RotationWorld, env: Record<string, string> = {}) {
    this.#world = world;
    this.#env = { HOME: this.path, FLUXLOOP_API_URL: world.relay.url, ...env };
    this.#keysBefore = world.storage.apiKeys.list().map((it) => it.id);
    this.#add(this.oldKey, "laptop");
    world.relay.failAt(null);
  }

  /** Creates a key unrelated to the profile's. @returns The key. */
  addKey(name: string): string {
    const key = newKey();
    this.#add(key, name);
    return key;
  }

  #add(key: string, name: string): void {
    const created_at = after(isoTime(new Date()), -30 * DAY);
    this.#world.storage.apiKeys.add({
      key,
      name,
      created_at,
      expires_at: after(created_at, 90 * DAY),
      scopes: ["prj_1"],
      permissions: ["upload_results"],
    });
  }

  /** Starts the program. */
  start(...args: string[]): { readonly pid: number; readonly outcome: Promise<Outcome> } {
    const child = start(args, { env: this.#env });
    return { pid: child.pid, outcome: child.output().then(outcomeOf) };
  }

  /** Runs the program. */
  run(...args: string[]): Promise<Outcome> {
    return fluxloop(args, { env: this.#env });
  }

  /** Runs the program's code in this process. */
  runHere(...args: string[]): Promise<Outcome> {
    return runHere(args, this.#env);
  }

  /** Writes the credentials file. */
  write(text: string): void {
    Deno.mkdirSync(this.folder, { mode: 0o700 });
    Deno.writeTextFileSync(`${this.folder}/credentials`, text, { mode: 0o600 });
  }

  /** @returns The text of the credentials file. */
  savedText(): string {
    return Deno.readTextFileSync(`${this.folder}/credentials`);
  }

  /** Logs in with the old key. */
  async login(...options: string[]): Promise<void> {
    const { code, stderr } = await this.runHere("auth", "login", "--api-key", this.oldKey, ...options);
    assertEquals([code, stderr], [0, ""]);
  }

  /** Runs the program and sends it a signal at a request, before or after the platform has handled the request. */
  async signalledAt(at: string, when: "before" | "after", signal: Deno.Signal, args: string[]): Promise<Outcome> {
    const child = start(args, { env: this.#env });
    const isGone = child.status.then(() => {});
    // The response must not arrive before the program starts to clean up.
    this.#world.relay.failAt({ at, when, isLasting: true, action: async () => (child.kill(signal), await isGone) });
    const outcome = outcomeOf(await child.output());
    this.#world.relay.failAt(null);
    return outcome;
  }

  /** Runs the program and makes a system call on one of its files fail as on a full disk. @returns The exit code. */
  async fullAt(call: string, file: string, time: number, args: string[]): Promise<number> {
    const moment = { call, path: `${this.folder}/${file}`, time };
    return (await this.runWrapped((program) => withFault(moment, "ENOSPC", program), args)).code;
  }

  /** Runs the program through another one, such as strace. */
  async runWrapped(wrap: (command: readonly string[]) => readonly string[], args: readonly string[]): Promise<Outcome> {
    const [program, ...rest] = wrap([PROGRAM, ...args]);
    return outcomeOf(
      await new Deno.Command(program, { args: rest, clearEnv: true, env: this.#env, stdin: "null" }).output(),
    );
  }

  /** @returns How many valid keys with this name the platform has. */
  countValidKeys(name: string): number {
    return this.#validKeys().filter((it) => it.name === name).length;
  }

  /** @returns The key in the profile. */
  async savedKey(): Promise<string> {
    return (await this.runHere("auth", "token")).stdout.trim();
  }

  /** Asserts that other users can't read any file. @returns The names of all files. */
  files(): string[] {
    const names = namesIn(this.folder);
    for (const name of names) assertEquals(Deno.statSync(`${this.folder}/${name}`).mode! & 0o077, 0, name);
    return names;
  }

  /** @returns Whether a rotation is unfinished. */
  isUnfinished(): boolean {
    return this.savedText().includes("rotation:");
  }

  /** Asserts that the profile's key is valid and that `auth status` warns about an unfinished rotation. */
  async assertWorks(): Promise<void> {
    const { code, stderr } = await this.runHere("auth", "status");
    const warning = '⚠️  The rotation of profile "default" isn\'t finished. Finish it: fluxloop auth rotate\n';
    assertEquals([code, stderr], [0, this.isUnfinished() ? warning : ""]);
  }

  /** Asserts that the profile has a new key with the old key's settings, and that no other key is saved or valid. */
  async assertRotated(): Promise<void> {
    const key = await this.savedKey();
    assertMatch(key, KEY);
    assertEquals(key === this.oldKey, false, "the profile still has the old key");
    const own = this.#world.storage.apiKeys.find(key)!;
    assertEquals(this.#validKeys().map((it) => it.id), [own.id]);
    assertEquals([own.name, own.scopes, own.permissions], ["laptop", ["prj_1"], ["upload_results"]]);
    assertEquals(own.expires_at, after(own.created_at, 90 * DAY));
    this.assertTidy(key);
  }

  /** Asserts that the platform accepts only the old key, and that no rotation is pending. */
  assertUnchanged(...others: string[]): void {
    assertEquals(
      this.#validKeys().map((it) => [it.name, it.created_by]),
      ["laptop", ...others].map((it) => [it, null]),
    );
    assertEquals(this.isUnfinished(), false);
  }

  /** Asserts that the folder has only the credentials file, and that the file has only this key. */
  assertTidy(key: string | null): void {
    assertEquals(this.files().filter((it) => !it.endsWith(".lock")), ["credentials"]);
    const text = this.savedText();
    assertEquals([...new Set(text.match(KEY) ?? [])], key !== null && text.includes("api_key:") ? [key] : []);
  }

  /** Runs the rotation again. */
  async rotateAgain(...options: string[]): Promise<Outcome> {
    const outcome = await this.run("auth", "rotate", ...options);
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertStringIncludes(outcome.stdout, "✅");
    return outcome;
  }

  /** Removes the home, and its keys from the platform. */
  close(): void {
    for (const { id } of this.#validKeys()) this.#world.storage.apiKeys.revoke(id, isoTime(new Date()));
    Deno.removeSync(this.path, { recursive: true });
    removeTestHomes();
  }

  /** @returns The valid keys that were created for this home. */
  #validKeys(): ApiKey[] {
    return this.#world.storage.apiKeys.list().filter((it) => !this.#keysBefore.includes(it.id));
  }
}

/** Waits until a process is blocked on a file lock, according to the kernel. */
export async function waitForLock(pid: number): Promise<void> {
  const waiting = new RegExp(`-> FLOCK .* ${pid} `);
  while (!waiting.test(await Deno.readTextFile("/proc/locks")));
}

function newKey(): string {
  return generateApiKey("dev", (bytes) => crypto.getRandomValues(bytes));
}

function outcomeOf({ code, stdout, stderr }: Deno.CommandOutput): Outcome {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
