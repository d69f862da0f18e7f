/**
 * The programs from Debian's packages that tests and measurements need, and how they get onto a machine. Run by itself
 * as root, it installs those of the tests: for a CI whose jobs do not run as root.
 *
 * @module
 */

/** A program, and the Debian package that it is in. */
export interface DebianTool {
  readonly command: string;
  readonly package: string;
}

/** What the system tests need: a real terminal, a clock that can be set, stores for secrets, proxies and a browser. */
export const TEST_TOOLS: readonly DebianTool[] = [
  { command: "openssl", package: "openssl" },
  { command: "tmux", package: "tmux" },
  { command: "faketime", package: "faketime" },
  { command: "strace", package: "strace" },
  { command: "docker-credential-secretservice", package: "golang-docker-credential-helpers" },
  { command: "docker-credential-pass", package: "golang-docker-credential-helpers" },
  { command: "gnome-keyring-daemon", package: "gnome-keyring" },
  { command: "dbus-daemon", package: "dbus" },
  { command: "dbus-send", package: "dbus" },
  { command: "pass", package: "pass" },
  { command: "gpg", package: "gnupg" },
  { command: "tinyproxy", package: "tinyproxy-bin" },
  { command: "squid", package: "squid" },
  { command: "microsocks", package: "microsocks" },
  { command: "chromium", package: "chromium" },
  { command: "zsh", package: "zsh" },
  { command: "fish", package: "fish" },
  { command: "dh_bash-completion", package: "bash-completion" },
  { command: "shellcheck", package: "shellcheck" },
  { command: "mandoc", package: "mandoc" },
  { command: "man", package: "man-db" },
  { command: "groff", package: "groff-base" },
  { command: "dash", package: "dash" },
  { command: "busybox", package: "busybox" },
  { command: "ld-musl-config", package: "musl" },
  { command: "curl", package: "curl" },
  { command: "wget", package: "wget" },
  { command: "ruby", package: "ruby" },
  { command: "python3", package: "python3" },
];

/** What `deno task bench` measures with, and the peer that it compares with. */
export const BENCH_TOOLS: readonly DebianTool[] = [
  { command: "time", package: "time" },
  { command: "curl", package: "curl" },
  { command: "gh", package: "gh" },
];

/**
 * Installs what is missing when run as root on a Debian-like system, such as a CI container.
 * One line on standard error says so.
 *
 * @returns The tools that are still missing.
 * @throws {Error} When apt-get fails.
 */
export async function installMissing(tools: readonly DebianTool[]): Promise<DebianTool[]> {
  const missing = tools.filter((it) => !isInstalled(it.command));
  if (missing.length === 0 || Deno.build.os !== "linux" || Deno.uid() !== 0 || !isInstalled("apt-get")) return missing;

  const packages = packagesOf(missing);
  console.error(`Installing ${packages.join(", ")} with apt-get.`);
  await aptGet("update");
  await aptGet("install", "--yes", "--no-install-recommends", ...packages);
  return missing.filter((it) => !isInstalled(it.command));
}

/** @returns The command that installs the tools, for a person to run. */
export function installCommand(tools: readonly DebianTool[]): string {
  return `apt-get install ${packagesOf(tools).join(" ")}`;
}

function packagesOf(tools: readonly DebianTool[]): string[] {
  return [...new Set(tools.map((it) => it.package))];
}

function isInstalled(command: string): boolean {
  const folders = Deno.env.get("PATH")?.split(Deno.build.os === "windows" ? ";" : ":") ?? [];
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${command}`).isFile;
    } catch {
      return false;
    }
  });
}

/** Runs apt-get without prompts. */
export async function aptGet(...args: string[]): Promise<void> {
  const output = await new Deno.Command("apt-get", {
    args: ["--quiet=2", ...args],
    // Packages must not prompt.
    env: { DEBIAN_FRONTEND: "noninteractive" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!output.success) {
    throw new Error(`\`apt-get ${args.join(" ")}\` failed:\n${new TextDecoder().decode(output.stderr).trim()}`);
  }
}

if (import.meta.main) {
  try {
    const missing = await installMissing(TEST_TOOLS);
    if (missing.length > 0) throw new Error(`Not as root on a Debian-like system: run \`${installCommand(missing)}\`.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
