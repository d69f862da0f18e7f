/**
 * The Homebrew formula of a release, of its checksums.
 *
 * @module
 */
import { readChecksums } from "./checksums.ts";
import { archiveName, CHECKSUMS, REPOSITORY, type Target } from "./names.ts";

/** Homebrew's names for what there is a release for. */
const SYSTEMS: readonly { system: string; processors: Readonly<Record<string, Target>> }[] = [
  { system: "macos", processors: { arm: "aarch64-apple-darwin", intel: "x86_64-apple-darwin" } },
  { system: "linux", processors: { arm: "aarch64-unknown-linux-gnu", intel: "x86_64-unknown-linux-gnu" } },
];

/**
 * @param version The release's.
 * @param checksums The text of its list of checksums.
 * @returns The formula, in Ruby.
 * @throws {Error} When the list lacks an archive.
 */
export function formula(version: string, checksums: string): string {
  const hashes = readChecksums(checksums);
  const download = (target: Target) => {
    const name = archiveName(version, target);
    const hash = hashes.get(name);
    if (hash === undefined) throw new Error(`${CHECKSUMS} has no ${name}.`);
    return `      url "${REPOSITORY}/releases/download/v${version}/${name}"\n      sha256 "${hash}"`;
  };
  const systems = SYSTEMS.map(({ system, processors }) => {
    const blocks = Object.entries(processors).map(([processor, target]) =>
      `    on_${processor} do\n${download(target)}\n    end`
    );
    return `  on_${system} do\n${blocks.join("\n")}\n  end`;
  });
  return `# Written by scripts/release/homebrew.ts: changes belong there.
class Fluxloop < Formula
  desc "Sign in to the FluxLoop Web Platform, for people and CI jobs"
  homepage "${REPOSITORY}"
  version "${version}"
  license "MIT"

${systems.join("\n\n")}

  def install
    bin.install "fluxloop"
    bash_completion.install "completions/fluxloop.bash" => "fluxloop"
    zsh_completion.install "completions/_fluxloop"
    fish_completion.install "completions/fluxloop.fish"
    man1.install Dir["man/*.1"]
  end

  test do
    ENV["FLUXLOOP_HOME"] = (testpath/"home").to_s
    IO.popen([bin/"fluxloop", "platform", "serve", "--port", "0", "--ephemeral", "--json"].map(&:to_s)) do |platform|
      served = JSON.parse(platform.gets)
      ENV["FLUXLOOP_API_URL"] = served["url"]
      pipe_output("#{bin}/fluxloop auth login --api-key-stdin", served["api_key"], 0)
      assert_match "Account: john@example.com", shell_output("#{bin}/fluxloop auth status")
    ensure
      Process.kill("TERM", platform.pid)
    end
    assert_match version.to_s, shell_output("#{bin}/fluxloop --version")
  end
end
`;
}
