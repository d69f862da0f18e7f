/**
 * `fluxloop apikeys list`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

export function listCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "List the API keys that you can manage. Keys are masked. With an API key, these are the key itself and the keys it " +
        "created; with a login through the browser, all of the account's keys.",
    )
    .option("--json", "Output in JSON format")
    .example("See when each key was last used", "fluxloop apikeys list")
    .example(
      "List keys that expire, for a script",
      "fluxloop apikeys list --json | jq '.api_keys[] | select(.expires_at)'",
    )
    .action(async (options) => (await import("./list_run.ts")).runList(limitProcesses(context, "keychain"), options));
  return withKeyVariables(command);
}
