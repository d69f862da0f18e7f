/**
 * Use case: who is signed in, with which key, until when, and what it may do (seed: "fluxloop auth status"; design:
 * "status").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { type LooseFile, looseFile, readCredentials } from "../credentials/credential_store.ts";
import { credentialsLocation } from "../credentials/location.ts";
import {
  FluxloopError,
  InterruptedError,
  KeyExpiresSoonError,
  NetworkError,
  NotFoundError,
  NotLoggedInError,
  PlatformError,
} from "../errors.ts";
import { expiryText } from "../output/expiry.ts";
import { maskKey } from "../output/mask.ts";
import { identify } from "../platform/client.ts";
import type { Identity } from "../platform/identity.ts";
import type { RequestLog } from "../platform/transport.ts";
import {
  type Credential,
  type KeyOptions,
  type KeySource,
  resolveCredential,
  resolveSavedCredential,
} from "./resolve_credential.ts";

/** The key that a report is about; never the whole of it. */
export interface ReportedKey {
  readonly masked: string;
  readonly source: KeySource;
  /** The option or variable it came from; for a profile, the profile's name. */
  readonly origin: string;
  readonly profile: string | null;
  readonly apiUrl: URL;
  /** What the profile remembers from the last login. */
  readonly saved: { readonly account: string | null; readonly expires: Date | null };
  /** The profile that was named and that this key stands over, or `null`. */
  readonly overridden: string | null;
  /** The credentials file, where the key comes from one that others may read; else `null`. */
  readonly looseFile: LooseFile | null;
}

/** What is known of a sign-in. */
export interface StatusReport {
  /** `null` when the platform could not be asked. */
  readonly authenticated: boolean | null;
  /** `null` when there is no key at all. */
  readonly key: ReportedKey | null;
  /** What the platform tells; `null` when it did not. */
  readonly identity: Identity | null;
  /** Why it is not a plain yes; its exit code is the command's. */
  readonly failure: FluxloopError | null;
}

/**
 * Asks the platform about the key that commands would use.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param log Told of each request.
 * @returns What is known, whatever went wrong with key, network or platform.
 * @throws {UsageError | ConfigurationError} When the command line, the environment or the credentials file is wrong.
 */
export async function checkStatus(context: Context, options: KeyOptions, log?: RequestLog): Promise<StatusReport> {
  return await reportOn(context, () => resolveCredential(context, options), log);
}

/**
 * Asks the platform about every saved profile, all at once.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param log Told of each request.
 * @returns A report for each profile, in the file's order.
 * @throws As {@linkcode checkStatus}; {@linkcode NotLoggedInError} when no profile is saved.
 */
export async function checkAllStatuses(
  context: Context,
  options: Pick<KeyOptions, "apiUrl">,
  log?: RequestLog,
): Promise<StatusReport[]> {
  const names = (await readCredentials(credentialsLocation(context))).profileNames();
  if (names.length === 0) throw new NotLoggedInError();
  const resolve = (profile: string) => () => resolveSavedCredential(context, { ...options, profile });
  return await Promise.all(names.map((profile) => reportOn(context, resolve(profile), log)));
}

/**
 * @param report From {@linkcode checkStatus}.
 * @param within A span from now, in milliseconds.
 * @param now The current time.
 * @returns The report, as a failure where the key ends within the span (`--fail-if-expires-in`).
 */
export function failIfExpiring(report: StatusReport, within: number, now: Date): StatusReport {
  const expires = report.identity?.key?.expiresAt ?? null;
  if (report.failure !== null || expires === null || expires.getTime() - now.getTime() > within) return report;
  return { ...report, failure: new KeyExpiresSoonError(expiryText(expires, now)) };
}

async function reportOn(context: Context, resolve: () => Promise<Credential>, log?: RequestLog): Promise<StatusReport> {
  let credential: Credential;
  try {
    credential = await resolve();
  } catch (error) {
    if (!(error instanceof NotLoggedInError || error instanceof NotFoundError)) throw error;
    return { authenticated: false, key: null, identity: null, failure: error };
  }
  const key = reportedKey(context, credential);
  try {
    const identity = await identify(context, credential, log);
    return { authenticated: true, key, identity, failure: null };
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    const unknown = error instanceof NetworkError || error instanceof PlatformError;
    return { authenticated: unknown ? null : false, key, identity: null, failure: error };
  }
}

function reportedKey(context: Context, credential: Credential): ReportedKey {
  const { key, source, origin, profile, apiUrl, overridden } = credential;
  const expires = profile?.expires ? new Date(profile.expires) : null;
  return {
    masked: maskKey(key),
    source,
    origin,
    profile: profile?.name ?? null,
    apiUrl,
    saved: {
      account: profile?.account ?? null,
      expires: expires === null || Number.isNaN(expires.getTime()) ? null : expires,
    },
    overridden,
    looseFile: profile === null ? null : looseFile(credentialsLocation(context)),
  };
}
