import type { Context } from "../context.ts";
import { readCredentials, withRequestLock } from "../credentials/credential_store.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { BrowserLoginError, FluxloopError, InterruptedError, NotLoggedInError } from "../errors.ts";
import type { Expiry } from "../text/expiry.ts";
import { lockTimeout } from "./refresh_tokens.ts";
import { resumeRotation, type RotationRun } from "./resume_rotation.ts";
import { type ProfileOptions, selectProfile } from "./select_profile.ts";

/** What the command line says about a rotation. */
export interface RotateOptions extends ProfileOptions {
  /** Every saved profile; excludes `profile`. */
  readonly all: boolean;
  /** The new key's lifetime, in seconds; `null`: it never expires, `undefined`: as the old one's. */
  readonly expiresIn?: number | null;
  /** How long the old key stays valid, in milliseconds; without it, it is revoked. */
  readonly keepOld?: number;
}

/** What became of a profile's key. */
export type RotationOutcome =
  /** The profile has a new key. */
  | "rotated"
  /** An interrupted rotation is finished: the profile had its new key already. */
  | "finished"
  /** Another process has just rotated it. */
  | "rotated_elsewhere"
  /** The profile is signed in through the browser: there is no key. */
  | "skipped"
  | "failed";

/** What is still to be done about an unfinished rotation. */
export type PendingAction =
  /** A key may have been created that nobody has. */
  | "remove_orphaned_key"
  /** The new key is in use; the old one is still valid. */
  | "revoke_old_key";

/** The result of rotating one profile's key. */
export interface RotationReport {
  readonly profile: string;
  readonly outcome: RotationOutcome;
  /** `null`: none was created, or it is not in use. */
  readonly newKey: { readonly id: string; readonly masked: string; readonly expiresAt: Expiry } | null;
  readonly oldKey: {
    readonly id: string;
    readonly masked: string;
    readonly state: "revoked" | "expiring" | "valid";
    /** `null`: it isn't expiring. */
    readonly expiresAt: Date | null;
  } | null;
  /** Where the new key was saved, as people call it; `null`: nowhere. */
  readonly savedTo: string | null;
  /** Other profiles that had the old key, and have the new one now. */
  readonly alsoIn: readonly string[];
  /** Ids of keys of an earlier rotation that may still be valid, and that no profile knows any more. */
  readonly orphanedKeys: readonly string[];
  readonly pending: PendingAction | null;
  readonly failure: FluxloopError | null;
}

/** A report in the making. */
export type ReportDraft = { -readonly [Field in keyof RotationReport]: RotationReport[Field] };

/** The most requests that one rotation makes while it holds the lock; another rotation waits as long. */
export const REQUESTS_AT_MOST = 12;

/**
 * Rotates one profile's key, or all (seed: "Rotate keys regularly").
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
    // One that has the same key as another was rotated with it.
    if (reports.some((it) => it.alsoIn.includes(name))) continue;
    const report = await rotateProfile(run, name);
    reports.push(report);
    if (report.failure instanceof InterruptedError) break;
  }
  return reports;
}

/** A profile's failure is part of its report: the others are rotated all the same. */
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
    const timeout = lockTimeout(run.options.requests, REQUESTS_AT_MOST);
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
    return null; // What can't be read is the failure itself.
  }
}
