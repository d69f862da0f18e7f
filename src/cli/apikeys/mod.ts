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
    .description("See, make and delete the platform's API keys.")
    .example("See them", "fluxloop apikeys list")
    .example("Make one for a CI job", "fluxloop apikeys create --name CI --environment ci --permission upload_results")
    .action(function () {
      showHelp(context, this, colour);
    })
    .command("list", listCommand(context))
    .command("create", createCommand(context))
    .command("delete", deleteCommand(context));
}
