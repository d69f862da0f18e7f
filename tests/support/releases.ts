/**
 * HTTPS servers that serve releases as GitHub does: the latest release redirects to its tag, and files redirect to a
 * second server. Releases are signed with OpenSSL and packed with tar and zip.
 *
 * @module
 */
import { zipSync } from "fflate";
import { Authority } from "./certificates.ts";
import type { SeenRequest } from "./listener.ts";

/** A test key pair for signing. */
export interface SigningKey {
  /** The public key, as embedded in the program. */
  readonly publicKey: string;
  /** The file with the private key. */
  readonly file: string;
}

/** Responds to a request. */
export type Responder = (request: Request) => Response | Promise<Response>;

/** A file of a release. */
export interface ReleaseFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Servers of releases. */
export class Releases {
  /** The releases URL, as compiled into the program. */
  readonly url: string;
  /** The requests to both servers, in order. */
  readonly requests: SeenRequest[] = [];
  /** Responses that replace the usual ones, by the end of the path. */
  readonly overrides = new Map<string, Responder>();
  /** The tag of the latest release; `null` if there is none. */
  latest: string | null = null;
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #stop: () => Promise<void>;

  private constructor(
    readonly authority: Authority,
    readonly key: SigningKey,
    readonly folder: string,
    certificate: Deno.TlsCertifiedKeyPem,
  ) {
    const abort = new AbortController();
    const serve = (respond: Responder) =>
      Deno.serve(
        { hostname: "127.0.0.1", port: 0, signal: abort.signal, onListen: () => {}, ...certificate },
        async (request) => {
          this.requests.push({ method: request.method, url: request.url, headers: new Headers(request.headers) });
          const path = new URL(request.url).pathname;
          const override = [...this.overrides].find(([end]) => path.endsWith(end))?.[1];
          return await (override ?? respond)(request);
        },
      );
    const store = serve((request) => this.#fileOf(request));
    const pages = serve((request) => this.#pageOf(request, `https://127.0.0.1:${store.addr.port}`));
    this.url = `https://localhost:${pages.addr.port}/fluxloop/fluxloop/releases`;
    this.#stop = async () => {
      abort.abort();
      await Promise.all([store.finished, pages.finished]);
    };
  }

  /** Starts both servers, with a new authority and signing key. */
  static async open(): Promise<Releases> {
    const folder = await Deno.makeTempDir({ prefix: "fluxloop-releases-" });
    const authority = await Authority.create();
    const certificate = await authority.issue("DNS:localhost,IP:127.0.0.1");
    return new Releases(authority, await newKey(folder), folder, certificate);
  }

  /** The authority's certificate, in PEM form. */
  get caCert(): string {
    return Deno.readTextFileSync(this.authority.file);
  }

  /** Packs, signs and serves a release with one program, and makes it the latest. */
  async publish(version: string, target: string, program: Uint8Array<ArrayBuffer>, key = this.key): Promise<void> {
    const file = await archive(this.folder, version, target, program);
    await this.serve(version, [file], key);
    this.latest = `v${version}`;
  }

  /** Signs and serves these files as a release. */
  async serve(version: string, files: readonly ReleaseFile[], key = this.key): Promise<void> {
    const sums = await Promise.all(files.map(async ({ name, bytes }) => `${await sha256(bytes)}  ${name}\n`));
    const list = new TextEncoder().encode(sums.join(""));
    const signature = await sign(list, key, this.folder);
    const all = [...files, { name: "SHA256SUMS", bytes: list }, { name: "SHA256SUMS.sig", bytes: signature }];
    for (const { name, bytes } of all) this.#files.set(`v${version}/${name}`, bytes);
  }

  /** @returns The bytes of a served file. */
  file(version: string, name: string): Uint8Array<ArrayBuffer> {
    return this.#files.get(`v${version}/${name}`)!;
  }

  /** Replaces a served file, or removes it with `null`. */
  tamper(version: string, name: string, bytes: Uint8Array<ArrayBuffer> | null): void {
    if (bytes === null) this.#files.delete(`v${version}/${name}`);
    else this.#files.set(`v${version}/${name}`, bytes);
  }

  /** Removes all releases and recorded requests. */
  clear(): void {
    this.#files.clear();
    this.overrides.clear();
    this.requests.length = 0;
    this.latest = null;
  }

  /** Stops the servers and removes their files. */
  async close(): Promise<void> {
    await this.#stop();
    await this.authority.remove();
    await Deno.remove(this.folder, { recursive: true });
  }

  #pageOf(request: Request, store: string): Response {
    const { pathname } = new URL(request.url);
    const [, rest] = pathname.split("/releases/");
    if (rest === "latest" && this.latest !== null) return redirect(`${this.url}/tag/${this.latest}`);
    const name = /^download\/(.+)$/.exec(rest ?? "")?.[1];
    if (name === undefined || !this.#files.has(name)) return new Response("Not Found", { status: 404 });
    return redirect(`${store}/production/${name}?permission=secret-of-the-store`);
  }

  #fileOf(request: Request): Response {
    const name = new URL(request.url).pathname.replace("/production/", "");
    const bytes = this.#files.get(name);
    return bytes === undefined ? new Response("Not Found", { status: 404 }) : new Response(bytes, {
      headers: { "content-length": String(bytes.length), "content-type": "application/octet-stream" },
    });
  }
}

