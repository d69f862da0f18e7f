import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop auth token`. */
export function tokenCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Print the API key that other commands would use. Only the key is written to standard output, and no request is made " +
        "to verify it. For a browser login, this is the access token, which expires within an hour. A token that is about " +
        "to expire is refreshed first.",
    )
    .option("--json", "Output in JSON format, with the key's source")
    .example("Save the key as a secret of a GitHub repository", "fluxloop auth token | gh secret set FLUXLOOP_API_KEY")
    .example("Print a specific profile's key", "fluxloop auth token --profile production")
    .action(async (options) => (await import("./token_run.ts")).runToken(context, options));
}
