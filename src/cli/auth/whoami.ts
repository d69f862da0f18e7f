/**
 * `fluxloop auth whoami`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "./key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

export function whoamiCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Display information about the currently authenticated user. Shows the account with its organizations, projects, " +
        "plan and usage.",
    )
    .option("--api-key <key:string>", "API key to use instead of the saved one")
    .option("--json", "Output in JSON format")
    .example("Display current user info", "fluxloop auth whoami")
    .example("Get user info in JSON format", "fluxloop auth whoami --json")
    .action(async (options) =>
      (await import("./whoami_run.ts")).runWhoami(limitProcesses(context, "keychain"), options)
    );
  return withKeyVariables(command);
}
