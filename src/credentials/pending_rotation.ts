/**
 * A rotation that is under way, written down before each step that could leave something behind: whoever rotates the
 * profile next finds here what is to be finished or undone. From the moment on at which a new key takes the old one's
 * place in the credentials file, the old one is here, because nothing but itself may revoke it.
 *
 * @module
 */
import { join } from "@std/path";
import { ConfigurationError } from "../errors.ts";
import { removeFile, replaceFile } from "./atomic_file.ts";
import type { KeptKey } from "./profile.ts";
import { fileFailure, textIfThere } from "./credentials_file.ts";
import type { CredentialsLocation } from "./location.ts";

const PREFIX = "pending-rotation.";

/** What was asked of the platform; the same words under the same idempotency key are the same request. */
export interface RequestedKey {
  readonly name: string;
  readonly scopes?: "all_projects" | readonly string[];
  readonly permissions?: readonly string[];
  readonly environment?: string;
  /** Seconds; `null`: it does not expire. */
  readonly expiresIn?: number | null;
}

/** What the next run has to know. */
export interface PendingRotation {
  readonly profile: string;
  /** The platform that both keys are for, and the only one that they go to. */
  readonly apiUrl: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The name of the request that makes the key: under it the platform makes one, however often it comes. */
  readonly idempotencyKey: string;
  readonly wish: RequestedKey;
  readonly oldId: string;
  /** The old key as it may be shown. */
  readonly oldMasked: string;
  /** Until when the old key is to work on, in ISO 8601; `null`: it is revoked. */
  readonly keepUntil: string | null;
  /** The new key's id, once it is about to be saved or shown; until then `null`. */
  readonly newId: string | null;
  /** The old key: itself, or where the system's own store has it; `null` while it is in the profile and nowhere else. */
  readonly old: { readonly apiKey: string } | KeptKey | null;
  /** Whether the new key is not saved but shown: somebody may have it. */
  readonly isShown: boolean;
  /** Whether the old key has ended or is going to, and only what is written of it is to be removed yet. */
  readonly isEnded: boolean;
}

/**
 * Writes down how far a profile's rotation has come; readable by its owner alone. Call it under the lock of rotations.
 *
 * @throws {ConfigurationError | SystemError} When it cannot be written; what was written before stands.
 */
export function leavePendingRotation(location: CredentialsLocation, pending: PendingRotation): void {
  try {
    replaceFile(pathOf(location, pending.profile), JSON.stringify(pending) + "\n");
  } catch (error) {
    throw fileFailure(location, "written", error);
  }
}

/**
 * @returns The rotation of a profile that is under way or was broken off, or `null`.
 * @throws {ConfigurationError} When there is one that cannot be read.
 */
export function findPendingRotation(location: CredentialsLocation, profile: string): PendingRotation | null {
  const text = textIfThere(location, pathOf(location, profile));
  if (text === null) return null;
  const pending = parse(text);
  // Where names are told apart by their case here and not by the file system, it is another profile's.
  if (pending?.profile === profile) return pending;
  throw new ConfigurationError(
    `What the last rotation of profile "${profile}" left behind cannot be read; log in to it again`,
  );
}

/**
 * Removes what is written of a profile's rotation; there need be nothing.
 *
 * @throws {ConfigurationError | SystemError} When it cannot be removed.
 */
export function forgetPendingRotation(location: CredentialsLocation, profile: string): void {
  try {
    removeFile(pathOf(location, profile));
  } catch (error) {
    throw fileFailure(location, "written", error);
  }
}

/**
 * @returns The profiles of which a rotation is under way or was broken off. It looks into the folder once, however many
 * profiles there are.
 */
export function rotatingProfiles({ folder }: CredentialsLocation): ReadonlySet<string> {
  try {
    const names = [...Deno.readDirSync(folder)].map((it) => it.name);
    return new Set(
      names.filter((it) => it.startsWith(PREFIX) && !it.endsWith(".new")).map((it) => it.slice(PREFIX.length)),
    );
  } catch {
    return new Set(); // What cannot be looked into is told by whoever writes there.
  }
}

function pathOf({ folder }: CredentialsLocation, profile: string): string {
  return join(folder, PREFIX + profile);
}

function parse(text: string): PendingRotation | null {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // The parser's message quotes the text, which may hold a key.
  }
  const isText = (it: unknown) => typeof it === "string" && it !== "";
  const isTextOrNull = (it: unknown) => it === null || isText(it);
  const texts = [
    value?.profile,
    value?.apiUrl,
    value?.startedAt,
    value?.idempotencyKey,
    value?.oldId,
    value?.oldMasked,
  ];
  const old = value?.old ?? null;
  const isWhole = texts.every(isText) && isText(value.wish?.name) &&
    [value.isShown, value.isEnded].every((it) => typeof it === "boolean") &&
    [value.keepUntil, value.newId].every(isTextOrNull) &&
    (value.keepUntil === null || !Number.isNaN(Date.parse(value.keepUntil))) &&
    (old === null || isText(old.apiKey) || (isText(old.helper) && isText(old.reference)));
  return isWhole ? value : null;
}
