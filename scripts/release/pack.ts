/**
 * Packs a compiled program with its license, README, changelog, completions and man pages.
 *
 * `--target <triple>` packs `dist/<triple>/` into `dist/release/`; by default, `dist/` is packed for this machine. Programs
 * compiled without the lock file, or with a base executable or packages from npm, are rejected unless `--for-tests` is
 * given.
 *
 * @module
 */
import { parseArgs } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { type ArchiveFile, tarGz, zip } from "./archive.ts";
import { archiveName, folderName, isTarget, isWindows, type Target } from "./names.ts";
import { checkMachO } from "./macho.ts";
import { LOCK, lockOptions } from "../setup/lock.ts";

const DOCUMENTS = ["LICENSE", "README.md", "CHANGELOG.md"];
const SHELLS = { bash: "fluxloop.bash", zsh: "_fluxloop", fish: "fluxloop.fish", powershell: "fluxloop.ps1" };

/** What to pack. */
export interface Packing {
  /** The folder with the executable and `base.json`. */
  readonly compiled: string;
  readonly target: Target;
  readonly version: string;
  /** The modification time of each file in the archive. */
  readonly time: Date;
  /** The folder to write to; created if it doesn't exist. */
  readonly into: string;
  /** Completions and man pages. */
  readonly extras: readonly ArchiveFile[];
  /** Whether to accept a program that can't be released, and to compress faster. */
  readonly forTests?: boolean;
}

/**
 * Packs a release archive.
 *
 * @returns The archive's path.
 * @throws {Error} If a file is missing or damaged, or the program can't be released.
 */
export async function packRelease(packing: Packing): Promise<string> {
  const { compiled, target, version, time, into, extras, forTests } = packing;
  const base = JSON.parse(await Deno.readTextFile(`${compiled}/base.json`));
  if (base.target !== target) {
    throw new Error(`${compiled} contains the program for ${base.target}, not for ${target}.`);
  }
  if (!forTests) assertReleasable(base);
  const name = programName(target);
  const program = await fileAt(`${compiled}/${name}`, name, true);
  if (target.includes("darwin")) checkMachO(program.bytes);
  const files = [
    program,
    ...await Promise.all(DOCUMENTS.map((it) => fileAt(it, it))),
    ...extras,
  ].map((it) => ({ ...it, path: `${folderName(version, target)}/${it.path}` }));

  const archive = `${into}/${archiveName(version, target)}`;
  await Deno.mkdir(into, { recursive: true });
  await Deno.writeFile(archive, isWindows(target) ? zip(files, time) : await tarGz(files, time, forTests ? 1 : 9));
  return archive;
}

/** The origins of an executable's parts, as recorded in `base.json`. */
export interface Origins {
  readonly from: string;
  readonly packages: string;
  readonly locked: boolean;
}

/**
 * @throws {Error} If the base executable or the packages are the fallbacks from npm, which are older and built by third
 * parties, or if the executable may contain other packages than the bill of materials.
 */
export function assertReleasable({ from, packages, locked }: Origins): void {
  if (from !== "deno") {
    throw new Error(
      "Can't release a program that was compiled with a base executable from npm, which is only for tests.",
    );
  }
  if (packages !== "jsr") {
    throw new Error("Can't release a program that was compiled from builds of the JSR packages on npm.");
  }
  if (!locked) throw new Error(`Can't release a program that was compiled without ${LOCK}.`);
}

/** Runs the program to generate its completions, so it has to run on this machine. */
async function completions(program: string): Promise<ArchiveFile[]> {
  return await Promise.all(
    Object.entries(SHELLS).map(async ([shell, name]) => {
      return { path: `completions/${name}`, bytes: await outputOf(program, "completions", shell) };
    }),
  );
}

async function manPages(): Promise<ArchiveFile[]> {
  const folder = await Deno.makeTempDir({ prefix: "fluxloop-man-" });
  try {
    await outputOf(Deno.execPath(), "run", "-A", ...lockOptions("."), "scripts/man.ts", "--into", folder);
    const names = await Array.fromAsync(Deno.readDir(folder), (it) => it.name);
    return await Promise.all(names.map((name) => fileAt(`${folder}/${name}`, `man/${name}`)));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function programName(target: Target): string {
  return isWindows(target) ? "fluxloop.exe" : "fluxloop";
}

async function outputOf(command: string, ...args: string[]): Promise<Uint8Array> {
  const absolute = command.includes("/") && !command.startsWith("/") ? `${Deno.cwd()}/${command}` : command;
  const output = await new Deno.Command(absolute, { args, stdin: "null" }).output();
  if (output.success) return output.stdout;
  throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${new TextDecoder().decode(output.stderr).trim()}`);
}

async function fileAt(path: string, name: string, executable = false): Promise<ArchiveFile> {
  return { path: name, bytes: await Deno.readFile(path), executable };
}

/** @returns The time in SOURCE_DATE_EPOCH (seconds since 1970), or the commit's time. */
async function sourceTime(): Promise<Date> {
  const seconds = Deno.env.get("SOURCE_DATE_EPOCH") ??
    new TextDecoder().decode(await outputOf("git", "log", "-1", "--format=%ct")).trim();
  return new Date(Number(seconds) * 1000);
}

if (import.meta.main) {
  try {
    const { values } = parseArgs({
      args: Deno.args,
      options: { target: { type: "string" }, "for-tests": { type: "boolean" } },
    });
    const target = values.target ?? Deno.build.target;
    if (!isTarget(target)) throw new Error(`${target} isn't a release target.`);
    const compiled = values.target === undefined ? "dist" : `dist/${target}`;
    const { version } = denoJson;
    const time = await sourceTime();
    const extras = [...await completions(`${compiled}/${programName(target)}`), ...await manPages()];
    const forTests = values["for-tests"];
    console.log(await packRelease({ compiled, target, version, time, into: "dist/release", extras, forTests }));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
