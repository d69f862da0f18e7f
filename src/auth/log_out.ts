/**
 * Use case: remove saved credentials (seed: "fluxloop auth logout").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, requireWritable, updateCredentials } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import { UsageError } from "../errors.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { forgetKey } from "./key_storage.ts";
import { type KeyOptions, overridingVariable, requireProfile, selectProfile } from "./resolve_credential.ts";
import { type AbandonedRotation, abandonRotation, revokeRotation, waitsInStore } from "./rotate_end.ts";

/** What the command line says of a logout. */
export interface LogoutOptions {
  readonly profile?: string;
  /** Excludes `profile`. */
  readonly all: boolean;
  /** Whether the key is revoked at the platform before it is removed here (`--revoke`). */
  readonly revoke?: boolean;
}

/** What a logout came to. */
export interface LogoutResult {
  /** The profiles that were removed, in the file's order. */
  readonly profiles: readonly string[];
  /** Rotations of theirs that nobody will finish now, and that left something behind. */
  readonly abandoned: readonly AbandonedRotation[];
  /** Whether the platform does not take their keys any more either. */
  readonly isRevoked: boolean;
  /** The variable whose key goes on to work, or `null`. */
  readonly overriddenBy: string | null;
}

/**
 * Removes one profile's credentials, or all. It works on the store alone and makes no request, unless it is to revoke
 * them too: then what cannot be revoked is not removed.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param requests How requests are made.
 * @throws {UsageError} When both are given.
 * @throws {NotLoggedInError} When no profile is named and the default one is not there.
 * @throws {NotFoundError} When a profile is named or selected and is not there.
 * @throws {ConfigurationError | SystemError} When the file cannot be read or written; it is as it was.
 * @throws {NetworkError | PlatformError} When a key cannot be revoked that is to be; nothing is removed then.
 */
export async function logOut(
  context: Context,
  options: LogoutOptions,
  requests?: RequestOptions,
): Promise<LogoutResult> {
  if (options.all && options.profile !== undefined) throw new UsageError("--all and --profile exclude each other");
  const location = requireCredentialsLocation(context);
  const overriddenBy = overridingVariable(context);
  const before = await readCredentials(location);
  // Without anything to remove, neither a folder nor a file is made.
  const isRevoked = options.revoke === true;
  if (options.all && before.profileNames().length === 0) {
    return { profiles: [], abandoned: [], overriddenBy, isRevoked };
  }
  const names = options.all ? before.profileNames() : [selectedName(context, before, options)];
  // A key that is gone, and a file that cannot be told so, would be the worst of both.
  if (names.some((name) => isKept(before, name))) await requireWritable(location);
  const revoked: string[] = [];
  if (isRevoked) {
    await requireWritable(location);
    const { revokeSaved } = await import("./revoke_saved.ts");
    for (const name of names) {
      if (await revokeRotation(context, location, before, name, requests)) revoked.push(name);
      await revokeSaved(context, before, name, requests);
    }
  }
  const isNeeded = names.some((name) => isKept(before, name) || waitsInStore(location, name));
  if (!isNeeded) context.renounceProcesses();
  const { forgotten, failure } = await forgetKeys(context, before, names);
  const profiles = await updateCredentials(location, (document) => {
    const there = document.profileNames().filter((name) => forgotten.includes(name));
    for (const name of there) document.remove(name);
    if (options.all) document.choose(null);
    return there;
  });
  const abandoned: AbandonedRotation[] = [];
  for (const name of profiles) {
    const keyId = before.isReadable(name) ? before.profile(name)!.keyId : null;
    const rotation = await abandonRotation(context, location, name, keyId);
    if (rotation !== null && !revoked.includes(name)) abandoned.push(rotation);
  }
  if (failure !== null) throw failure;
  return { profiles, abandoned, overriddenBy, isRevoked };
}

function selectedName(context: Context, document: CredentialsDocument, options: Pick<KeyOptions, "profile">): string {
  const selected = selectProfile(context, document, options);
  // One that is there and cannot be read can be removed all the same.
  if (!document.has(selected.name)) requireProfile(document, selected);
  return selected.name;
}

function isKept(document: CredentialsDocument, name: string): boolean {
  return document.isReadable(name) && document.profile(name)!.keptKey !== null;
}

/**
 * Removes the keys that are not in the file from where they are. A profile whose key cannot be removed stays, so that
 * nobody is told that a key is gone which is not.
 */
async function forgetKeys(context: Context, document: CredentialsDocument, names: readonly string[]) {
  const kept = new Map(names.map((name) => [name, isKept(document, name) ? document.profile(name)!.keptKey : null]));
  const forgotten: string[] = [];
  let failure: unknown = null;
  for (const [name, keptKey] of kept) {
    try {
      if (keptKey !== null) await forgetKey(context, keptKey);
      forgotten.push(name);
    } catch (error) {
      failure = error;
    }
  }
  return { forgotten, failure };
}
