import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop auth token`. */
export function tokenCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Print the API key, for scripts. Standard output has nothing but the key that other commands would use. No request " +
        "is made to verify it. For a login through the browser, the access token is printed; it expires within the hour, " +
        "and is refreshed first if it is about to.",
    )
    .option("--json", "Output in JSON format, with the key's source")
    .example("Use the key with another program", 'curl -H "Authorization: Bearer $(fluxloop auth token)" …')
    .example("Print a specific profile's key", "fluxloop auth token --profile production")
    .action(async (options) => (await import("./token_run.ts")).runToken(limitProcesses(context, "keychain"), options));
}
