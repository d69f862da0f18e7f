/**
 * Tests an archive in `dist/release/` on its target system: the install script installs it from a local server, and the
 * installed program logs in to the embedded platform.
 *
 * `--target <triple>` selects the archive; by default, the one for this machine.
 *
 * @module
 */
import { parseArgs } from "node:util";
import denoJson from "../../deno.json" with { type: "json" };
import { openSandbox } from "../sandbox.ts";
import { checksumsOf } from "./checksums.ts";
import { archiveName, CHECKSUMS, folderName, isTarget, isWindows, REPOSITORY, type Target } from "./names.ts";

const FOLDER = "dist/release";
const RELEASES = `${REPOSITORY}/releases`;
const { version } = denoJson;

async function smoke(target: Target): Promise<void> {
  const work = await Deno.makeTempDir({ prefix: "fluxloop-smoke-" });
  const archive = archiveName(version, target);
  const checksums = await checksumsOf(FOLDER, [archive]);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const name = url.slice(url.lastIndexOf("/") + 1);
    if (name === CHECKSUMS) return new Response(checksums);
    if (name === archive) return new Response((await Deno.open(`${FOLDER}/${archive}`)).readable);
    return new Response(null, { status: 404 });
  });
  try {
    await checkContents(archive, target);
    await install(`http://127.0.0.1:${server.addr.port}/releases`, work);
    await use(`${work}/bin/fluxloop${isWindows(target) ? ".exe" : ""}`);
  } finally {
    await server.shutdown();
    await Deno.remove(work, { recursive: true });
  }
}

/** Checks an archive with tar, which on Windows also reads zips. */
async function checkContents(archive: string, target: Target): Promise<void> {
  const listed = (await run("tar", ["-tf", archive], { cwd: FOLDER })).split(/\r?\n/);
  const folder = folderName(version, target);
  for (const name of ["LICENSE", "README.md", "CHANGELOG.md", "completions/_fluxloop", "man/fluxloop.1"]) {
    if (!listed.includes(`${folder}/${name}`)) throw new Error(`${archive} doesn't contain ${name}.`);
  }
}

async function install(releases: string, work: string): Promise<void> {
  const windows = Deno.build.os === "windows";
  const name = windows ? "install.ps1" : "install.sh";
  const text = await Deno.readTextFile(`install/${name}`);
  if (!text.includes(RELEASES)) throw new Error(`${name} doesn't contain ${RELEASES}.`);
  const script = `${work}/${name}`;
  await Deno.writeTextFile(script, text.replaceAll(RELEASES, releases));
  const [shell, args] = windows
    ? ["powershell", ["-NoProfile", "-ExecutionPolicy", "Bypass", "-File", script]]
    : ["sh", [script]];
  console.log(await run(shell as string, args as string[], { env: { FLUXLOOP_INSTALL_DIR: `${work}/bin` } }));
}

async function use(program: string): Promise<void> {
  const installed = await run(program, ["--version"]);
  if (!installed.startsWith(`fluxloop ${version}`)) throw new Error(`Another version is installed: ${installed}`);
  const sandbox = await openSandbox([program]);
  try {
    const { env, apiKey } = sandbox;
    await run(program, ["auth", "login", "--api-key-stdin"], { env, stdin: apiKey });
    const status = await run(program, ["auth", "status"], { env });
    console.log(`${installed}\n${status}`);
    if (!status.includes("Account: john@example.com")) throw new Error("`auth status` doesn't show the account.");
  } finally {
    await sandbox.close();
  }
}

/** @returns The command's standard output. */
async function run(
  command: string,
  args: string[],
  { stdin, ...options }: { cwd?: string; env?: Record<string, string>; stdin?: string } = {},
): Promise<string> {
  const child = new Deno.Command(command, { args, ...options, stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin ?? ""));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  if (success) return text(stdout);
  throw new Error(`\`${command} ${args.join(" ")}\` failed:\n${text(stdout)}\n${text(stderr)}`);
}

if (import.meta.main) {
  try {
    const { values: { target = Deno.build.target } } = parseArgs({
      args: Deno.args,
      options: { target: { type: "string" } },
    });
    if (!isTarget(target)) throw new Error(`${target} isn't a release target.`);
    await smoke(target);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
