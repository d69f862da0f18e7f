/**
 * Runs `deno compile`, which appends a script to a base executable. Deno downloads a base executable for each of its
 * versions and targets. On networks where that fails, one from npm is used instead, for tests only.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { outputOf } from "../setup/npm_tarball.ts";
import { NPM_BASE_DENO, npmBase } from "./npm_base.ts";

/** A base executable. */
export interface Base {
  /** Its Deno version. */
  readonly deno: string;
  /** Whether it is Deno's own, or the fallback from npm. */
  readonly from: "deno" | "npm";
  readonly target: string;
}

/** What to compile. */
export interface Compilation {
  /** The folder with the scripts; temporary files are written there, too. */
  readonly folder: string;
  /** The main script, a JavaScript file in that folder. The files that it imports are embedded, too. */
  readonly script: string;
  /** The executable's path. An existing file is replaced atomically. */
  readonly output: string;
  /** The target triple, as for `deno compile --target`. */
  readonly target: string;
}

/** The time limit for a response from the server of Deno's base executables, in milliseconds. */
const TIMEOUT = 10_000;
const NPX = Deno.build.os === "windows" ? "npx.cmd" : "npx";

/**
 * Compiles a script with only the permissions of the set `fluxloop` in deno.json.
 *
 * @returns The base executable that was used.
 * @throws {Error} With a message for the user, if there is no base executable for the target or the compiler fails.
 */
export async function compileExecutable(compilation: Compilation): Promise<Base> {
  const { folder, output } = compilation;
  // Only the permissions: with the import map, the executable would read it at every start.
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ permissions: denoJson.permissions }));
  const base = await compileWithAnyBase(compilation);
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  await Deno.rename(`${folder}/${fileName(output)}`, output);
  return base;
}

async function compileWithAnyBase(compilation: Compilation): Promise<Base> {
  const { target } = compilation;
  const missing = await compileWithOwnBase(compilation);
  if (missing === undefined) return { deno: Deno.version.deno, from: "deno", target };

  const args = ["-y", "--prefer-offline", `deno@${NPM_BASE_DENO}`, ...compileArgs(compilation)];
  let result;
  try {
    result = await outputOf(NPX, { args, env: { DENORT_BIN: await npmBase(target) } });
  } catch (error) {
    throw new Error(
      `Can't compile for ${target}: can't download ${missing}, and the fallback on npm can't be used: ` +
        `${error instanceof Error ? error.message : error}. ` +
        "Download and unpack the file on another machine, and set DENORT_BIN to its path.",
    );
  }
  if (!result.success) throw compilerFailed(new TextDecoder().decode(result.stderr));
  return { deno: NPM_BASE_DENO, from: "npm", target };
}

function compileArgs({ folder, script, output, target }: Compilation): string[] {
  return [
    ...["compile", "--config", `${folder}/deno.json`, "--permission-set=fluxloop", "--no-prompt"],
    // There is only JavaScript here; `deno check` checks the types.
    "--no-check",
    // The code cache is a file with a predictable name in the folder for temporary files. Any local user could put code
    // there that would run with access to the keys.
    "--no-code-cache",
    // By default V8 delays garbage collection so long that a test with thousands of runs would take twice the memory of one
    // with hundreds. With a limited young generation (in MiB) and an old one that grows by 20 %, it takes some 25 % more
    // and isn't slower. The minimum size spares short commands a collection of some 4 ms.
    "--v8-flags=--min-semi-space-size=4,--max-semi-space-size=4,--heap-growing-percent=20",
    ...["--target", target, "--output", `${folder}/${fileName(output)}`, `${folder}/${script}`],
  ];
}

/**
 * Compiles with Deno's own base executable. Deno waits minutes on networks that drop packets, so this requests the download
 * URL that Deno prints in parallel, through the same proxies, and stops Deno if there is no response.
 *
 * @returns The URL of the base executable if it can't be downloaded; `undefined` after a successful compilation.
 */
async function compileWithOwnBase(compilation: Compilation): Promise<string | undefined> {
  const compiler = new Deno.Command(Deno.execPath(), {
    args: compileArgs(compilation),
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();

  let output = "";
  let url: string | undefined;
  let isReachable: Promise<boolean> | undefined;
  for await (const chunk of compiler.stderr.pipeThrough(new TextDecoderStream())) {
    output += chunk;
    const download = output.match(/^Download (\S*denort\S*)\s/m);
    if (download === null || url !== undefined) continue;
    url = download[1];
    isReachable = responds(url);
    isReachable.then((yes) => yes || stop(compiler));
  }
  if ((await compiler.status).success) return undefined;
  if (isReachable === undefined || await isReachable) throw compilerFailed(output);
  return url;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

async function responds(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function stop(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has already exited.
  }
}

function compilerFailed(output: string): Error {
  return new Error(`\`deno compile\` failed:\n${output.trim()}`);
}
