/**
 * The Debian packages that tests and benchmarks need, and their installation. Run as a script by root, it installs the
 * packages for the tests, for CI systems whose jobs don't run as root.
 *
 * @module
 */

/** A program and its Debian package. */
export interface DebianTool {
  readonly command: string;
  readonly package: string;
}

/** The tools for the system tests: terminal, adjustable clock, secret stores, proxies, browser and so on. */
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

/** The tools for `deno task bench`: to measure with and to compare with. */
export const BENCH_TOOLS: readonly DebianTool[] = [
  { command: "time", package: "time" },
  { command: "curl", package: "curl" },
  { command: "gh", package: "gh" },
];

/**
 * Installs missing tools if run as root on a Debian-like system, such as a CI container, and says so on standard error.
 *
 * @returns The tools that are still missing.
 * @throws {Error} If apt-get fails.
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

/** @returns The command that installs the tools, for the user to run. */
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
    if (missing.length > 0) throw new Error(`Run \`${installCommand(missing)}\` as root on a Debian-like system.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
