/**
 * `fluxloop apikeys create` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function createCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Make an API key. It is shown once, alone on standard output, or saved with --save and not shown at all.\n\n" +
        "What is not named is as the key has it that this is done with; it makes none that may do more than it does.",
    )
    .option("--name <name:string>", "What people know the key by. (On a terminal it is asked for, with the rest)")
    .option("--scope <project:string>", "Project that it reaches, by id or name; once for each.", { collect: true })
    .option("--permission <permission:string>", "What it may do, such as upload_results; once for each.", {
      collect: true,
    })
    .option("--environment <kind:string>", "What it is for: dev, stg, prod or ci. (Default: dev)")
    .option("--expires <span:string>", "When it ends, such as 30d, 90d, 1y or never.")
    .option("--save", "Save it to the profile that --profile names, instead of showing it.")
    .option("--json", "Output in JSON format.")
    .example("Be asked for each thing", "fluxloop apikeys create")
    .example("For a CI job", "fluxloop apikeys create --name CI --environment ci --permission upload_results")
    .example("For a profile of its own", "fluxloop apikeys create --name laptop --expires 30d --save --profile laptop")
    .action(async (options) => (await import("./create_run.ts")).runCreate(context, options));
  return withKeyVariables(command);
}
