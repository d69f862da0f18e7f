/**
 * The key of a command, and the warning that goes with it.
 *
 * @module
 */
import { type Credential, credentialFor, type KeyOptions, type ResolveOptions } from "../auth/resolve_credential.ts";
import type { Context } from "../context.ts";
import { profileOverrideWarning } from "../output/warnings.ts";
import type { Reporter } from "./reporter.ts";

/** As `credentialFor`; warns if the key isn't the named profile's. */
export async function credentialOf(
  context: Context,
  reporter: Reporter,
  options: KeyOptions,
  how: ResolveOptions,
): Promise<Credential> {
  const credential = await credentialFor(context, options, how);
  if (credential.overridden !== null) reporter.warn(profileOverrideWarning(credential.origin, credential.overridden));
  return credential;
}
