/**
 * What `fluxloop test` and its commands need when they run, in one module.
 *
 * @module
 */
import type { Context } from "../../context.ts";
import { resolveCredential } from "../../auth/resolve_credential.ts";
import type { Credential } from "../../auth/resolve_credential.ts";
import { InterruptedError } from "../../errors.ts";
import { profileOverrideWarning } from "../../output/warnings.ts";
import type { Console, GlobalOptions } from "../console.ts";
import { maskInJob } from "./github_job.ts";

export { resolve } from "@std/path";
export { jsonText } from "../../text/json.ts";
export {
  jobSummary,
  keptText,
  progressBar,
  progressLine,
  startText,
  testJson,
  testText,
  uploadedText,
  uploadFailure,
} from "../../output/test_report.ts";
export { outputDirectoryOf, shownPath } from "../../experiment/configuration.ts";
export { CONFIGURATION_SCHEMA } from "../../experiment/configuration_schema.ts";
export { testAgent } from "../../experiment/test_agent.ts";
export { latestExperiment, uploadExperiment } from "../../experiment/upload.ts";
export { showWait } from "../waiting.ts";
export { addJobSummary } from "./github_job.ts";

/** The exit code of what was interrupted. */
export const INTERRUPTED = new InterruptedError().exitCode;

/**
 * @param context The outside world.
 * @param options What the command line says of the key.
 * @param console Is told where a key stands over the profile that was named.
 * @returns The key to use. The agent is a process, and the power to start it is kept.
 * @throws As `resolveCredential`.
 */
export async function credentialFor(context: Context, options: GlobalOptions, console: Console): Promise<Credential> {
  const how = { requests: console.requests, keepsProcesses: true };
  const credential = await resolveCredential(context, options, how);
  if (credential.overridden !== null) console.warn(profileOverrideWarning(credential.origin, credential.overridden));
  maskInJob(context, credential.key);
  return credential;
}
