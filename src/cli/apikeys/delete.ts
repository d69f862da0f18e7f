import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop apikeys delete`. */
export function deleteCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Delete an API key. This revokes the key and can't be undone. Prompts for confirmation in a terminal.",
    )
    .arguments("<id-or-name:string>")
    .option("-y, --yes", "Don't ask for confirmation")
    .option("--json", "Output in JSON format; never prompt")
    .example("Delete a key by its name", "fluxloop apikeys delete CI")
    .example("Delete a leaked key without confirmation", "fluxloop apikeys delete key_17 --yes")
    .action(async (options, named) => (await import("./delete_run.ts")).runDelete(context, options, named));
}
