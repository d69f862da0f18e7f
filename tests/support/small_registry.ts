/**
 * A registry on the loopback address that answers as JSR and npm do, with packages of a few lines.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { listen } from "./listener.ts";

/** The packages' names. */
export const NAMES: readonly string[] = ["@small/one", "@small/two"];

/** The name of the npm package, which has version 1.0.0 only. */
export const NPM_NAME = "small-npm";

/** A registry. */
export interface SmallRegistry {
  /** Its address, for `JSR_URL`. */
  readonly url: string;
  /** The folder in a vendor folder where Deno keeps what comes from it. */
  readonly folder: string;
  /** The versions of all packages, the newest last. */
  readonly versions: string[];
  /** The npm package's only module. */
  npmModule: string;
  /** What is answered instead of a file, by the path's end. */
  readonly instead: Map<string, () => Response | Promise<Response>>;
  /** @returns The paths that were asked for since the last time. */
  asked(): string[];
  close(): Promise<void>;
}

/** Opens a registry that works. */
export function openRegistry(): SmallRegistry {
  const instead: SmallRegistry["instead"] = new Map();
  const versions = ["1.2.0"];
  const listener = listen(async (request) => {
    const { pathname, origin } = new URL(request.url);
    const answer = [...instead.keys()].find((it) => pathname.endsWith(it));
    if (answer !== undefined) return await instead.get(answer)!();
    if (pathname.startsWith(`/${NPM_NAME}`)) return await npmResponse(pathname, origin, registry.npmModule);
    const name = NAMES.find((it) => pathname.startsWith(`/${it}/`)) ?? "";
    const text = (await packageFiles(name, versions))[pathname.slice(name.length + 2)];
    return text === undefined ? new Response("Not Found", { status: 404 }) : new Response(text);
  });
  const registry: SmallRegistry = {
    url: `${listener.url}/`,
    folder: listener.url.replace("://", "_").replace(":", "_"),
    versions,
    npmModule: "export {};\n",
    instead,
    asked: () => listener.requests.splice(0).map((it) => new URL(it.url).pathname),
    close: listener.stop,
  };
  return registry;
}

/** Writes packages into the folder of a registry in a vendor folder. */
export async function writePackages(folder: string, version: string): Promise<void> {
  for (const name of NAMES) {
    for (const [path, text] of Object.entries(await packageFiles(name, [version]))) {
      const file = `${folder}/${name}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
  }
}

/** @returns The text of each file of a package, which is a chain of modules: they are asked for one after the other. */
async function packageFiles(fullName: string, versions: readonly string[]): Promise<Record<string, string>> {
  const [scope, name] = fullName.slice(1).split("/");
  const modules = {
    "first.ts": 'export * from "./second.ts";\n',
    "second.ts": 'export * from "./third.ts";\n',
    "third.ts": `export const name: string = "${fullName}";\n`,
  };
  const manifest: Record<string, unknown> = {};
  for (const [path, text] of Object.entries(modules)) {
    const bytes = new TextEncoder().encode(text);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    manifest[`/${path}`] = { size: bytes.length, checksum: `sha256-${digest.toHex()}` };
  }
  const all = Object.fromEntries(versions.map((it) => [it, {}]));
  const files: Record<string, string> = {
    "meta.json": JSON.stringify({ scope, name, latest: versions.at(-1), versions: all }),
  };
  for (const version of versions) {
    files[`${version}_meta.json`] = JSON.stringify({ exports: { ".": "./first.ts" }, manifest });
    for (const [path, text] of Object.entries(modules)) files[`${version}/${path}`] = text;
  }
  return files;
}

/** Answers for the npm package: with its tarball, or with what the registry knows of it. */
async function npmResponse(path: string, origin: string, module: string): Promise<Response> {
  const facts = { name: NPM_NAME, version: "1.0.0", main: "index.js" };
  const files = { "package/package.json": JSON.stringify(facts), "package/index.js": module };
  const mtime = new Date(0);
  const entries = Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length, mtime }, body }));
  const tarball = Uint8Array.from(gzipSync(await packTar(entries)));
  if (path.endsWith(".tgz")) return new Response(tarball);
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const version = { ...facts, dist: { tarball: `${origin}/${NPM_NAME}/1.0.0.tgz`, integrity } };
  return Response.json({ name: NPM_NAME, "dist-tags": { latest: "1.0.0" }, versions: { "1.0.0": version } });
}
