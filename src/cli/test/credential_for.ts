/**
 * The key that `fluxloop test` and `test upload` use.
 *
 * @module
 */
import type { RequestOptions } from "../../api_client/transport.ts";
import { type Credential, resolveCredential } from "../../auth/resolve_credential.ts";
import type { Context } from "../../context.ts";
import { profileOverrideWarning } from "../../output/warnings.ts";
import type { GlobalOptions } from "../global_options.ts";
import type { Reporter } from "../reporter.ts";
import { maskInJob } from "./github_job.ts";

/**
 * Resolves the key. The agent is a process, so the power to start one is kept.
 *
 * @throws As `resolveCredential`.
 */
export async function credentialFor(
  context: Context,
  options: GlobalOptions,
  reporter: Reporter,
  requests: RequestOptions,
): Promise<Credential> {
  const credential = await resolveCredential(context, options, { requests, keepsProcesses: true });
  if (credential.overridden !== null) reporter.warn(profileOverrideWarning(credential.origin, credential.overridden));
  maskInJob(context, credential.key);
  return credential;
}
