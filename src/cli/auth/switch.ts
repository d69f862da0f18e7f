/**
 * `fluxloop auth switch`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { PROFILE } from "../value_types.ts";

export function switchCommand(context: Context): AnyCommand {
  return new Command<GlobalOptions>()
    .type("profile", PROFILE)
    .description(
      "Switch to a saved profile. Commands use it from now on unless --profile names another one. Without a profile, a " +
        "terminal shows a list to choose from; `-` switches back to the previous profile.",
    )
    .arguments("[profile:profile]")
    .option("--json", "Output in JSON format; never prompt")
    .env("FLUXLOOP_HOME=<folder:string>", "Folder for fluxloop's files (default: ~/.fluxloop)")
    .example("Choose from a list", "fluxloop auth switch")
    .example("Switch to a specific profile", "fluxloop auth switch production")
    .example("Switch back to the previous profile", "fluxloop auth switch -")
    .action(async (options, profile) =>
      (await import("./switch_run.ts")).runSwitch(limitProcesses(context, "nothing"), options, profile)
    );
}
