/**
 * Use case: a new key in the place of a profile's old one (seed: "Rotate keys regularly"; design: "fluxloop auth rotate").
 * Whenever it is broken off, the profile holds a key that works, and the next rotation of that profile finishes or undoes
 * what was begun.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { readCredentials, requireWritable, rotationLock } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { withFileLock } from "../credentials/file_lock.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import { findPendingRotation, forgetPendingRotation, type PendingRotation } from "../credentials/pending_rotation.ts";
import { BrowserLoginError, FluxloopError, InterruptedError, NotLoggedInError, PlatformError } from "../errors.ts";
import { identify } from "../api_client/client.ts";
import { DEFAULT_DEADLINE, type RequestOptions } from "../api_client/transport.ts";
import { credentialOf, overridingVariable, requireProfile, selectProfile } from "./resolve_credential.ts";
import { finishRotation, rotateAnew, settle } from "./rotate_course.ts";
import { isFor, waitsInStore } from "./rotate_end.ts";
import { type Draft, draftFor, type RotateOptions, type Rotating, type RotationReport } from "./rotate_model.ts";

/** What a rotation of one profile or of all came to. */
export interface Rotations {
  readonly reports: readonly RotationReport[];
  /** The variable whose key stands over the saved ones in every other command, or `null`. */
  readonly overriddenBy: string | null;
}

/** The lock is held for a few requests: another rotation is waited for so many times as long as one may take. */
const REQUESTS = 4;
/** And so much longer, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Gives one profile a new key, or all that have one.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param requests How requests are made.
 * @returns A report for each profile, its failure among it.
 * @throws {NotLoggedInError | NotFoundError} When there is no such profile, or none at all.
 * @throws {BrowserLoginError} When the one profile is signed in through the browser.
 * @throws {ConfigurationError | SystemError} When the store cannot be read or written: then nothing is asked.
 */
export async function rotateKeys(
  context: Context,
  options: RotateOptions,
  requests?: RequestOptions,
): Promise<Rotations> {
  const location = requireCredentialsLocation(context);
  const document = await readCredentials(location);
  const names = options.all
    ? document.profileNames()
    : [selectProfile(context, document, options)].map((selected) => requireProfile(document, selected).name);
  if (names.length === 0) throw new NotLoggedInError();
  const isKept = (name: string) => document.isReadable(name) && document.profile(name)!.keptKey !== null;
  if (!names.some((it) => isKept(it) || waitsInStore(location, it))) context.renounceProcesses();
  await requireWritable(location);
  const reports: RotationReport[] = [];
  for (const name of names) {
    // One that has the same key as another was rotated with it.
    if (reports.some((it) => it.alsoIn.includes(name))) continue;
    const report = await rotateOne(context, location, name, options, requests);
    reports.push(report);
    if (report.failure instanceof InterruptedError) break;
  }
  return { reports, overriddenBy: overridingVariable(context) };
}

/** What is wrong with one profile is that one's report, and no reason to leave the others as they are. */
async function rotateOne(
  context: Context,
  location: CredentialsLocation,
  name: string,
  options: RotateOptions,
  requests?: RequestOptions,
): Promise<RotationReport> {
  const draft = draftFor(name);
  try {
    const before = await keyIn(context, await readCredentials(location), name, options, requests);
    const pending = findPendingRotation(location, name);
    const patience = REQUESTS * (requests?.deadline ?? DEFAULT_DEADLINE) + PATIENCE;
    const work = () => rotateLocked(context, location, draft, before.key, pending, options, requests);
    await withFileLock(rotationLock(location), work, { patience, signal: context.stopped });
  } catch (error) {
    if (!(error instanceof FluxloopError)) throw error;
    if (error instanceof BrowserLoginError && options.all) return { ...draft, outcome: "passed_over" };
    return { ...draft, outcome: "failed", failure: error, left: await leftToDo(location, draft) };
  }
  return draft;
}

async function rotateLocked(
  context: Context,
  location: CredentialsLocation,
  draft: Draft,
  keyBefore: string,
  pendingBefore: PendingRotation | null,
  options: RotateOptions,
  requests?: RequestOptions,
): Promise<void> {
  const document = await readCredentials(location);
  const { key, profile, apiUrl } = await keyIn(context, document, draft.profile, options, requests);
  const identity = await identify(context, { apiUrl, key }, requests);
  const id = identity.key?.id ?? null;
  if (identity.key === null || id === null) {
    throw new PlatformError(`${apiUrl.host} does not tell which key this is; make a new one on its page of API keys`);
  }
  const rotating: Rotating = {
    context,
    location,
    requests,
    profile,
    apiUrl,
    key,
    own: { ...identity.key, id },
    identity,
  };
  const pending = findPendingRotation(location, draft.profile);
  // Another process had the lock, and has done what this one was told to do.
  const isDone = key !== keyBefore || (pendingBefore !== null && pendingBefore.oldId !== id);
  if (pending === null && isDone) {
    draft.outcome = "rotated_elsewhere";
    return;
  }
  const keepUntil = options.keepOld === undefined
    ? null
    : new Date(Math.floor((context.now().getTime() + options.keepOld) / 1000) * 1000);
  const isSaved = pending !== null && pending.newId === id && pending.old !== null && isFor(pending, apiUrl);
  if (isSaved) {
    const until = keepUntil ?? (pending.keepUntil === null ? null : new Date(pending.keepUntil));
    await finishRotation(rotating, pending, until, draft);
    draft.outcome = "finished";
    if (options.save) return;
  }
  const again = pending === null || isSaved ? null : await settle(rotating, pending, draft, isFor(pending, apiUrl));
  await rotateAnew(rotating, options, keepUntil, again, draft);
}

/** @returns The key of a profile that has one. */
async function keyIn(
  context: Context,
  document: CredentialsDocument,
  name: string,
  options: RotateOptions,
  requests?: RequestOptions,
) {
  const profile = requireProfile(document, { name, chosenBy: "--profile" });
  // Without asking: their tokens would be renewed on the way.
  if (profile.tokens !== null) throw new BrowserLoginError(name);
  const credential = await credentialOf(context, document, name, options, { requests });
  if (credential.login !== null) throw new BrowserLoginError(name);
  return { key: credential.key, apiUrl: credential.apiUrl, profile };
}

async function leftToDo(location: CredentialsLocation, draft: Draft): Promise<RotationReport["left"]> {
  try {
    const pending = findPendingRotation(location, draft.profile);
    if (pending === null || pending.isShown) return null;
    const document = await readCredentials(location);
    const keyId = document.isReadable(draft.profile) ? document.profile(draft.profile)!.keyId : null;
    const isSaved = draft.savedTo !== null || (pending.newId !== null && keyId === pending.newId);
    return isSaved ? "end_old_key" : "remove_unused_key";
  } catch {
    return null; // What cannot be read is the failure itself.
  }
}

/**
 * Forgets a rotation whose key was shown: whoever asked for it has it.
 *
 * @throws {ConfigurationError | SystemError} When what is written of it cannot be removed.
 */
export function forgetShownKey(context: Context, profile: string): void {
  forgetPendingRotation(requireCredentialsLocation(context), profile);
}
