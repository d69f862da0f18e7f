/**
 * Use case: who is signed in, with which key, until when, and what it may do (seed: "fluxloop auth status"; design:
 * "status").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { storeTitle } from "../credentials/secret_stores.ts";
import { type LooseFile, looseFile, readCredentials } from "../credentials/credential_store.ts";
import { credentialsLocation } from "../credentials/location.ts";
import {
  FluxloopError,
  InterruptedError,
  KeyExpiresSoonError,
  LoginEndedError,
  NetworkError,
  NotFoundError,
  NotLoggedInError,
  PlatformError,
} from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import type { Identity } from "../api_client/identity.ts";
import { identify } from "../api_client/client.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { type Credential, credentialFor, credentialIn, type KeyOptions, type KeySource } from "./resolve_credential.ts";

/** The key that a report is about; never the whole of it. */
export interface ReportedKey {
  readonly masked: string;
  /** Whether it is no API key but the access token of a login through the browser. */
  readonly isAccessToken: boolean;
  readonly source: KeySource;
  /** The option or variable it came from; for a profile, the profile's name. */
  readonly origin: string;
  readonly profile: string | null;
  /** What people call the system's own store, where the key is there; else `null`. */
  readonly keychain: string | null;
  readonly apiUrl: URL;
  /** What the profile remembers from the last login. */
  readonly saved: { readonly account: string | null; readonly expires: Date | null };
  /** The named profile that this key overrides, or `null`. */
  readonly overridden: string | null;
  /** The credentials file, where the key comes from one that others may read; else `null`. */
  readonly looseFile: LooseFile | null;
  /** Whether a rotation of the profile is not finished. */
  readonly isRotating: boolean;
}

/** What is known of a sign-in. */
export interface StatusReport {
  /** The profile that was checked; `null` if another key overrides all profiles, or none was named. */
  readonly profile: string | null;
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
 * @param requests How requests are made.
 * @returns What is known, whatever went wrong with key, network or platform.
 * @throws {UsageError | ConfigurationError} When the command line, the environment or the credentials file is wrong.
 */
export async function checkStatus(
  context: Context,
  options: KeyOptions,
  requests?: RequestOptions,
): Promise<StatusReport> {
  const named = options.profile ?? null;
  let credential: Credential;
  try {
    credential = await credentialFor(context, options, { requests, acceptsExpired: true });
  } catch (error) {
    const isAnswer = error instanceof NotLoggedInError || error instanceof NotFoundError ||
      error instanceof LoginEndedError;
    if (!isAnswer) throw error;
    return { profile: named, authenticated: false, key: null, identity: null, failure: error };
  }
  return await reportOn(context, credential, requests);
}

/**
 * Asks the platform about every saved profile.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param requests How requests are made.
 * @returns A report for each profile, in the file's order.
 * @throws {NotLoggedInError} When no profile is saved.
 * @throws {ConfigurationError} When the credentials file cannot be read.
 */
export async function checkAllStatuses(
  context: Context,
  options: Pick<KeyOptions, "apiUrl">,
  requests?: RequestOptions,
): Promise<StatusReport[]> {
  const document = await readCredentials(credentialsLocation(context));
  const names = document.profileNames();
  if (names.length === 0) throw new NotLoggedInError();
  // What is wrong with one profile is that one's report, and no reason to keep silent of the others.
  const check = async (profile: string): Promise<StatusReport> => {
    try {
      const how = { requests, acceptsExpired: true };
      const credential = await credentialIn(context, document.require(profile, "--profile"), options, how);
      return await reportOn(context, credential, requests);
    } catch (error) {
      if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
      return { profile, authenticated: null, key: null, identity: null, failure: error };
    }
  };
  // The first one opens the connection that the others, side by side, share over HTTP/2.
  const [first, ...others] = names;
  return [await check(first), ...await Promise.all(others.map(check))];
}

/**
 * @param report From {@linkcode checkStatus}.
 * @param within A span from now, in milliseconds.
 * @param now The current time.
 * @returns The report, as a failure where the key ends within the span (`--fail-if-expires-in`).
 */
export function failIfExpiring(report: StatusReport, within: number, now: Date): StatusReport {
  // What the platform does not tell may have been saved at the last login.
  const expires = report.identity?.key?.expiresAt ?? report.key?.saved.expires;
  if (report.failure !== null || !(expires instanceof Date) || expires.getTime() - now.getTime() > within) {
    return report;
  }
  return { ...report, failure: new KeyExpiresSoonError(expiryText(expires, now)) };
}

async function reportOn(context: Context, credential: Credential, requests?: RequestOptions): Promise<StatusReport> {
  const key = reportedKey(context, credential);
  const about = { profile: key.profile, key };
  try {
    const identity = await identify(context, credential, requests);
    return { ...about, authenticated: true, identity, failure: null };
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    const unknown = error instanceof NetworkError || error instanceof PlatformError;
    return { ...about, authenticated: unknown ? null : false, identity: null, failure: error };
  }
}

function reportedKey(context: Context, credential: Credential): ReportedKey {
  const { key, source, origin, profile, apiUrl, overridden } = credential;
  const expires = profile?.expires ? new Date(profile.expires) : null;
  return {
    masked: maskKey(key),
    isAccessToken: credential.login !== null,
    source,
    origin,
    profile: profile?.name ?? null,
    keychain: profile?.secret.kind === "keychain" ? storeTitle(profile.secret.helper) : null,
    apiUrl,
    saved: {
      account: profile?.account ?? null,
      expires: expires === null || Number.isNaN(expires.getTime()) ? null : expires,
    },
    overridden,
    looseFile: profile === null ? null : looseFile(credentialsLocation(context)),
    isRotating: profile !== null && profile.rotation !== null,
  };
}