/** @returns A redirect to a URL. */
export function redirect(to: string): Response {
  return new Response(null, { status: 302, headers: { location: to } });
}

/** Creates a key pair with OpenSSL, as a maintainer would. */
export async function newKey(folder: string): Promise<SigningKey> {
  const file = `${folder}/${crypto.randomUUID()}.pem`;
  await run("openssl", "genpkey", "-algorithm", "ed25519", "-out", file);
  const pem = await run("openssl", "pkey", "-in", file, "-pubout");
  return { file, publicKey: pem.split("\n").filter((line) => !line.startsWith("---")).join("") };
}

/**
 * Packs a program into a release archive.
 *
 * @param folder A folder for temporary files.
 * @param version The release's version.
 * @param target Such as `x86_64-unknown-linux-gnu`.
 * @param program The program's bytes.
 * @param top The archive's top folder, with a trailing slash; empty for none.
 */
export async function archive(
  folder: string,
  version: string,
  target: string,
  program: Uint8Array<ArrayBuffer>,
  top = `fluxloop-${version}-${target}/`,
): Promise<ReleaseFile> {
  const stem = `fluxloop-${version}-${target}`;
  if (target.includes("windows")) {
    return { name: `${stem}.zip`, bytes: zipSync({ "README.md": new Uint8Array(9), [`${top}fluxloop.exe`]: program }) };
  }
  const work = await Deno.makeTempDir({ dir: folder });
  // Outside the packed folder: tar fails if its own archive changes the folder.
  const packed = `${work}.tar.gz`;
  await Deno.mkdir(`${work}/${top}completions`, { recursive: true });
  await Deno.writeTextFile(`${work}/${top}completions/fluxloop`, "# a script with the program's name\n");
  await Deno.writeFile(`${work}/${top}fluxloop`, program, { mode: 0o755 });
  const names = top === "" ? ["completions", "fluxloop"] : [top];
  await run("tar", "-C", work, "-I", "gzip -1", "-cf", packed, ...names);
  const bytes = await Deno.readFile(packed);
  for (const done of [work, packed]) await Deno.remove(done, { recursive: true });
  return { name: `${stem}.tar.gz`, bytes };
}

async function sign(bytes: Uint8Array, key: SigningKey, folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = `${folder}/${crypto.randomUUID()}`;
  await Deno.writeFile(file, bytes);
  await run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key.file, "-in", file, "-out", `${file}.raw`);
  return new TextEncoder().encode(await run("openssl", "base64", "-in", `${file}.raw`));
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, stdin: "null" }).output();
  if (!success) throw new Error(`${command} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
