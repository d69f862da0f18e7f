import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop auth whoami`. */
export function whoamiCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Display information about the currently authenticated user. Shows the account with its organizations, projects, " +
        "plan and usage.",
    )
    .option("--api-key <key:string>", "API key to use instead of the saved one")
    .option("--json", "Output in JSON format")
    .example("Display current user info", "fluxloop auth whoami")
    .example("Get user info in JSON format", "fluxloop auth whoami --json")
    .action(async (options) => (await import("./whoami_run.ts")).runWhoami(context, options));
}
