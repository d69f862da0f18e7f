/**
 * What the parts of a rotation hand to each other.
 *
 * @module
 */
import type { Context } from "../context.ts";
import type { Profile } from "../credentials/profile.ts";
import type { CredentialsLocation } from "../credentials/location.ts";
import type { RotationReport } from "../output/rotation.ts";
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
