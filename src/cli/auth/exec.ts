import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop auth exec`. */
export function execCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Run a command with the API key in its environment. The key is passed as FLUXLOOP_API_KEY and the platform's URL as " +
        "FLUXLOOP_API_URL, never as an argument that other users of this machine could see. `auth exec` passes through " +
        "streams, signals and the exit code.",
    )
    .usage("[options] -- <command> [arguments...]")
    .arguments("[command...:program]")
    .example("Run a script with the key", "fluxloop auth exec -- ./evaluate.sh")
    .example("Use a specific profile", "fluxloop auth exec --profile staging -- npm test")
    .action(async function (options, ...words) {
      const { runExec } = await import("./exec_run.ts");
      return await runExec(context, options, words, this.getLiteralArgs());
    });
}
