import type { Context } from "../context.ts";
import { readCredentials, withRequestLock } from "../credentials/credential_store.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { BrowserLoginError, FluxloopError, InterruptedError, NotLoggedInError } from "../errors.ts";
import type { Expiry } from "../text/expiry.ts";
import { lockTimeout } from "./refresh_tokens.ts";
import { resumeRotation, type RotationRun } from "./resume_rotation.ts";
import { type ProfileOptions, selectProfile } from "./select_profile.ts";

/** The options of a rotation. */
export interface RotateOptions extends ProfileOptions {
  /** Whether to rotate all saved profiles; can't be combined with `profile`. */
  readonly all: boolean;
  /** The new key's lifetime in seconds; `null` if it never expires, `undefined` for the old key's lifetime. */
  readonly expiresIn?: number | null;
  /** How long the old key stays valid, in milliseconds; without it, it is revoked. */
  readonly keepOld?: number;
}

/** The outcome of a profile's rotation. */
export type RotationOutcome =
  /** The profile has a new key. */
  | "rotated"
  /** An interrupted rotation was finished: the profile already had its new key. */
  | "finished"
  /** Another process has just rotated the key. */
  | "rotated_elsewhere"
  /** The profile has a browser login instead of a key. */
  | "skipped"
  | "failed";

/** What the next rotation has to do about an unfinished one. */
export type PendingAction =
  /** A key may have been created, but not received. */
  | "remove_orphaned_key"
  /** The new key is in use; the old one is still valid. */
  | "revoke_old_key";

/** The result of rotating one profile's key. */
export interface RotationReport {
  readonly profile: string;
  readonly outcome: RotationOutcome;
  /** `null` if no key was created, or it isn't in use. */
  readonly newKey: { readonly id: string; readonly masked: string; readonly expiresAt: Expiry } | null;
  readonly oldKey: {
    readonly id: string;
    readonly masked: string;
    readonly state: "revoked" | "expiring" | "valid";
    /** `null` unless it is expiring. */
    readonly expiresAt: Date | null;
  } | null;
  /** The keychain's name or the file's path, for messages; `null` if the new key wasn't saved. */
  readonly savedTo: string | null;
  /** Other profiles that had the old key and now have the new one. */
  readonly alsoIn: readonly string[];
  /** Ids of an earlier rotation's keys that may still be valid, but are no longer in any profile. */
  readonly orphanedKeys: readonly string[];
  readonly pending: PendingAction | null;
  readonly failure: FluxloopError | null;
}

/** A report that is being filled in. */
export type ReportDraft = { -readonly [Field in keyof RotationReport]: RotationReport[Field] };

/** The maximum number of requests that a rotation makes while it holds the lock, which limits the wait for the lock. */
export const MAX_REQUESTS = 12;

/**
 * Rotates one profile's key, or all (hosted documentation: "Rotate keys regularly").
 *
 * The profile records its rotation's progress. The request is saved before it is sent. Then a single write stores the new
 * key together with the previous one, which stays there until it is revoked. An interrupted rotation always leaves a valid
 * key in the profile, and the next rotation resumes it.
 *
 * @returns A report for each profile, its failure included.
 */
export async function rotateKeys(context: Context, options: RotateOptions): Promise<RotationReport[]> {
  const location = requireCredentialsLocation(context);
  const document = await readCredentials(location);
  const { name, chosenBy } = selectProfile(context, document, options);
  const names = options.all ? document.profileNames() : [document.require(name, chosenBy).name];
  if (names.length === 0) throw new NotLoggedInError();
  const run = { context, options, store: new SecretStore(location) };
  const reports: RotationReport[] = [];
  for (const name of names) {
    // Profiles with the same key were rotated together.
    if (reports.some((it) => it.alsoIn.includes(name))) continue;
    const report = await rotateProfile(run, name);
    reports.push(report);
    if (report.failure instanceof InterruptedError) break;
  }
  return reports;
}

/** Rotates a profile's key. A failure is part of the report, so that the other profiles are still rotated. */
async function rotateProfile(run: Omit<RotationRun, "report">, name: string): Promise<RotationReport> {
  const { location } = run.store;
  const report: ReportDraft = {
    profile: name,
    outcome: "failed",
    newKey: null,
    oldKey: null,
    savedTo: null,
    alsoIn: [],
    orphanedKeys: [],
    pending: null,
    failure: null,
  };
  try {
    const before = (await readCredentials(location)).require(name, "--profile");
    if (before.secret.kind === "tokens") throw new BrowserLoginError(name);
    const timeout = lockTimeout(run.options.requests, MAX_REQUESTS);
    await withRequestLock(location, null, timeout, () => resumeRotation({ ...run, report }, before));
  } catch (error) {
    if (!(error instanceof FluxloopError)) throw error;
    if (error instanceof BrowserLoginError && run.options.all) return { ...report, outcome: "skipped" };
    return { ...report, outcome: "failed", failure: error, pending: await pendingAction(location, report) };
  }
  return report;
}

async function pendingAction(location: CredentialsLocation, report: ReportDraft): Promise<PendingAction | null> {
  try {
    const phase = (await readCredentials(location)).find(report.profile)?.rotation?.phase;
    if (phase === undefined) return null;
    return phase === "replaced" || report.savedTo !== null ? "revoke_old_key" : "remove_orphaned_key";
  } catch {
    return null; // The report's failure says why the file can't be read.
  }
}
