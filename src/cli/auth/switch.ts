/**
 * `fluxloop auth switch` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function switchCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .description(
      "Make a saved profile the one that is used when none is named.\n\n" +
        "Without a name it shows a list to choose from, on a terminal; `-` goes back to the profile before.",
    )
    .arguments("[profile:string]")
    .option("--json", "Write the result as JSON; asks nothing.")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder of the credentials file, instead of ~/.fluxloop.")
    .example("Choose from a list", "fluxloop auth switch")
    .example("Use the production account from now on", "fluxloop auth switch production")
    .example("Back to the one before", "fluxloop auth switch -")
    .action(async (options, profile) => (await import("./switch_run.ts")).runSwitch(context, options, profile));
}
