import type { Context } from "../context.ts";
import { type AnyCommand, newCommand } from "./command.ts";

/** Declares `fluxloop upgrade`. */
export function upgradeCommand(context: Context): AnyCommand {
  return newCommand(["FLUXLOOP_NO_UPDATE_CHECK", "FLUXLOOP_CA_FILE", "FLUXLOOP_HOME"])
    .description(
      "Upgrade fluxloop to the latest release. The release's signature and checksum are verified, and the new program is " +
        "run once before it replaces the old one. If Homebrew installed fluxloop, use `brew upgrade fluxloop`.",
    )
    .option("--version <version:string>", "Release to install, such as 1.2.3; may be older")
    .option("--check", "Only check for a newer release", { conflicts: ["version"] })
    .option("--json", "Output in JSON format")
    .example("Upgrade to the latest release", "fluxloop upgrade")
    .example("Check for a newer release", "fluxloop upgrade --check")
    .example("Install an older release", "fluxloop upgrade --version 1.2.3")
    .action(async (options) => (await import("./upgrade_run.ts")).runUpgrade(context, options));
}
