import type { Context } from "../../context.ts";
import { givenPath } from "../../paths.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import { resolve } from "@std/path";
import { outputDirectoryOf, shownPath } from "../../experiment/configuration.ts";
import { latestExperiment, uploadExperiment } from "../../experiment/upload.ts";
import { uploadedText } from "../../output/test_report.ts";
import { credentialForJob } from "./github_job.ts";

/** Runs `fluxloop test upload`. */
export async function runUpload(
  context: Context,
  options: JsonOptions & { readonly config?: string },
  folder?: string,
): Promise<void> {
  const { reporter, requests } = invocation(context, options);
  const path = folder === undefined
    ? latestExperiment(outputDirectoryOf(context, givenPath(context, options.config, "--config")))
    : resolve(context.cwd(), folder);

  const credential = await credentialForJob(context, { ...options, requests }, reporter, { changes: true });
  const runBatchId = await uploadExperiment(context, credential, path);

  const shown = shownPath(context, path);
  reporter.result(() => uploadedText(shown, runBatchId), () => ({ run_batch_id: runBatchId, results: path }));
}
