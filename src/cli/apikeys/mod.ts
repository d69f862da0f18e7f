/**
 * `fluxloop apikeys`: the group of its commands.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { showHelp } from "../help.ts";
import { createCommand } from "./create.ts";
import { deleteCommand } from "./delete.ts";
import { listCommand } from "./list.ts";

/**
 * @param context The outside world.
 * @param colour Whether help may be in colour.
 */
export function apikeysCommand(context: Context, colour: boolean): AnyCommand {
  return new Command<GlobalOptions>()
    .description("List, create and delete API keys.")
    .example("List the keys you can manage", "fluxloop apikeys list")
    .example(
      "Create a key for a CI job",
      "fluxloop apikeys create --name CI --permission upload_results",
    )
    .action(function () {
      showHelp(context, this, colour);
    })
    .command("list", listCommand(context))
    .command("create", createCommand(context))
    .command("delete", deleteCommand(context));
}
