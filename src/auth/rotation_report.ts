import type { FluxloopError } from "../errors.ts";
import type { Expiry } from "../text/expiry.ts";
import type { EndedKey } from "./rotation_keys.ts";

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
  readonly oldKey: (Pick<EndedKey, "state" | "expiresAt"> & { readonly id: string; readonly masked: string }) | null;
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
