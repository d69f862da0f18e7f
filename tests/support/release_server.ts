/**
 * An HTTP server that serves releases as GitHub does, with real archives, and the install script pointed at it.
 *
 * @module
 */
import { tarGz } from "../../scripts/release/archive.ts";
import { checksumsOf } from "../../scripts/release/checksums.ts";
import { archiveName, CHECKSUMS, folderName, type Target } from "../../scripts/release/names.ts";
import { listen, type Listener } from "./listener.ts";

const INSTALL_SCRIPT = new URL("../../install/install.sh", import.meta.url);
const CONSTANT = 'RELEASES="https://github.com/fluxloop/fluxloop/releases"';

/** The current machine's target triple. */
export const TARGET = Deno.build.target as Target;

/** A server of releases. */
export class Releases {
  readonly #folder: string;
  readonly #listener: Listener;
  readonly #versions: string[] = [];
  /** Responses that replace files, by file name. */
  readonly overrides = new Map<string, () => Response | Promise<Response>>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#listener = listen((request) => this.#respond(new URL(request.url).pathname));
  }

  /** Starts a server without releases. */
  static async open(): Promise<Releases> {
    return new Releases(await Deno.makeTempDir({ prefix: "fluxloop-releases-" }));
  }

  /** The releases URL. */
  get address(): string {
    return `${this.#listener.url}/releases`;
  }

  /** The requested paths below the address, in order. */
  get requestedPaths(): string[] {
    return this.#listener.requests.map((it) => it.url.slice(this.address.length));
  }

  /** Clears the recorded requests. */
  clearRequests(): void {
    this.#listener.requests.length = 0;
  }

  /** Adds a release and makes it the latest. By default its program only prints this version. */
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

  /** @returns The install script with its releases URL replaced. */
  installScript(address = this.address): string {
    const text = Deno.readTextFileSync(INSTALL_SCRIPT);
    if (!text.includes(CONSTANT)) throw new Error(`The install script doesn't contain ${CONSTANT}`);
    return text.replace(CONSTANT, `RELEASES="${address}"`);
  }

  async close(): Promise<void> {
    await this.#listener.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #respond(path: string): Promise<Response> {
    const [, version, name] = /^\/releases\/(latest\/download|download\/v[^/]+)\/([^/]+)$/.exec(path) ?? [];
    const override = this.overrides.get(name);
    if (override !== undefined) return await override();
    const folder = version === "latest/download" ? this.#versions.at(-1) : version?.slice("download/v".length);
    try {
      return new Response(await Deno.readFile(`${this.#folder}/${folder}/${name}`));
    } catch {
      return new Response("Not Found", { status: 404 });
    }
  }
}
