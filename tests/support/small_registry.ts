/**
 * A registry on the loopback address that responds like JSR and npm, with tiny packages.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { listen } from "./listener.ts";

/** The names of the JSR packages. */
export const NAMES: readonly string[] = ["@small/one", "@small/two"];

/** The name of the npm package, whose only version is 1.0.0. */
export const NPM_NAME = "small-npm";

/** A running registry. */
export interface SmallRegistry {
  /** Its URL, for `JSR_URL`. */
  readonly url: string;
  /** The subfolder of a vendor folder where Deno stores its packages. */
  readonly folder: string;
  /** The versions of each JSR package, the latest last. */
  readonly versions: string[];
  /** The npm package's only module. */
  npmModule: string;
  /** Responses that replace files, by the end of the path. */
  readonly overrides: Map<string, () => Response | Promise<Response>>;
  /** @returns The paths requested since the last call. */
  takeRequests(): string[];
  close(): Promise<void>;
}

/** Starts a registry. */
export function openRegistry(): SmallRegistry {
  const overrides: SmallRegistry["overrides"] = new Map();
  const versions = ["1.2.0"];
  const listener = listen(async (request) => {
    const { pathname, origin } = new URL(request.url);
    const override = [...overrides].find(([end]) => pathname.endsWith(end))?.[1];
    if (override !== undefined) return await override();
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
    overrides,
    takeRequests: () => listener.requests.splice(0).map((it) => new URL(it.url).pathname),
    close: listener.stop,
  };
  return registry;
}

/** Writes the JSR packages into a registry's subfolder of a vendor folder. */
export async function writePackages(folder: string, version: string): Promise<void> {
  for (const name of NAMES) {
    for (const [path, text] of Object.entries(await packageFiles(name, [version]))) {
      const file = `${folder}/${name}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
  }
}

/** @returns The files of a package by path. Its modules form an import chain, so they are requested one after another. */
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

/** Responds with the npm package's tarball or metadata. */
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
