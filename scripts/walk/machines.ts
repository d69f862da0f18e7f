/**
 * The machine of the walk: this one, or one that Wine or qemu emulates on Debian.
 *
 * @module
 */
import { aptGet, installMissing } from "../debian_tools.ts";
import { outputOf } from "../setup/npm_tarball.ts";

/** A machine that programs are started on. */
export interface Machine {
  /** The command that starts a program, which precedes its path. */
  readonly from: readonly string[];
  /** @returns How programs on the machine start one with this path. */
  command(program: string): readonly string[];
  /** Makes a compiled program ready. */
  prepare(program: string): Promise<void>;
  /** The user's home folder, as the machine writes it. It is empty. */
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** What can't work on this machine: the step's name, and why. */
  readonly exceptions: Readonly<Record<string, string>>;
}

export const WINDOWS = "x86_64-pc-windows-msvc";
export const ARM64 = "aarch64-unknown-linux-gnu";

/** The program's library of this name imports one function, which Windows has always had under another name. */
const MISSING_LIBRARY = "bcryptprimitives";
const FORWARDED = "ProcessPrng = ADVAPI32.SystemFunction036";
/** In Wine 8 it doesn't do what V8 expects; V8 works without it. */
const HIDDEN_FUNCTION = "VirtualAlloc2\0";

/**
 * @param target As `deno compile --target` names the machine.
 * @param folder An empty folder for what the machine needs.
 * @throws {Error} When nothing here can run such a program.
 */
export async function machineFor(target: string, folder: string): Promise<Machine> {
  if (target === Deno.build.target) return thisMachine(folder);
  if (target === WINDOWS) return await wine(folder);
  if (target === ARM64) return await qemu(folder);
  throw new Error(`Programs for ${target} can't run here.`);
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

  // Wine's services inherit the pipes of the program that starts them, and keep them open. So a shell starts them, whose
  // output nobody reads to its end; it exits when this process does, which holds its standard input.
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
  if (missing.length > 0) throw new Error(`This needs ${name}: run \`apt-get install ${name}\`.`);
}

async function run(command: string, args: string[], options: Deno.CommandOptions = {}): Promise<void> {
  const { success, stderr } = await outputOf(command, { args, ...options });
  if (!success) throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${new TextDecoder().decode(stderr)}`);
}

async function exists(file: string): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}
