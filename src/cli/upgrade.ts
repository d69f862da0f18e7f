/**
 * `fluxloop upgrade` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../context.ts";
import { consoleFor, type GlobalOptions } from "./console.ts";

interface UpgradeFlags extends GlobalOptions {
  readonly version?: string;
  readonly check?: boolean;
}

/** @param context The outside world. */
export function upgradeCommand(context: Context) {
  return new Command()
    .description(
      "Replace this program by its latest release, or by the one that --version names.\n\n" +
        "A release is taken where the project's signature and the checksum are right and the new program runs here; the\n" +
        "old one stays wherever anything fails. An older release is taken only where it is named. What a package\n" +
        "manager has installed is left to it.",
    )
    .option("--version <version:string>", "Release to install, such as 1.2.3; an older one, too.")
    .option("--check", "Say whether there is a newer release, and install nothing.", { conflicts: ["version"] })
    .option("--json", "Output in JSON format.")
    .env("FLUXLOOP_NO_UPDATE_CHECK=<1:string>", "No notice of new versions.")
    .env("FLUXLOOP_CA_FILE=<path:string>", "Certificate authorities when --ca-file is not given.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder that holds when a new version was last looked for.")
    .example("To the latest release", "fluxloop upgrade")
    .example("See whether there is one", "fluxloop upgrade --check")
    .example("Back to an older one", "fluxloop upgrade --version 1.2.3")
    .action((options) => upgrade(context, options as UpgradeFlags));
}

async function upgrade(context: Context, options: UpgradeFlags): Promise<void> {
  const work = await import("./upgrade_work.ts");
  const console = consoleFor(context, options);
  const { version, check: checkOnly } = options;
  const plan = { version: version === undefined ? undefined : work.parseVersion(version), checkOnly };
  const installation = work.thisInstallation();

  let progress = "";
  const onProgress = (done: number, of: number | null) => {
    progress = of === null ? ` (${megabytes(done)} MB)` : ` (${megabytes(done)} of ${megabytes(of)} MB)`;
  };
  const run = () => work.upgrade(context, installation, work.RELEASES, plan, { ...console.requests, onProgress });
  const isShown = !options.quiet && !options.json && !options.verbose && context.stderr.isTerminal();
  const result = isShown ? await work.showWait(context, () => `Looking at the releases${progress}`, run) : await run();

  console.result(() => work.upgradeText(result), () => work.upgradeJson(result));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
