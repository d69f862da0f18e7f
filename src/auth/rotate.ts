/**
 * Use case: a new key in place of a profile's old one (seed: "Rotate keys regularly").
 *
 * The profile says how far its rotation has come. A request is written down before it is sent; then one write puts the new
 * key in place and keeps the previous one beside it until that is revoked. Wherever a rotation is interrupted, the profile
 * has a valid key, and the next rotation resumes from the phase that it finds.
 *
 * @module
 */
import { newIdempotencyKey } from "../api_client/api_keys.ts";
import { deleteApiKey } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { KeyInfo } from "../api_client/identity.ts";
import { DEFAULT_DEADLINE, type RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials, rotationLock } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import { withFileLock } from "../credentials/file_lock.ts";
import { type CredentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import {
  type ApiKey,
  isSameSecret,
  type PreviousKey,
  type Profile,
  type RequestedPhase,
  type RotationPhase,
} from "../credentials/profile.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { storeTitle } from "../credentials/secret_stores.ts";
import {
  BrowserLoginError,
  FluxloopError,
  InterruptedError,
  NotLoggedInError,
  PlatformError,
  SystemError,
} from "../errors.ts";
import type { Expiry } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { parseApiKey } from "./api_key.ts";
import { keyDetails } from "./log_in.ts";
import { overridingVariable } from "./resolve_credential.ts";
import {
  createRequestedKey,
  type EndedKey,
  endKey,
  removeOrphanedKey,
  requestLike,
  RequestRefused,
  type VerifiedKey,
  verifyKey,
} from "./rotation_keys.ts";
import { apiUrlFor, apiUrlOf, chosenApiUrl, type ProfileOptions, selectProfile } from "./select_profile.ts";

/** What the command line says about a rotation. */
export interface RotateOptions extends ProfileOptions {
  /** Every saved profile; excludes `profile`. */
  readonly all: boolean;
  /** How long the new key is to live, in seconds; `null` for ever, `undefined` as long as the old one. */
  readonly expiresIn?: number | null;
  /** How long the old key is to stay valid, in milliseconds; without it, it is revoked. */
  readonly keepOld?: number;
}

/** What became of a profile's key. */
export type RotationOutcome =
  /** There is a new key in the profile. */
  | "rotated"
  /** An interrupted rotation is finished: the new key was in the profile already. */
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

/** What a rotation of one profile came to. */
export interface RotationReport {
  readonly profile: string;
  readonly outcome: RotationOutcome;
  /** `null`: none was created, or it is not in use. */
  readonly newKey: { readonly id: string; readonly masked: string; readonly expiresAt: Expiry } | null;
  readonly oldKey: (Pick<EndedKey, "state" | "expiresAt"> & { readonly id: string; readonly masked: string }) | null;
  /** Where the new key was saved to, as people call it; `null`: nowhere. */
  readonly savedTo: string | null;
  /** Other profiles that had the old key, and have the new one now. */
  readonly alsoIn: readonly string[];
  /** Ids of keys of an earlier rotation that may still be valid, and that nothing here knows any more. */
  readonly orphanedKeys: readonly string[];
  readonly pending: PendingAction | null;
  readonly failure: FluxloopError | null;
}

/** What a rotation of one profile or of all came to. */
export interface Rotations {
  readonly reports: readonly RotationReport[];
  /** The variable whose key overrides the saved ones in every other command, or `null`. */
  readonly overriddenBy: string | null;
}

/** A report that is being made. */
type Draft = { -readonly [Field in keyof RotationReport]: RotationReport[Field] };

/** A profile's key on its way to be replaced. */
interface Rotation {
  readonly context: Context;
  readonly requests: RequestOptions | undefined;
  readonly options: RotateOptions;
  readonly location: CredentialsLocation;
  readonly store: SecretStore;
  readonly profile: Profile;
  /** The only place that keys are sent to. */
  readonly apiUrl: URL;
  /** The key in the profile. */
  readonly key: string;
  /** What the platform says about it. */
  readonly own: KeyInfo & { readonly id: string };
  readonly report: Draft;
}

/** The most requests that one rotation makes while it holds the lock; another rotation is waited for as long. */
export const REQUESTS_AT_MOST = 12;
/** And so much longer, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Rotates one profile's key, or all.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param requests How requests are made.
 * @returns A report for each profile, its failure included.
 * @throws {NotLoggedInError | NotFoundError} When there is no such profile, or none at all.
 * @throws {ConfigurationError | SystemError} When the store can't be read.
 */
export async function rotateKeys(
  context: Context,
  options: RotateOptions,
  requests?: RequestOptions,
): Promise<Rotations> {
  const location = requireCredentialsLocation(context);
  const document = await readCredentials(location);
  const { name, chosenBy } = selectProfile(context, document, options);
  const names = options.all ? document.profileNames() : [document.require(name, chosenBy).name];
  if (names.length === 0) throw new NotLoggedInError();
  const reports: RotationReport[] = [];
  for (const name of names) {
    // One that has the same key as another was rotated with it.
    if (reports.some((it) => it.alsoIn.includes(name))) continue;
    const report = await rotateProfile(context, location, name, options, requests);
    reports.push(report);
    if (report.failure instanceof InterruptedError) break;
  }
  return { reports, overriddenBy: overridingVariable(context) };
}

/** One profile's failure is its report's, and no reason to leave the others as they are. */
async function rotateProfile(
  context: Context,
  location: CredentialsLocation,
  name: string,
  options: RotateOptions,
  requests?: RequestOptions,
): Promise<RotationReport> {
  const report: Draft = {
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
    const patience = REQUESTS_AT_MOST * (requests?.deadline ?? DEFAULT_DEADLINE) + PATIENCE;
    const work = () => resume(context, location, before, options, report, requests);
    await withFileLock(rotationLock(location), work, { patience, signal: context.stopped });
  } catch (error) {
    if (!(error instanceof FluxloopError)) throw error;
    if (error instanceof BrowserLoginError && options.all) return { ...report, outcome: "skipped" };
    return { ...report, outcome: "failed", failure: error, pending: await pendingAction(location, report) };
  }
  return report;
}

/** Goes on from the phase that the profile is in. */
async function resume(
  context: Context,
  location: CredentialsLocation,
  before: Profile,
  options: RotateOptions,
  report: Draft,
  requests?: RequestOptions,
): Promise<void> {
  const document = await readCredentials(location);
  const profile = document.require(before.name, "--profile");
  const store = new SecretStore(context, location);
  const apiUrl = apiUrlFor(profile, chosenApiUrl(context, options));
  const { secret, rotation: phase } = await store.read(profile);
  if (secret.kind === "tokens") throw new BrowserLoginError(profile.name);
  // Another process had the lock, and has done what this one was told to do.
  if (phase === null && isRotated(before, profile)) {
    report.outcome = "rotated_elsewhere";
    return;
  }
  const key = parseApiKey(secret.key, `profile "${profile.name}"`);
  const info = (await identify(context, { apiUrl, key }, requests)).key;
  if (info === null || info.id === null) {
    throw new PlatformError(`${apiUrl.host} does not tell which key this is; create one on its page of API keys`);
  }
  const own = { ...info, id: info.id };
  const rotation: Rotation = { context, requests, options, location, store, profile, apiUrl, key, own, report };
  // Saving a profile would drop what it has there.
  for (const it of [profile, ...siblingsIn(document, rotation, key)]) document.requireReadableRotation(it.name);
  switch (phase?.phase) {
    case "replaced":
      // By hand, somebody may have put the previous key back.
      if (phase.previous.id === own.id) return await replaceKey(rotation, null);
      // Or has done so just now: then it must not be revoked.
      if (!await store.replace(profile.name, { kind: "api_key", key }, {})) throw changedMeanwhile(profile.name);
      report.outcome = "finished";
      report.newKey = { id: own.id, masked: maskKey(key), expiresAt: own.expiresAt };
      return await revokePrevious(rotation, phase.previous);
    case "requested":
      if (phase.keyId === own.id) return await replaceKey(rotation, phase);
      report.orphanedKeys = [phase.keyId];
      return await replaceKey(rotation, null);
    default:
      return await replaceKey(rotation, requestOfSibling(document, rotation));
  }
}

function isRotated(before: Profile, now: Profile): boolean {
  return before.rotation?.phase === "replaced" || before.keyId !== now.keyId ||
    !isSameSecret(before.secret, now.secret);
}

/** @returns The unfinished request of another profile that has the same key. */
function requestOfSibling(document: CredentialsDocument, rotation: Rotation): RequestedPhase | null {
  const phases = siblingsIn(document, rotation, rotation.key).map((it) => it.rotation);
  return phases.find((it): it is RequestedPhase => it?.phase === "requested" && it.keyId === rotation.own.id) ?? null;
}

/** Creates a key, verifies it, puts it in the old one's place, and ends the old one. */
async function replaceKey(rotation: Rotation, unfinished: RequestedPhase | null): Promise<void> {
  const { context, requests, options, store, profile: { name }, own, report } = rotation;
  const secret: ApiKey = { kind: "api_key", key: rotation.key };
  const writeDown = async (phase: RotationPhase | null) => {
    if (!await store.replace(name, secret, { rotation: phase })) throw changedMeanwhile(name);
  };
  const request = JSON.stringify(await requestLike(context, rotation, own, options.expiresIn, requests));
  const isRepeated = unfinished?.request === request;
  if (unfinished !== null && !isRepeated) await removeOrphanedKey(context, rotation, unfinished, requests);
  const idempotencyKey = isRepeated ? unfinished.idempotencyKey : newIdempotencyKey(context);
  const requested: RequestedPhase = { phase: "requested", idempotencyKey, request, keyId: own.id };
  await writeDown(requested);

  const created = await createRequestedKey(context, rotation, requested, writeDown, requests).catch(async (error) => {
    if (!(error instanceof RequestRefused)) throw error;
    await writeDown(null);
    throw error.reason;
  });
  const previous: PreviousKey = { key: rotation.key, id: own.id, until: untilOf(rotation)?.toISOString() ?? null };
  let fresh: VerifiedKey | null = null;
  try {
    fresh = await verifyKey(context, rotation, created, own, requests);
    if (context.stopped.aborted) throw new InterruptedError();
    const changes = {
      secret: { kind: "api_key", key: fresh.key },
      rotation: { phase: "replaced", previous },
      ...newDetails(rotation, fresh),
    } as const;
    if (!await store.replace(name, secret, changes)) throw changedMeanwhile(name);
  } catch (error) {
    const id = fresh?.id ?? created.id;
    if (!(error instanceof InterruptedError) && id !== null && !await isInUse(rotation, created.key)) {
      // Best effort: the first failure is reported, and the next rotation tries again.
      await deleteApiKey(context, rotation, id, requests).then(() => writeDown(null)).catch(() => {});
    }
    throw error;
  }
  report.outcome = "rotated";
  report.newKey = { id: fresh.id, masked: maskKey(fresh.key), expiresAt: fresh.identity.key?.expiresAt ?? null };
  await revokePrevious({ ...rotation, key: fresh.key }, previous, fresh);
}

/** Puts the new key into all other profiles that have the previous one, then ends that. */
async function revokePrevious(rotation: Rotation, previous: PreviousKey, fresh?: VerifiedKey): Promise<void> {
  const { context, requests, location, store, profile: { name, secret }, apiUrl, key, report } = rotation;
  report.savedTo = secret.kind === "keychain" ? storeTitle(secret.helper) : location.shown;
  const until = untilOf(rotation) ?? (previous.until === null ? null : new Date(previous.until));
  let ended: EndedKey = { state: until === null ? "revoked" : "expiring", expiresAt: until, refusal: null };
  // It is removed from a keychain entry once it has ended.
  if (previous.key !== null) {
    report.alsoIn = await shareNewKey(rotation, previous.key, fresh);
    const about = { id: previous.id, masked: maskKey(previous.key) };
    report.oldKey = { ...about, state: "valid", expiresAt: null };
    ended = await endKey(context, { apiUrl, key: previous.key }, previous.id, until, requests);
    report.oldKey = { ...about, state: ended.state, expiresAt: ended.expiresAt };
  }
  await store.replace(name, { kind: "api_key", key }, { rotation: null });
  if (ended.refusal !== null) throw ended.refusal;
}

/** @returns The profiles that had the previous key, and have the new one now. */
async function shareNewKey(rotation: Rotation, previous: string, fresh?: VerifiedKey): Promise<string[]> {
  const { location, store, key } = rotation;
  const shared: string[] = [];
  for (const sibling of siblingsIn(await readCredentials(location), rotation, previous)) {
    const changes = {
      secret: { kind: "api_key", key },
      ...(fresh === undefined ? detailsIn(rotation.profile) : newDetails(rotation, fresh)),
      ...(sibling.rotation?.phase === "requested" ? { rotation: null } : {}),
    } as const;
    // A keychain entry that can't be read is reported to whoever uses that profile.
    const isShared = await store.replace(sibling.name, { kind: "api_key", key: previous }, changes).catch((error) => {
      if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
      return false;
    });
    if (isShared) shared.push(sibling.name);
  }
  return shared;
}

/**
 * @returns Other profiles of the same platform that have a key, or may have it in the keychain. A key of the same bytes at
 * another platform would be another key.
 */
function siblingsIn(document: CredentialsDocument, { profile, apiUrl }: Rotation, key: string): Profile[] {
  return document.profiles().filter(({ name, secret, ...rest }) => {
    const mayHave = secret.kind === "keychain"
      ? profile.secret.kind === "keychain"
      : secret.kind === "api_key" && secret.key === key;
    if (!mayHave || name === profile.name) return false;
    try {
      return apiUrlOf({ name, secret, ...rest }).origin === apiUrl.origin;
    } catch {
      return false;
    }
  });
}

function newDetails({ profile }: Rotation, { identity, id }: VerifiedKey) {
  const details = keyDetails(identity);
  return { ...details, account: details.account ?? profile.account, keyId: details.keyId ?? id };
}

function detailsIn({ account, expires, keyId, created }: Profile) {
  return { account, expires, keyId, created };
}

/** @returns When the old key is to expire, as the command line says; `null`: it is to be revoked. */
function untilOf({ context, options: { keepOld } }: Rotation): Date | null {
  return keepOld === undefined ? null : new Date(Math.floor((context.now().getTime() + keepOld) / 1000) * 1000);
}

/** @returns Whether the new key got into the profile, although saving it failed. */
async function isInUse({ location, store, profile: { name } }: Rotation, key: string): Promise<boolean> {
  try {
    const profile = (await readCredentials(location)).find(name);
    return profile !== null && isSameSecret((await store.read(profile)).secret, { kind: "api_key", key });
  } catch {
    return true;
  }
}

async function pendingAction(location: CredentialsLocation, report: Draft): Promise<PendingAction | null> {
  try {
    const phase = (await readCredentials(location)).find(report.profile)?.rotation?.phase;
    if (phase === undefined) return null;
    return phase === "replaced" || report.savedTo !== null ? "revoke_old_key" : "remove_orphaned_key";
  } catch {
    return null; // What can't be read is the failure itself.
  }
}

function changedMeanwhile(profile: string): SystemError {
  return new SystemError(`Profile "${profile}" was changed by another process meanwhile; that stands`);
}
