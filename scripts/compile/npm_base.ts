/**
 * Base executables for networks that allow only the npm registry. They are only for tests; releases are compiled with
 * Deno's own.
 *
 * @module
 */
import { type PinnedPackage, unpackFromNpm } from "../setup/npm_tarball.ts";

/** The Deno version of the base executables. */
export const NPM_BASE_DENO = "2.7.11";

/** Each package has an executable `bin/steady`, compiled with `deno compile`. Our program replaces the one in it. */
const PACKAGES: Readonly<Record<string, PinnedPackage>> = {
  "x86_64-unknown-linux-gnu": {
    spec: "@stdy/cli-linux-x64@0.22.2",
    integrity: "sha512-kp5QdG26EC8gEzVXI0YgzmiiFHz7DFCNRLNfAWa2rDPHr/jUBnfkP8AlbTPmv0YNQpnKn1wzSWHFw88fn/OTog==",
  },
  "aarch64-unknown-linux-gnu": {
    spec: "@stdy/cli-linux-arm64@0.22.2",
    integrity: "sha512-HjSQdAt40CpYIauUKJ1xyIEsdrf5LtQP1x8Su7BEZJN94807ROJXxabW+jXyc48823tVBkrnxNUUTrBK4TVTRw==",
  },
  "x86_64-apple-darwin": {
    spec: "@stdy/cli-darwin-x64@0.22.2",
    integrity: "sha512-BYbQhEqBiEd+G9IyXWLpgAcSXFKMr6W3ZQXiOS3O5NnOWv+bNuyo793eBvEJ5fRKiuCV6n/ANVSJZLFOf6Nzog==",
  },
  "aarch64-apple-darwin": {
    spec: "@stdy/cli-darwin-arm64@0.22.2",
    integrity: "sha512-k5WGyCQl7DDpYWy3BI5TxGIxOdUpMeJ0q7kUi1EYs7Y72B/q0hIKDv3/fCgoZPWBI+N9XjnlSyetaxVQTRvWow==",
  },
  "x86_64-pc-windows-msvc": {
    spec: "@stdy/cli-win32-x64@0.22.2",
    integrity: "sha512-7ZsJltOYVvMTl6eAy1AKMya7TFhb629FXr/BKZTyQsBrPj28rAaebQSTFYs1IZN0+n6LnJTpue6m4SIkevqBNA==",
  },
};
const CACHE = ".cache";

/**
 * Downloads a target's base executable from npm, unless it is cached in `.cache/`.
 *
 * @returns Its absolute path.
 * @throws {Error} If there is none for the target, npm can't download it, or its hash differs.
 */
export async function npmBase(target: string): Promise<string> {
  if (!(target in PACKAGES)) throw new Error(`it doesn't exist for ${target}`);
  const path = `${Deno.cwd()}/${CACHE}/base-${NPM_BASE_DENO}-${target}`;
  if (await isFile(path)) return path;

  await Deno.mkdir(CACHE, { recursive: true });
  const work = await Deno.makeTempDir({ dir: CACHE, prefix: "base-" });
  try {
    const extension = target.includes("windows") ? ".exe" : "";
    const program = `${await unpackFromNpm(PACKAGES[target], work)}/bin/steady${extension}`;
    if (target.includes("darwin")) await Deno.writeFile(program, withoutProgram(await Deno.readFile(program)));
    await Deno.rename(program, path);
    return path;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/**
 * Removes the other program from a base executable for macOS, because `deno compile` adds ours without replacing it: on
 * arm64 as a second segment of the same name, of which the first would be found, and on x64 at the end of the file.
 */
function withoutProgram(base: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(base);
  const segment = text.indexOf("__SUI\0");
  if (segment < 0) return base.subarray(0, text.lastIndexOf("<~sui-data~>"));
  base.set(new TextEncoder().encode("__OLD"), segment);
  return base;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
