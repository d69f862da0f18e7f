import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop auth status`. */
export function statusCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Display current authentication status. Shows the account, when the key expires, and its scopes and permissions. " +
        "If the platform can't be reached, shows the saved details as not verified and exits with code 4. " +
        "With --quiet, prints only errors: check the exit code.",
    )
    .option("--api-key <key:string>", "API key to check instead of the saved one")
    .option("--all", "Check all profiles; exit with the highest exit code", { conflicts: ["api-key", "profile"] })
    .option("--fail-if-expires-in <duration:string>", "Exit with 3 if the key expires within this time, such as 7d")
    .option("--json", "Output in JSON format")
    .example("Check authentication status", "fluxloop auth status")
    .example("Check a specific profile", "fluxloop auth status --profile production")
    .example("Get status in JSON format", "fluxloop auth status --json")
    .example("Fail a daily job before the key expires", "fluxloop auth status --quiet --fail-if-expires-in 7d")
    .action(async (options) => (await import("./status_run.ts")).runStatus(context, options));
}
