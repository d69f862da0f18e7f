/**
 * `fluxloop auth token`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "./key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

export function tokenCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Print the API key, for scripts. Standard output has nothing but the key that other commands would use. No request " +
        "is made to verify it. For a login through the browser, the access token is printed; it expires within the hour, " +
        "and is refreshed first if it is about to.",
    )
    .option("--json", "Output in JSON format, with the key's source")
    .example("Use the key with another program", 'curl -H "Authorization: Bearer $(fluxloop auth token)" …')
    .example("Print a specific profile's key", "fluxloop auth token --profile production")
    .action(async (options) => (await import("./token_run.ts")).runToken(limitProcesses(context, "keychain"), options));
  return withKeyVariables(command);
}
