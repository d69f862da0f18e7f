/**
 * `fluxloop apikeys delete` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function deleteCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description("Delete an API key: the platform does not take it any more. That cannot be undone.")
    .arguments("<id-or-name:string>")
    .option("-y, --yes", "Do not ask whether that is meant.")
    .option("--json", "Output in JSON format; asks nothing.")
    .example("By its name", "fluxloop apikeys delete CI")
    .example("One that has leaked, without a question", "fluxloop apikeys delete key_17 --yes")
    .action(async (options, named) => (await import("./delete_run.ts")).runDelete(context, options, named));
  return withKeyVariables(command);
}
