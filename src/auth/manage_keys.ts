/**
 * Use cases: the platform's keys, seen and changed with a key of one's own (design: "fluxloop apikeys").
 *
 * @module
 */
import type { Context } from "../context.ts";
import { NotFoundError, SystemError, UsageError } from "../errors.ts";
import {
  createApiKey,
  createApiKeyOnce,
  type CreateKeyRequest,
  deleteApiKey,
  listApiKeys,
  type ListedKey,
  type MadeKey,
  newIdempotencyKey,
} from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { Project } from "../api_client/identity.ts";
import { PERMISSIONS } from "../api_client/key_terms.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { logIn, type LoginPlan, type LoginResult } from "./log_in.ts";
import type { Credential } from "./resolve_credential.ts";

/** Keys, and which of them was asked with. */
export interface KeyList {
  readonly keys: readonly ListedKey[];
  /** The projects that the key can access, for their names. */
  readonly projects: readonly Project[];
  readonly ownId: string | null;
}

/** A key that was made. */
export interface CreatedKey {
  readonly id: string | null;
  readonly name: string;
  /** The whole key; shown only where it was not saved. */
  readonly key: string;
  /** What saving it came to; `null` where it was not saved. */
  readonly login: LoginResult | null;
}

/**
 * @param context The outside world.
 * @param credential The key to ask with.
 * @param requests How requests are made.
 * @returns The keys that it may manage, and which of them it is itself.
 * @throws As the platform has it.
 */
export async function managedKeys(
  context: Context,
  credential: Credential,
  requests?: RequestOptions,
): Promise<KeyList> {
  // One after the other, on one connection: opening a second one costs more than the round trip that it would save.
  const keys = await listApiKeys(context, credential, requests);
  const identity = await identify(context, credential, requests);
  return { keys, projects: identity.projects ?? [], ownId: identity.key?.id ?? null };
}

/** What a key may hand on to one that it makes. */
export interface KeyAccess {
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly permissions: readonly string[];
  /** Milliseconds; `null` for one that does not end. */
  readonly lifetime: number | null;
}

/**
 * @param context The outside world.
 * @param credential The key that is to make another.
 * @param requests How requests are made.
 * @returns What the new one may be given.
 * @throws As the platform has it.
 */
export async function keyAccess(
  context: Context,
  credential: Credential,
  requests?: RequestOptions,
): Promise<KeyAccess> {
  const { projects, key } = await identify(context, credential, requests);
  const isBounded = key?.createdAt instanceof Date && key.expiresAt instanceof Date;
  return {
    projects: projects ?? [],
    // Those of somebody who has signed in are all.
    permissions: key?.permissions ?? PERMISSIONS,
    lifetime: isBounded ? (key.expiresAt as Date).getTime() - (key.createdAt as Date).getTime() : null,
  };
}

/** A key to be made, in the words of a person. */
export interface KeyRequest extends Omit<CreateKeyRequest, "scopes"> {
  /** Ids or names. */
  readonly projects?: readonly string[];
}

/**
 * Creates a key, and saves it where a plan is given. One that can be neither saved nor shown is revoked again, so that no
 * key remains that nobody has.
 *
 * @param context The outside world.
 * @param credential The key to ask with.
 * @param request What it shall be.
 * @param plan Where it is saved, from `planLogin`; `null` where it is not.
 * @param show Shows the result, and the key where it isn't saved.
 * @param requests How requests are made.
 * @throws {NotFoundError} When there is no such project.
 * @throws {SystemError} When the key can't be shown.
 * @throws As the platform has it, and as `logIn`.
 */
export async function makeKey(
  context: Context,
  credential: Credential,
  { projects, ...rest }: KeyRequest,
  plan: LoginPlan | null,
  show: (created: CreatedKey) => void,
  requests?: RequestOptions,
): Promise<CreatedKey> {
  const scopes = projects === undefined ? undefined : await projectIds(context, credential, projects, requests);
  const made = await madeKey(context, credential, { ...rest, scopes }, requests);
  let login: LoginResult | null = null;
  try {
    if (plan !== null) login = await logIn(context, plan, { kind: "api_key", key: made.key }, requests);
  } catch (error) {
    await withdraw(context, credential, made, requests);
    throw error;
  }
  const created = { ...made, name: rest.name, login };
  try {
    show(created);
  } catch (cause) {
    if (login !== null || !(cause instanceof SystemError)) throw cause;
    const isRevoked = await withdraw(context, credential, made, requests);
    const end = isRevoked ? "was revoked" : "couldn't be revoked and is still valid";
    throw new SystemError(`${cause.message}. The new key ${made.id ?? `"${rest.name}"`} ${end}.`, { cause });
  }
  return created;
}

/** @returns Whether the key was revoked. A terminal that hangs up also tells the program to stop; this is done all the same. */
async function withdraw(
  context: Context,
  credential: Credential,
  { id }: MadeKey,
  requests?: RequestOptions,
): Promise<boolean> {
  if (id === null) return false;
  // Not a copy: the context may itself be derived from another one.
  const unstopped: Context = Object.create(context, { stopped: { value: new AbortController().signal } });
  return await deleteApiKey(unstopped, credential, id, requests).then(() => true, () => false);
}

/** A key whose answer was lost on its way is shown to nobody, ever: it is revoked, and another one made. */
async function madeKey(
  context: Context,
  credential: Credential,
  request: CreateKeyRequest,
  requests?: RequestOptions,
): Promise<MadeKey> {
  const making = await createApiKeyOnce(context, credential, request, newIdempotencyKey(context), requests);
  if (making.kind === "made") return making.key;
  if (making.kind === "refused") throw making.error;
  await deleteApiKey(context, credential, making.id, requests);
  return await createApiKey(context, credential, request, newIdempotencyKey(context), requests);
}

/**
 * @param context The outside world.
 * @param credential The key to ask with.
 * @param named A key's id or name.
 * @param requests How requests are made.
 * @returns The one key that is meant.
 * @throws {NotFoundError} When there is none.
 * @throws {UsageError} When several have the name.
 */
export async function findKey(
  context: Context,
  credential: Credential,
  named: string,
  requests?: RequestOptions,
): Promise<ListedKey> {
  const keys = await listApiKeys(context, credential, requests);
  const byId = keys.find((it) => it.id === named);
  if (byId !== undefined) return byId;
  const byName = keys.filter((it) => it.name === named);
  if (byName.length > 1) {
    throw new UsageError(`Several keys have that name; give an id: ${byName.map((it) => it.id).join(", ")}`);
  }
  if (byName.length === 1) return byName[0];
  throw new NotFoundError("There is no key of that id or name among those that this key manages");
}

/** As {@linkcode deleteApiKey}: the key is not taken any more afterwards. */
export async function revokeKey(
  context: Context,
  credential: Credential,
  { id }: ListedKey,
  requests?: RequestOptions,
): Promise<void> {
  await deleteApiKey(context, credential, id, requests);
}

async function projectIds(
  context: Context,
  credential: Credential,
  named: readonly string[],
  requests?: RequestOptions,
): Promise<string[]> {
  const projects = (await identify(context, credential, requests)).projects ?? [];
  return named.map((it) => {
    const project = projects.find(({ id }) => id === it) ?? projects.find(({ name }) => name === it);
    if (project !== undefined) return project.id;
    throw new NotFoundError(`There is no project "${it}" in this key's reach`);
  });
}
