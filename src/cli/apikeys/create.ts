import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop apikeys create`. */
export function createCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Create an API key. The key is printed once, alone on standard output, unless --save saves it to a profile. Without " +
        "--name, prompts for all settings in a terminal. Omitted settings are copied from the current key, except for the " +
        "environment. A key can't grant more than it has. With --save, the current key creates the new one, and --profile " +
        "names the profile to save it to. A key that the profile already has is replaced but not revoked.",
    )
    .option("--name <name:string>", "Display name of the key")
    .option("--scope <project:string>", "Project ID or name to allow; repeatable", { collect: true })
    .option("--permission <permission:permission>", "Permission to grant; repeatable", { collect: true })
    .option("--environment <kind:environment>", "Intended use: dev, stg, prod or ci (default: dev)")
    .option("--expires <duration:lifetime>", "Lifetime, such as 30d; at most the current key's")
    .option("--save", "Save the key to the profile named by --profile")
    .option("--json", "Output in JSON format; never prompt")
    .example("Create a key interactively", "fluxloop apikeys create")
    .example(
      "Create a key that can only upload results",
      "fluxloop apikeys create --name CI --permission upload_results",
    )
    .example("Create and save a key", "fluxloop apikeys create --name laptop --save --profile laptop")
    .action(async (options) => (await import("./create_run.ts")).runCreate(context, options));
}
