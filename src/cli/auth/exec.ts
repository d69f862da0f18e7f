/**
 * `fluxloop auth exec` (design: "Commands").
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { ReportedFailure } from "../reported_failure.ts";
import { withKeyVariables } from "./key_variables.ts";

/** @param context The outside world. */
export function execCommand(context: Context) {
  const command = new Command()
    .description(
      "Run a command with the API key in its environment, as FLUXLOOP_API_KEY, and the platform as FLUXLOOP_API_URL.\n\n" +
        "The command has this one's streams and terminal, gets the signals that are sent to it, and gives it its exit\n" +
        "code. The key is never among the arguments, where other users of the machine would see it.",
    )
    .usage("[options] -- <command> [arguments...]")
    .arguments("[command...:string]")
    .example("Run a script with the key", "fluxloop auth exec -- ./evaluate.sh")
    .example("With another profile's", "fluxloop auth exec --profile staging -- npm test")
    .action(function (options, ...words) {
      return exec(context, options as unknown as GlobalOptions, words, this.getLiteralArgs());
    });
  return withKeyVariables(command);
}

async function exec(
  context: Context,
  options: GlobalOptions,
  words: readonly string[],
  literal: readonly string[],
): Promise<void> {
  const [program, ...args] = literal;
  // Without the dashes nobody could tell whose an option is.
  if (program === undefined || program === "" || words.length > 0) {
    throw new UsageError("Name the command behind two dashes, such as: fluxloop auth exec -- npm test");
  }
  const { executeWithKey, profileOverrideWarning, resolveCredential } = await import("./work.ts");
  const console = consoleFor(context, options);

  const how = { requests: console.requests, keepsProcesses: true };
  const credential = await resolveCredential(context, options, how);
  if (credential.overridden !== null) console.warn(profileOverrideWarning(credential.origin, credential.overridden));

  const code = await executeWithKey(context, credential, [program, ...args]);
  if (code !== 0) throw new ReportedFailure(code);
}
