/**
 * What the parts of a rotation hand to each other.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { Profile } from "../credentials/profile.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import type { FluxloopError } from "../errors.ts";
import type { Expiry } from "../text/expiry.ts";
import type { Identity, KeyInfo } from "../api_client/identity.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { KeyOptions } from "./resolve_credential.ts";

/** What the command line says of a rotation. */
export interface RotateOptions extends Pick<KeyOptions, "profile" | "apiUrl"> {
  /** Every saved profile; excludes `profile`. */
  readonly all: boolean;
  /** Whether the new key takes the old one's place; otherwise it is shown, and all stays as it is. */
  readonly save: boolean;
  /** How long the new key is to live, in seconds; `null` for ever, `undefined` as long as the old one. */
  readonly expiresIn?: number | null;
  /** How long the old key is to work on, in milliseconds; without it, it is revoked. */
  readonly keepOld?: number;
}

/** A profile's key on its way to be replaced. */
export interface Rotating {
  readonly context: Context;
  readonly location: CredentialsLocation;
  readonly requests: RequestOptions | undefined;
  readonly profile: Profile;
  /** The only place that keys go to. */
  readonly apiUrl: URL;
  /** The key in the profile. */
  readonly key: string;
  /** What the platform tells of it. */
  readonly own: KeyInfo & { readonly id: string };
  readonly identity: Identity;
}

/** What became of a profile's key. */
export type RotationOutcome =
  /** There is a new key in the profile. */
  | "rotated"
  /** A rotation that was broken off is finished: the new key was in the profile already. */
  | "finished"
  /** There is a new key that is shown and not saved. */
  | "shown"
  /** Another process has just done it. */
  | "rotated_elsewhere"
  /** The profile is signed in through the browser: there is no key. */
  | "passed_over"
  | "failed";

/** A key of a rotation. */
export interface NewKey {
  readonly id: string | null;
  readonly masked: string;
  readonly expiresAt: Expiry;
}

/** The key that was there before. */
export interface OldKey {
  readonly id: string;
  readonly masked: string;
  /** `valid`: it goes on to work as before. */
  readonly state: "revoked" | "ending" | "valid";
  /** When it ends, where that is what became of it. */
  readonly endsAt: Date | null;
}

/** What is left to do of a rotation that was broken off. */
export type LeftToDo =
  /** A key may have been made that nobody has. */
  | "remove_unused_key"
  /** The new key is in use; the old one is still taken. */
  | "end_old_key";

/** What a rotation of one profile came to. */
export interface RotationReport {
  readonly profile: string;
  readonly outcome: RotationOutcome;
  /** `null` where none was made, or it is not in use. */
  readonly newKey: NewKey | null;
  /** The whole new key, where it is there to be shown; else `null`. */
  readonly key: string | null;
  readonly oldKey: OldKey | null;
  /** Where the new key was saved to, as people call it; `null` where it was not. */
  readonly savedTo: string | null;
  /** Other profiles that had the old key, and have the new one now. */
  readonly alsoIn: readonly string[];
  /** Ids of keys of an earlier rotation that may work on, and that nothing here knows any more. */
  readonly leftOver: readonly string[];
  readonly left: LeftToDo | null;
  readonly failure: FluxloopError | null;
}

/** A report that is being made. */
export type Draft = { -readonly [Field in keyof RotationReport]: RotationReport[Field] };

/** @returns A report of which nothing has come about yet. */
export function draftFor(profile: string): Draft {
  return {
    profile,
    outcome: "failed",
    newKey: null,
    key: null,
    oldKey: null,
    savedTo: null,
    alsoIn: [],
    leftOver: [],
    left: null,
    failure: null,
  };
}
