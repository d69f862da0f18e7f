/**
 * `fluxloop upgrade`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../context.ts";
import type { AnyCommand, GlobalOptions } from "./global_options.ts";

export function upgradeCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description(
      "Upgrade fluxloop to the latest release. The release's signature and checksum are verified, and the new program is " +
        "run once before it replaces the old one. An installation by Homebrew is upgraded by Homebrew.",
    )
    .option("--version <version:string>", "Release to install, such as 1.2.3; may be older")
    .option("--check", "Only check whether there is a newer release", { conflicts: ["version"] })
    .option("--json", "Output in JSON format")
    .env("FLUXLOOP_NO_UPDATE_CHECK=<1:string>", "Turn off notices of new versions")
    .env("FLUXLOOP_CA_FILE=<path:string>", "Extra CA certificates unless --ca-file is given")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder for fluxloop's files (default: ~/.fluxloop)")
    .example("Upgrade to the latest release", "fluxloop upgrade")
    .example("Check for a newer release", "fluxloop upgrade --check")
    .example("Install an older release", "fluxloop upgrade --version 1.2.3")
    .action(async (options) => (await import("./upgrade_run.ts")).runUpgrade(context, options));
}
