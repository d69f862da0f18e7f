/**
 * The machine for the walk: this one, or one emulated by Wine or qemu on Debian.
 *
 * @module
 */
import { aptGet, installMissing } from "../debian_tools.ts";
import { outputOf } from "../setup/npm_tarball.ts";

/** A real or emulated machine. */
export interface Machine {
  /** The command prefix to start a program; empty on this machine. */
  readonly from: readonly string[];
  /** @returns The command by which programs on the machine start the program at this path. */
  command(program: string): readonly string[];
  /** Prepares a compiled program for the machine. */
  prepare(program: string): Promise<void>;
  /** The path of the user's home folder, which is empty. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Steps that can't work on this machine, and the reasons. */
  readonly exceptions: Readonly<Record<string, string>>;
}

export const WINDOWS = "x86_64-pc-windows-msvc";
export const ARM64 = "aarch64-unknown-linux-gnu";

/** A library that Wine lacks. The program needs one function from it, which has long existed under another name. */
const MISSING_LIBRARY = "bcryptprimitives";
const FORWARDED = "ProcessPrng = ADVAPI32.SystemFunction036";
/** This function doesn't work as V8 expects in Wine 8. Without it, V8 uses another one. */
const HIDDEN_FUNCTION = "VirtualAlloc2\0";

/**
 * @param target The target triple, as for `deno compile --target`.
 * @param folder An empty folder for the machine's files.
 * @throws {Error} If this machine can't emulate the target.
 */
export async function machineFor(target: string, folder: string): Promise<Machine> {
  if (target === Deno.build.target) return thisMachine(folder);
  if (target === WINDOWS) return await wine(folder);
  if (target === ARM64) return await qemu(folder);
  throw new Error(`Can't run programs for ${target} on this machine.`);
}

function thisMachine(folder: string): Machine {
  const home = `${folder}/home`;
  return {
    from: [],
    command: (program) => [program],
    prepare: () => Promise.resolve(),
    home,
    env: { HOME: home, USERPROFILE: home },
    exceptions: {},
  };
}

async function qemu(folder: string): Promise<Machine> {
  const emulator = "qemu-aarch64-static";
  await install(emulator, "qemu-user-static");
  if (!await exists("/lib/ld-linux-aarch64.so.1")) {
    await run("dpkg", ["--add-architecture", "arm64"]);
    await aptGet("update");
    await aptGet("install", "--yes", "--no-install-recommends", "libc6:arm64", "libgcc-s1:arm64");
  }
  return { ...thisMachine(folder), from: [emulator], command: (program) => [emulator, program] };
}

async function wine(folder: string): Promise<Machine> {
  await install("wine", "wine");
  await install("x86_64-w64-mingw32-ld", "binutils-mingw-w64-x86-64");
  const prefix = `${folder}/wine`;
  const env = { WINEPREFIX: prefix, WINEDEBUG: "-all", WINEDLLOVERRIDES: "mscoree,mshtml=" };
  await run("wineboot", ["--init"], { env });

  const drive = `${prefix}/drive_c`;
  const library = `${drive}/windows/system32/${MISSING_LIBRARY}.dll`;
  await Deno.writeTextFile(`${folder}/it.def`, `LIBRARY ${MISSING_LIBRARY}.dll\nEXPORTS\n${FORWARDED}\n`);
  await run("x86_64-w64-mingw32-dlltool", ["-d", "it.def", "-e", "it.exp"], { cwd: folder });
  await run("x86_64-w64-mingw32-ld", ["-shared", "-o", library, "it.exp"], { cwd: folder });

  // Wine's services keep the pipes of the program that starts them open. So they are started by a shell whose output isn't
  // read to the end. The shell exits with this process, because its standard input closes then.
  const session = new Deno.Command("wine", { args: ["cmd"], env, stdin: "piped", stdout: "piped", stderr: "null" })
    .spawn();
  await session.stdout.getReader().read();

  const users = await Array.fromAsync(Deno.readDir(`${drive}/users`), (it) => it.name);
  return {
    from: ["wine"],
    command: (program) => [`Z:${program.replaceAll("/", "\\")}`],
    async prepare(program) {
      await Deno.writeFile(program, withoutFunction(await Deno.readFile(program)));
    },
    home: `${drive}/users/${users.find((it) => it !== "Public")}`,
    env,
    exceptions: {},
  };
}

function withoutFunction(program: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const place = new TextDecoder("latin1").decode(program).indexOf(HIDDEN_FUNCTION);
  program[place] = "_".charCodeAt(0);
  return program;
}

async function install(command: string, name: string): Promise<void> {
  const missing = await installMissing([{ command, package: name }]);
  if (missing.length > 0) throw new Error(`${name} isn't installed. Run \`apt-get install ${name}\`.`);
}

async function run(command: string, args: string[], options: Deno.CommandOptions = {}): Promise<void> {
  const { success, stderr } = await outputOf(command, { args, ...options });
  if (!success) throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${new TextDecoder().decode(stderr)}`);
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
