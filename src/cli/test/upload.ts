/**
 * `fluxloop test upload`: flags, help and examples.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { withKeyVariables } from "../auth/key_variables.ts";
import type { AnyCommand, GlobalOptions } from "../global_options.ts";
import { FOLDER } from "../value_types.ts";

export function uploadCommand(context: Context): AnyCommand {
  const command = new Command<GlobalOptions>()
    .type("folder", FOLDER)
    .description(
      "Upload the results of an earlier test. Without a folder, the latest test's results are uploaded. Uploading twice " +
        "is safe: the platform stores each run once.",
    )
    .arguments("[folder:folder]")
    .option("--config <file:file>", "Configuration of the latest test (default: fluxloop.yaml)")
    .option("--json", "Output in JSON format")
    .example("Upload the latest results", "fluxloop test upload")
    .example("Upload specific results", "fluxloop test upload experiments/exp_20240122T120000Z_k3v9x2mq")
    .action(async (options, folder) =>
      (await import("./upload_run.ts")).runUpload(limitProcesses(context, "keychain"), options, folder)
    );
  return withKeyVariables(command);
}
