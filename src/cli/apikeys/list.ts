import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop apikeys list`. */
export function listCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "List the API keys that you can manage. Keys are masked. An API key can manage itself and the keys it created; a " +
        "browser login can manage all of the account's keys.",
    )
    .option("--json", "Output in JSON format")
    .example("See when each key was last used", "fluxloop apikeys list")
    .example(
      "List keys that expire, for a script",
      "fluxloop apikeys list --json | jq '.api_keys[] | select(.expires_at)'",
    )
    .action(async (options) => (await import("./list_run.ts")).runList(context, options));
}
