import { deleteApiKey } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { KeyInfo } from "../api_client/identity.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials } from "../credentials/credential_store.ts";
import {
  isSameSecret,
  type Profile,
  type ReplacedPhase,
  type RotationPhase,
  type StoredSecret,
} from "../credentials/profile.ts";
import type { SecretStore } from "../credentials/secret_store.ts";
import { keychainName } from "../credentials/credential_helper.ts";
import { BrowserLoginError, FluxloopError, InterruptedError, PlatformError, SystemError } from "../errors.ts";
import { maskKey } from "../text/mask.ts";
import { parseApiKey } from "./api_key.ts";
import { keyDetails } from "./log_in.ts";
import type { ReportDraft, RotateOptions } from "./rotate.ts";
import { createNewKey, removeOrphanedKey, retireKey, similarKeyRequest, verifyKey } from "./rotation_keys.ts";
import { apiUrlFor, apiUrlOf, chosenApiUrl } from "./select_profile.ts";

/** What the command provides for a rotation, and the report that it fills in. */
export interface RotationRun {
  readonly context: Context;
  readonly options: RotateOptions;
  readonly store: SecretStore;
  readonly report: ReportDraft;
}

/** A profile whose key is being replaced. */
interface Rotation extends RotationRun {
  readonly profile: Profile;
  /** The only URL to which keys are sent. */
  readonly apiUrl: URL;
  readonly key: string;
  readonly requests: RequestOptions | undefined;
}

/** Rotates a profile's key, starting from the phase that an interrupted rotation has reached. */
export async function resumeRotation(run: RotationRun, before: Profile): Promise<void> {
  const { context, options, store, report } = run;
  const { requests } = options;
  const document = await readCredentials(store.location);
  const profile = document.require(before.name, "--profile");
  const apiUrl = apiUrlFor(profile, chosenApiUrl(context, options));
  const { secret, rotation: phase } = await store.read(profile);
  if (secret.kind === "tokens") throw new BrowserLoginError(profile.name);
  // Another process held the lock and has already rotated the key.
  if (phase === null && isRotated(before, profile)) {
    report.outcome = "rotated_elsewhere";
    return;
  }
  const key = parseApiKey(secret.key, `profile "${profile.name}"`);
  const info = (await identify(context, { apiUrl, key, requests })).key;
  if (info === null || info.id === null) {
    throw new PlatformError(
      `${apiUrl.host} didn't send this key's ID, so it can't be rotated. Create a new key on its API keys page.`,
    );
  }
  const own = { ...info, id: info.id };
  const rotation: Rotation = { ...run, profile, apiUrl, key, requests };
  const others = await othersOf(rotation);
  const sharing = others.filter((it) => isSameSecret(it.secret, secret));
  // Saving a profile would delete a rotation entry that can't be read.
  for (const { name } of [profile, ...sharing]) document.requireReadableRotation(name);
  // If the previous key is the profile's own, a person has put it back, and it is replaced like any other.
  if (phase?.phase === "replaced" && phase.id !== own.id) {
    // Fails if it was put back just now: then it must not be revoked.
    await change(rotation, {});
    report.outcome = "finished";
    report.newKey = { id: own.id, masked: maskKey(key), expiresAt: own.expiresAt };
    return await revokePrevious(rotation, phase);
  }
  if (phase === null) {
    // The key may be another profile's previous key, if its rotation was interrupted before the new key was shared.
    const successor = others.find(({ rotation: it }) => it?.phase === "replaced" && it.id === own.id);
    if (successor !== undefined) return await resumeRotation(run, document.require(successor.name, "--profile"));
  }
  for (const it of [phase, ...sharing.map(({ rotation }) => rotation)]) {
    if (it?.phase !== "requested") continue;
    if (it.keyId === own.id) await removeOrphanedKey(context, rotation, it);
    else report.orphanedKeys = [...report.orphanedKeys, it.keyId];
  }
  await replaceKey(rotation, own);
}

function isRotated(before: Profile, now: Profile): boolean {
  return before.rotation?.phase === "replaced" || before.keyId !== now.keyId ||
    !isSameSecret(before.secret, now.secret);
}

