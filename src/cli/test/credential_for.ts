/**
 * The key that `fluxloop test` and `test upload` use.
 *
 * @module
 */
import type { Credential, KeyOptions, ResolveOptions } from "../../auth/resolve_credential.ts";
import type { Context } from "../../context.ts";
import { credentialOf } from "../invocation.ts";
import type { Reporter } from "../reporter.ts";
import { maskInJob } from "./github_job.ts";

/** Finds the key, and masks it in the log of a CI job. */
export async function credentialFor(
  context: Context,
  options: KeyOptions,
  reporter: Reporter,
  how: ResolveOptions,
): Promise<Credential> {
  const credential = await credentialOf(context, reporter, options, how);
  maskInJob(context, credential.key);
  return credential;
}
