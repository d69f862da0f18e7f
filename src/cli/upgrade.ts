/**
 * `fluxloop upgrade` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../context.ts";
import type { AnyCommand, GlobalOptions } from "./global_options.ts";

/** @param context The outside world. */
export function upgradeCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
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
    .action(async (options) => (await import("./upgrade_run.ts")).runUpgrade(context, options));
}