/** Creates a key, verifies it, saves it in place of the old one, and revokes the old one. */
async function replaceKey(rotation: Rotation, own: KeyInfo & { readonly id: string }): Promise<void> {
  const { context, options, profile, report } = rotation;
  const request = await similarKeyRequest(context, rotation, own, options.expiresIn);
  const given = options.expiresIn === undefined ? undefined : { expires_in: "--expires" };
  const setPhase = (phase: RotationPhase | null) => change(rotation, { rotation: phase });
  const requested = { phase: "requested", request: JSON.stringify(request), keyId: own.id } as const;
  const save = (idempotencyKey: string | null) =>
    setPhase(idempotencyKey === null ? null : { ...requested, idempotencyKey });
  const created = await createNewKey(context, rotation, request, given, save);
  let { id } = created;
  const until = untilOf(rotation)?.toISOString() ?? null;
  const previous: ReplacedPhase = { phase: "replaced", key: rotation.key, id: own.id, until };
  try {
    const fresh = await verifyKey(context, rotation, created, own);
    id = fresh.id;
    if (context.stopped.aborted) throw new InterruptedError();
    const { account, keyId, ...dates } = keyDetails(fresh.identity);
    const details = { account: account ?? profile.account, keyId: keyId ?? id, ...dates };
    await change(rotation, { secret: { kind: "api_key", key: created.key }, rotation: previous, ...details });
    report.outcome = "rotated";
    report.newKey = { id, masked: maskKey(created.key), expiresAt: fresh.identity.key?.expiresAt ?? null };
    rotation = { ...rotation, key: created.key, profile: { ...profile, ...details } };
  } catch (error) {
    if (!(error instanceof InterruptedError) && id !== null && !await isInUse(rotation, created.key)) {
      // Best effort: the first failure is reported, and the next rotation tries again.
      await deleteApiKey(context, rotation, id).then(() => setPhase(null)).catch(() => {});
    }
    throw error;
  }
  await revokePrevious(rotation, previous);
}

/** Saves the new key in all other profiles that have the previous one, then revokes the previous one. */
async function revokePrevious(rotation: Rotation, previous: ReplacedPhase): Promise<void> {
  const { context, requests, store, profile: { name, secret }, apiUrl, report } = rotation;
  report.savedTo = secret.kind === "keychain" ? keychainName(secret.helper) : store.location.shown;
  const until = untilOf(rotation) ?? (previous.until === null ? null : new Date(previous.until));
  let refusal: PlatformError | null = null;
  // The keychain entry no longer has it if it was already revoked.
  if (previous.key !== null) {
    const sharing = [name, ...await shareNewKey(rotation, previous.key)];
    report.alsoIn = sharing.filter((it) => it !== report.profile);
    const about = { id: previous.id, masked: maskKey(previous.key) };
    report.oldKey = { ...about, state: "valid", expiresAt: null };
    const expiresAt = await retireKey(context, { apiUrl, key: previous.key, requests }, previous.id, until);
    if (expiresAt instanceof PlatformError) refusal = expiresAt;
    else report.oldKey = { ...about, state: expiresAt === null ? "revoked" : "expiring", expiresAt };
  }
  await change(rotation, { rotation: null });
  if (refusal !== null) throw refusal;
}

/** Replaces the previous key in other profiles. @returns Their names. */
async function shareNewKey(rotation: Rotation, previous: string): Promise<string[]> {
  const { store, key, profile: { account, expires, keyId, created } } = rotation;
  const old = { kind: "api_key", key: previous } as const;
  const changes = { secret: { kind: "api_key", key }, account, expires, keyId, created } as const;
  const shared: string[] = [];
  for (const { name, secret, rotation: phase } of await othersOf(rotation)) {
    if (!isSameSecret(secret, old)) continue;
    const isShared = await store.replace(name, old, {
      ...changes,
      // A previous key of its own must still be revoked.
      rotation: phase?.phase === "requested" ? null : phase,
    });
    if (isShared) shared.push(name);
  }
  return shared;
}

/**
 * Reads the other profiles of the same platform whose secrets are stored in the same place. A profile that can't be read
 * is skipped.
 */
async function othersOf({ store, profile, apiUrl }: Rotation): Promise<(StoredSecret & { name: string })[]> {
  const others: (StoredSecret & { name: string })[] = [];
  for (const it of (await readCredentials(store.location)).profiles()) {
    const isElsewhere = (it.secret.kind === "keychain") !== (profile.secret.kind === "keychain");
    if (it.name === profile.name || isElsewhere) continue;
    try {
      if (apiUrlOf(it).origin === apiUrl.origin) others.push({ name: it.name, ...await store.read(it) });
    } catch (error) {
      if (!(error instanceof FluxloopError) || error instanceof InterruptedError) throw error;
    }
  }
  return others;
}

/** Changes the profile. @throws {SystemError} If it no longer has the key. */
async function change(
  { store, profile: { name }, key }: Rotation,
  changes: Parameters<SecretStore["replace"]>[2],
): Promise<void> {
  if (await store.replace(name, { kind: "api_key", key }, changes)) return;
  throw new SystemError(
    `Another process changed profile "${name}" during the rotation. Its change was kept. To rotate its key now, try again.`,
  );
}

/** Returns when the old key is to expire (`--keep-old`); `null` if it is to be revoked. */
function untilOf({ context, options: { keepOld } }: Rotation): Date | null {
  return keepOld === undefined ? null : new Date(Math.floor((context.now().getTime() + keepOld) / 1000) * 1000);
}

/** Tells whether the profile has the new key although saving it failed. */
async function isInUse({ store, profile: { name } }: Rotation, key: string): Promise<boolean> {
  try {
    const profile = (await readCredentials(store.location)).find(name);
    return profile !== null && isSameSecret((await store.read(profile)).secret, { kind: "api_key", key });
  } catch {
    return true;
  }
}
