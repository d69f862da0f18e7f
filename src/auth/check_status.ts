import { identify } from "../api_client/client.ts";
import type { Identity } from "../api_client/identity.ts";
import type { Context } from "../context.ts";
import { findInsecureFile, type InsecureFile, readCredentials } from "../credentials/credential_store.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { keychainName } from "../credentials/credential_helper.ts";
import {
  FluxloopError,
  InterruptedError,
  InvalidLoginError,
  KeyExpiresSoonError,
  NetworkError,
  NotFoundError,
  NotLoggedInError,
  PlatformError,
} from "../errors.ts";
import { expiryText } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { type Credential, credentialFor, credentialIn, type KeyOptions } from "./resolve_credential.ts";

/** The key that a report is about, masked. */
export interface ReportedKey extends Pick<Credential, "source" | "origin" | "apiUrl" | "overridden"> {
  readonly masked: string;
  /** Whether it is the access token of a browser login. */
  readonly isAccessToken: boolean;
  readonly profile: string | null;
  /** The name of the keychain that holds the key, or `null`. */
  readonly keychain: string | null;
  /** What was saved at the last login. */
  readonly saved: { readonly account: string | null; readonly expires: Date | null };
  /** The credentials file that the key is from, if others can read it; else `null`. */
  readonly insecureFile: InsecureFile | null;
  readonly isRotating: boolean;
}

/** The status of a key, or of a profile without a usable key. */
export interface StatusReport {
  /** `null` if the key isn't from a profile, or if there is no key and no profile was named. */
  readonly profile: string | null;
  /** `null` if the platform couldn't be asked. */
  readonly authenticated: boolean | null;
  readonly key: ReportedKey | null;
  /** The platform's response, or `null`. */
  readonly identity: Identity | null;
  /** The failure to report, with the command's exit code. */
  readonly failure: FluxloopError | null;
}

/** Asks the platform about the key that commands would use (hosted documentation: "fluxloop auth status"). */
export async function checkStatus(context: Context, options: KeyOptions): Promise<StatusReport> {
  try {
    return await reportOn(context, await credentialFor(context, options, { acceptsExpired: true }));
  } catch (error) {
    if (
      error instanceof NotLoggedInError || error instanceof NotFoundError || error instanceof InvalidLoginError
    ) {
      return { profile: options.profile ?? null, authenticated: false, key: null, identity: null, failure: error };
    }
    throw error;
  }
}

/** Asks the platform about every saved profile, in the file's order. */
export async function checkAllStatuses(
  context: Context,
  options: Pick<KeyOptions, "apiUrl" | "requests">,
): Promise<StatusReport[]> {
  const document = await readCredentials(credentialsLocation(context));
  const names = document.profileNames();
  if (names.length === 0) throw new NotLoggedInError();
  // A profile's failure is part of its report.
  const check = async (profile: string): Promise<StatusReport> => {
    try {
      const saved = document.require(profile, "--profile");
      return await reportOn(context, await credentialIn(context, saved, options, { acceptsExpired: true }));
    } catch (error) {
      if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
      return { profile, authenticated: null, key: null, identity: null, failure: error };
    }
  };
  // The first request opens the connection, which the others share in parallel over HTTP/2.
  const [first, ...others] = names;
  return [await check(first), ...await Promise.all(others.map(check))];
}

/** Adds a failure to the report if the key expires within so many milliseconds (`--fail-if-expires-in`). */
export function failIfExpiring(report: StatusReport, within: number, now: Date): StatusReport {
  // If the platform doesn't send a date, the one saved at the last login is used.
  const expires = report.identity?.key?.expiresAt ?? report.key?.saved.expires;
  if (
    report.failure !== null || report.key === null || !(expires instanceof Date) ||
    expires.getTime() - now.getTime() > within
  ) {
    return report;
  }
  return { ...report, failure: new KeyExpiresSoonError(expiryText(expires, now), report.key) };
}

async function reportOn(context: Context, credential: Credential): Promise<StatusReport> {
  const key = reportedKey(context, credential);
  const about = { profile: key.profile, key };
  try {
    const identity = await identify(context, credential);
    return { ...about, authenticated: true, identity, failure: null };
  } catch (error) {
    if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    const isUnknown = error instanceof NetworkError || error instanceof PlatformError;
    return { ...about, authenticated: isUnknown ? null : false, identity: null, failure: error };
  }
}

function reportedKey(context: Context, credential: Credential): ReportedKey {
  const { key, login, source, origin, profile, apiUrl, overridden } = credential;
  const expires = new Date(profile?.expires ?? NaN);
  return {
    ...{ source, origin, apiUrl, overridden },
    masked: maskKey(key),
    isAccessToken: login !== null,
    profile: profile?.name ?? null,
    keychain: profile?.secret.kind === "keychain" ? keychainName(profile.secret.helper) : null,
    saved: {
      account: profile?.account ?? null,
      expires: Number.isNaN(expires.getTime()) ? null : expires,
    },
    insecureFile: profile === null ? null : findInsecureFile(credentialsLocation(context)),
    isRotating: profile !== null && profile.rotation !== null,
  };
}
