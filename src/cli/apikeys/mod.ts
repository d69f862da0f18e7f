import type { Context } from "../../context.ts";
import { type AnyCommand, newGroup } from "../command.ts";
import { createCommand } from "./create.ts";
import { deleteCommand } from "./delete.ts";
import { listCommand } from "./list.ts";

/** Declares `fluxloop apikeys`. */
export function apikeysCommand(context: Context): AnyCommand {
  return newGroup(context, { list: listCommand, create: createCommand, delete: deleteCommand })
    .description("List, create and delete API keys.")
    .example("List the keys you can manage", "fluxloop apikeys list")
    .example(
      "Create a key that can only upload results",
      "fluxloop apikeys create --name CI --permission upload_results",
    );
}
