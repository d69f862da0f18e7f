/**
 * `fluxloop test upload`: sends results later.
 *
 * @module
 */
import { Command } from "@cliffy/command";
import type { Context } from "../../context.ts";
import { consoleFor, type GlobalOptions } from "../console.ts";
import { withKeyVariables } from "../auth/key_variables.ts";

interface UploadFlags extends GlobalOptions {
  readonly config?: string;
}

/** @param context The outside world. */
export function uploadCommand(context: Context) {
  const command = new Command()
    .description(
      "Upload the results of a test that has not uploaded them.\n\n" +
        "However often it is done, the platform has each run once.",
    )
    .arguments("[folder:string]")
    .option("--config <file:string>", "Configuration whose latest test is meant. (Default: fluxloop.yaml)")
    .option("--json", "Output in JSON format.")
    .example("The latest test's", "fluxloop test upload")
    .example("Those of one test", "fluxloop test upload experiments/exp_20240122T120000Z_k3v9x2mq")
    .action((options, folder) => upload(context, options as UploadFlags, folder));
  return withKeyVariables(command);
}

async function upload(context: Context, options: UploadFlags, folder?: string): Promise<void> {
  const { credentialFor, latestExperiment, outputDirectoryOf, resolve, shownPath, uploadedText, uploadExperiment } =
    await import("./work.ts");
  const console = consoleFor(context, options);
  const path = folder === undefined
    ? await latestExperiment(outputDirectoryOf(context, options.config))
    : resolve(context.cwd(), folder);

  const credential = await credentialFor(context, options, console);
  if (credential.login === null) context.renounceProcesses();
  const { runBatchId } = await uploadExperiment(context, credential, path, console);

  const shown = shownPath(context, path);
  console.result(() => uploadedText(shown, runBatchId), () => ({ run_batch_id: runBatchId, results: path }));
}
