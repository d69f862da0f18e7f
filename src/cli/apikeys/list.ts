/**
 * `fluxloop apikeys list` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function listCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "List the platform's API keys that you may manage; never a whole key.\n\n" +
        "A key manages itself and those that were made with it; after a login through the browser all are yours.",
    )
    .option("--json", "Output in JSON format.")
    .example("See when each was used", "fluxloop apikeys list")
    .example("Those that end, for a script", "fluxloop apikeys list --json | jq '.api_keys[] | select(.expires_at)'")
    .action(async (options) => (await import("./list_run.ts")).runList(context, options));
  return withKeyVariables(command);
}
