/**
 * What a command that makes requests begins with.
 *
 * @module
 */
import { type Credential, credentialFor, type KeyOptions, type ResolveOptions } from "../auth/resolve_credential.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { profileOverrideWarning } from "../output/warnings.ts";
import type { JsonOptions } from "./command.ts";
import { type Reporter, reporterFor } from "./reporter.ts";
import { requestOptions } from "./request_options.ts";

/** A command's reporter, how its requests are made, and its credential. */
export interface Invocation {
  readonly reporter: Reporter;
  readonly requests: RequestOptions;
  /** Finds the credential; `changes`: whether the command changes something on the platform with it. */
  readonly credential: (changes?: boolean) => Promise<Credential>;
}

/** Reads a command's options. */
export function invocation(context: Context, options: JsonOptions & KeyOptions): Invocation {
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);
  const credential = (changes = false) => credentialOf(context, reporter, { ...options, requests }, { changes });
  return { reporter, requests, credential };
}

/** Finds the credential as `credentialFor` does; warns if it isn't the named profile's. */
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
