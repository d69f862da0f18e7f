/**
 * `fluxloop auth exec` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "./key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function execCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Run a command with the API key in its environment, as FLUXLOOP_API_KEY, and the platform as FLUXLOOP_API_URL.\n\n" +
        "The command has this one's streams and terminal, gets the signals that are sent to it, and gives it its exit\n" +
        "code. The key is never among the arguments, where other users of the machine would see it.",
    )
    .usage("[options] -- <command> [arguments...]")
    .arguments("[command...:string]")
    .example("Run a script with the key", "fluxloop auth exec -- ./evaluate.sh")
    .example("With another profile's", "fluxloop auth exec --profile staging -- npm test")
    .action(async function (options, ...words) {
      const { runExec } = await import("./exec_run.ts");
      return await runExec(context, options, words, this.getLiteralArgs());
    });
  return withKeyVariables(command);
}
