/**
 * `deno compile`: puts a script on a base executable, which Deno downloads for each of its versions and targets.
 * Where that base is out of reach, another one from npm serves, for the tests on such networks.
 *
 * @module
 */
import denoJson from "../../deno.json" with { type: "json" };
import { outputOf } from "../setup/npm_tarball.ts";
import { NPM_BASE_DENO, npmBase } from "./npm_base.ts";

/** The base of an executable. */
export interface Base {
  /** The version of Deno in it. */
  readonly deno: string;
  /** Whether it is the running Deno's own base, or the replacement from npm. */
  readonly from: "deno" | "npm";
  readonly target: string;
}

/** What to compile. */
export interface Compilation {
  /** The folder of the scripts, which the compiler may use for what it needs. */
  readonly folder: string;
  /** The JavaScript file in that folder to run; the files that it imports are embedded too. */
  readonly script: string;
  /** The executable's path; what stands there is replaced when the new one is whole. */
  readonly output: string;
  /** As `deno compile --target` names it. */
  readonly target: string;
}

/** How long the server of Deno's bases may take to respond, in milliseconds. */
const PATIENCE = 10_000;
const NPX = Deno.build.os === "windows" ? "npx.cmd" : "npx";

/**
 * Compiles a script with the permissions of the set `fluxloop` in deno.json and no others.
 *
 * @returns The executable's base.
 * @throws {Error} With a sentence for a person, when there is no base for the target or the compiler fails.
 */
export async function compileExecutable(compilation: Compilation): Promise<Base> {
  const { folder, output } = compilation;
  // Only the permissions of deno.json: otherwise, the executable would read the import map at every start.
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ permissions: denoJson.permissions }));
  const base = await compileOnSomeBase(compilation);
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  await Deno.rename(`${folder}/${fileName(output)}`, output);
  return base;
}

async function compileOnSomeBase(compilation: Compilation): Promise<Base> {
  const { target } = compilation;
  const missing = await compileOnUsualBase(compilation);
  if (missing === undefined) return { deno: Deno.version.deno, from: "deno", target };

  const cannot = (why: string) =>
    new Error(
      `Can't compile for ${target}: can't download ${missing}, and ${why}. ` +
        "Download and unpack it elsewhere, and set DENORT_BIN to the file.",
    );
  const args = ["-y", "--prefer-offline", `deno@${NPM_BASE_DENO}`, ...compileArgs(compilation)];
  let result;
  try {
    result = await outputOf(NPX, { args, env: { DENORT_BIN: await npmBase(target) } });
  } catch (error) {
    throw cannot(`the substitute on npm can't be used: ${error instanceof Error ? error.message : error}`);
  }
  if (!result.success) throw compilerFailed(new TextDecoder().decode(result.stderr));
  return { deno: NPM_BASE_DENO, from: "npm", target };
}

function compileArgs({ folder, script, output, target }: Compilation): string[] {
  return [
    ...["compile", "--config", `${folder}/deno.json`, "--permission-set=fluxloop", "--no-prompt"],
    // `deno check` checks types; here there is only JavaScript.
    "--no-check",
    // The code cache is a file of a known name in the folder for temporary files, where any user of the machine could
    // put code that would then run with our keys.
    "--no-code-cache",
    // V8 lets garbage pile up before it looks, so that a test of thousands of runs would take twice the memory of one of
    // hundreds. With its young generation bounded, in MiB, and the old one growing by a fifth at a time, it takes some
    // quarter more, and no longer. As its first size, the bound spares a short command its only collection, some 4 ms.
    "--v8-flags=--min-semi-space-size=4,--max-semi-space-size=4,--heap-growing-percent=20",
    ...["--target", target, "--output", `${folder}/${fileName(output)}`, `${folder}/${script}`],
  ];
}

/**
 * Lets Deno compile with its own base. It waits minutes for a network that swallows what it is sent; so what it says it
 * downloads is asked for beside it, through the same proxies, and without an answer it is stopped.
 *
 * @returns The address of the base where that is out of reach; `undefined` when it was compiled.
 */
async function compileOnUsualBase(compilation: Compilation): Promise<string | undefined> {
  const compiler = new Deno.Command(Deno.execPath(), {
    args: compileArgs(compilation),
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();

  let said = "";
  let base: string | undefined;
  let answers: Promise<boolean> | undefined;
  for await (const chunk of compiler.stderr.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    const download = said.match(/^Download (\S*denort\S*)\s/m);
    if (download === null || base !== undefined) continue;
    base = download[1];
    answers = isAnswering(base);
    answers.then((yes) => yes || stop(compiler));
  }
  if ((await compiler.status).success) return undefined;
  if (answers === undefined || await answers) throw compilerFailed(said);
  return base;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(PATIENCE) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

function stop(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function compilerFailed(said: string): Error {
  return new Error(`\`deno compile\` failed:\n${said.trim()}`);
}
