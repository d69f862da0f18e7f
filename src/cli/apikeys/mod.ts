import type { Context } from "../../context.ts";
import { type AnyCommand, type HelpAction, newCommand } from "../command.ts";
import { createCommand } from "./create.ts";
import { deleteCommand } from "./delete.ts";
import { listCommand } from "./list.ts";

/** Declares `fluxloop apikeys`. */
export function apikeysCommand(context: Context, help: HelpAction): AnyCommand {
  return newCommand()
    .description("List, create and delete API keys.")
    .example("List the keys you can manage", "fluxloop apikeys list")
    .example("Create a key for a CI job", "fluxloop apikeys create --name CI --permission upload_results")
    .action(help)
    .command("list", listCommand(context))
    .command("create", createCommand(context))
    .command("delete", deleteCommand(context));
}
