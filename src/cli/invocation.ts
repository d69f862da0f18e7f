/**
 * Prepares a command: limits its permissions, and reads the options that all commands share.
 *
 * @module
 */
import {
  type Credential,
  credentialFor,
  type KeyOptions,
  overridingVariable,
  type ResolveOptions,
} from "../auth/resolve_credential.ts";
import { trustedCertificates } from "../api_client/certificates.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { limitProcesses, type ProcessNeed } from "../credentials/process_limit.ts";
import { UsageError } from "../errors.ts";
import { overrideWarning, profileOverrideWarning } from "../output/warnings.ts";
import { redact } from "../text/mask.ts";
import type { GlobalOptions, JsonOptions } from "./command.ts";
import { type Reporter, reporterFor } from "./reporter.ts";

/** The longest time limit, in seconds. */
const MAX_TIMEOUT = 3600;

/** A command's reporter, request options and credential. */
export interface Invocation {
  readonly reporter: Reporter;
  /** From `--verbose`, `--timeout` and `--ca-file`, or their variables. @throws {FluxloopError} If one is invalid. */
  readonly requests: RequestOptions;
  /** Finds the credential; `changes`: whether the command changes something on the platform with it. */
  readonly credential: (changes?: boolean) => Promise<Credential>;
}

/**
 * Prepares a command: gives up the permission to start processes unless it is needed, and reads the command's options.
 *
 * @param need What the command starts processes for.
 */
export function invocation(
  context: Context,
  options: JsonOptions & KeyOptions & { readonly storage?: string },
  need: ProcessNeed = "keychain",
): Invocation {
  limitProcesses(context, need, options.storage);
  const reporter = reporterFor(context, options);
  const requests = () => requestOptions(context, options);
  return {
    reporter,
    get requests() {
      return requests();
    },
    credential: async (changes = false) =>
      await credentialOf(context, reporter, { ...options, requests: requests() }, { changes }),
  };
}

/** Finds the credential like `credentialFor`, and warns if it isn't the named profile's. */
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

/** Warns if a variable overrides the saved credentials. */
export function warnOfOverride(context: Context, reporter: Reporter): void {
  const variable = overridingVariable(context);
  if (variable !== null) reporter.warn(overrideWarning(variable));
}

function requestOptions(context: Context, { verbose, timeout, caFile }: GlobalOptions): RequestOptions {
  let caCerts: readonly string[] | undefined;
  return {
    log: verbose ? (line) => context.stderr.write(`${redact(line)}\n`) : undefined,
    deadline: deadlineOf(context, timeout),
    // Reading the system's own file, which SSL_CERT_FILE may name, takes 7 ms: `auth token` doesn't need it.
    get caCerts() {
      return caCerts ??= trustedCertificates(context, caFile);
    },
  };
}

function deadlineOf(context: Context, option: string | undefined): number | undefined {
  const text = option ?? (context.env("FLUXLOOP_TIMEOUT")?.trim() || undefined);
  if (text === undefined) return undefined;
  const seconds = /^\d{1,4}(?:\.\d{1,3})?s?$/.test(text) ? Number.parseFloat(text) : 0;
  if (seconds > 0 && seconds <= MAX_TIMEOUT) return seconds * 1000;
  const origin = option === undefined ? "FLUXLOOP_TIMEOUT" : "--timeout";
  throw new UsageError(`${origin} must be a number of seconds up to ${MAX_TIMEOUT}, such as 10 or 2.5`);
}
