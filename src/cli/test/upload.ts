/**
 * `fluxloop test upload`: sends results later.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";

/** @param context The outside world. */
export function uploadCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .description(
      "Upload the results of a test that has not uploaded them.\n\n" +
        "However often it is done, the platform has each run once.",
    )
    .arguments("[folder:string]")
    .option("--config <file:string>", "Configuration whose latest test is meant. (Default: fluxloop.yaml)")
    .option("--json", "Output in JSON format.")
    .example("The latest test's", "fluxloop test upload")
    .example("Those of one test", "fluxloop test upload experiments/exp_20240122T120000Z_k3v9x2mq")
    .action(async (options, folder) => (await import("./upload_run.ts")).runUpload(context, options, folder));
  return withKeyVariables(command);
}
