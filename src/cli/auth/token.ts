/**
 * `fluxloop auth token` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "./key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function tokenCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Print the API key that commands would use, alone on standard output, for scripts.\n\n" +
        "Makes no request: the key is printed whether the platform takes it or not. After a login through the browser it\n" +
        "prints the access token, which ends within the hour, and renews it first where it is about to end.",
    )
    .option("--json", "Output in JSON format, with where the key comes from.")
    .example("Use the key with another program", 'curl -H "Authorization: Bearer $(fluxloop auth token)" …')
    .example("The key of a profile", "fluxloop auth token --profile production")
    .action(async (options) => (await import("./token_run.ts")).runToken(context, options));
  return withKeyVariables(command);
}
