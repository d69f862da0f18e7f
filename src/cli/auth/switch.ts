import type { Context } from "../../context.ts";
import { type AnyCommand, newCommand } from "../command.ts";

/** Declares `fluxloop auth switch`. */
export function switchCommand(context: Context): AnyCommand {
  return newCommand(["FLUXLOOP_HOME"])
    .description(
      "Switch to a saved profile. Commands use it from now on unless --profile, FLUXLOOP_PROFILE or the project selects " +
        "another one. Without a profile, prompts for one in a terminal; `-` switches back to the previous profile.",
    )
    .arguments("[profile:profile]")
    .option("--json", "Output in JSON format; never prompt")
    .example("Choose from a list", "fluxloop auth switch")
    .example("Switch to a specific profile", "fluxloop auth switch production")
    .example("Switch back to the previous profile", "fluxloop auth switch -")
    .action(async (options, profile) => (await import("./switch_run.ts")).runSwitch(context, options, profile));
}
