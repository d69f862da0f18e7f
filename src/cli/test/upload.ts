import type { Context } from "../../context.ts";
import { type AnyCommand, KEY_VARIABLES, newCommand } from "../command.ts";

/** Declares `fluxloop test upload`. */
export function uploadCommand(context: Context): AnyCommand {
  return newCommand(KEY_VARIABLES)
    .description(
      "Upload the results of an earlier test. Without a folder, the latest test's results are uploaded. Uploading twice " +
        "is safe: the platform stores each run once.",
    )
    .arguments("[folder:folder]")
    .option("--config <file:file>", "Configuration file of the test (default: fluxloop.yaml)")
    .option("--json", "Output in JSON format")
    .example("Upload the latest results", "fluxloop test upload")
    .example("Upload specific results", "fluxloop test upload experiments/exp_20240122T120000Z_k3v9x2mq")
    .action(async (options, folder) => (await import("./upload_run.ts")).runUpload(context, options, folder));
}
