/**
 * A real HTTP server that has releases as the real one does, with real archives, and the install script that is pointed
 * at it.
 *
 * @module
 */
import { tarGz } from "../../scripts/release/archive.ts";
import { checksumsOf } from "../../scripts/release/checksums.ts";
import { archiveName, CHECKSUMS, folderName, type Target } from "../../scripts/release/names.ts";
import { listen, type Listener } from "./listener.ts";

const INSTALL_SCRIPT = new URL("../../install/install.sh", import.meta.url);
const CONSTANT = 'RELEASES="https://github.com/fluxloop/fluxloop/releases"';

/** The machine that the tests run on, as releases name it. */
export const TARGET = Deno.build.target as Target;

/** The releases of a test. */
export class Releases {
  readonly #folder: string;
  readonly #listener: Listener;
  readonly #versions: string[] = [];
  /** What is answered instead of a file, by the file's name. */
  readonly instead = new Map<string, () => Response | Promise<Response>>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#listener = listen((request) => this.#answer(new URL(request.url).pathname));
  }

  /** Opens a server that has no release yet. */
  static async open(): Promise<Releases> {
    return new Releases(await Deno.makeTempDir({ prefix: "fluxloop-releases-" }));
  }

  /** The address of the releases. */
  get address(): string {
    return `${this.#listener.url}/releases`;
  }

  /** The paths below the address that were asked for, in order. */
  get asked(): string[] {
    return this.#listener.requests.map((it) => it.url.slice(this.address.length));
  }

  /** Forgets what was asked for. */
  forget(): void {
    this.#listener.requests.length = 0;
  }

  /** Adds a release, which is now the newest, of a program that tells this version and does nothing else. */
  async add(version: string, program = `#!/bin/sh\necho "fluxloop ${version} (0123456789ab)"\n`): Promise<void> {
    const path = `${folderName(version, TARGET)}/fluxloop`;
    const file = { path, bytes: new TextEncoder().encode(program), executable: true };
    await this.addArchive(version, await tarGz([file], new Date(0)));
  }

  /** Adds a release with this archive. */
  async addArchive(version: string, archive: Uint8Array): Promise<void> {
    const folder = `${this.#folder}/${version}`;
    const name = archiveName(version, TARGET);
    await Deno.mkdir(folder);
    await Deno.writeFile(`${folder}/${name}`, archive);
    await Deno.writeTextFile(`${folder}/${CHECKSUMS}`, await checksumsOf(folder, [name]));
    this.#versions.push(version);
  }

  /** @returns The install script, the one constant in it replaced by the address of these releases or another. */
  installScript(address = this.address): string {
    const text = Deno.readTextFileSync(INSTALL_SCRIPT);
    if (!text.includes(CONSTANT)) throw new Error(`The install script has no ${CONSTANT}`);
    return text.replace(CONSTANT, `RELEASES="${address}"`);
  }

  async close(): Promise<void> {
    await this.#listener.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #answer(path: string): Promise<Response> {
    const [, version, name] = /^\/releases\/(latest\/download|download\/v[^/]+)\/([^/]+)$/.exec(path) ?? [];
    const instead = this.instead.get(name);
    if (instead !== undefined) return await instead();
    const folder = version === "latest/download" ? this.#versions.at(-1) : version?.slice("download/v".length);
    try {
      return new Response(await Deno.readFile(`${this.#folder}/${folder}/${name}`));
    } catch {
      return new Response("Not Found", { status: 404 });
    }
  }
}
