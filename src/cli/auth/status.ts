/**
 * `fluxloop auth status` (seed: "fluxloop auth status"; design: "status").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "./key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function statusCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Display current authentication status.\n\n" +
        "Asks the platform who the key belongs to, when it expires and what it may do. When the platform cannot be\n" +
        "reached, what was saved at the last login is shown, marked as not verified, and the exit code is 4.",
    )
    .option("--api-key <key:string>", "API key to check instead of the one that commands would use.")
    .option("--all", "Check every saved profile; the exit code is the worst one's.", { conflicts: ["api-key"] })
    .option(
      "--fail-if-expires-in <span:string>",
      "Exit with 3 when the key expires within the span, such as 7d or 12h.",
    )
    .option("--json", "Output in JSON format.")
    .example("Check authentication status", "fluxloop auth status")
    .example("Check specific profile", "fluxloop auth status --profile production")
    .example("Get status in JSON format", "fluxloop auth status --json")
    .example("In a daily job", "fluxloop auth status --quiet --fail-if-expires-in 7d")
    .action(async (options) => (await import("./status_run.ts")).runStatus(context, options));
  return withKeyVariables(command);
}
