import { type CreateKeyRequest, deleteApiKey, listApiKeys, type ListedKey } from "../api_client/api_keys.ts";
import { identify } from "../api_client/client.ts";
import type { Project } from "../api_client/identity.ts";
import { PERMISSIONS } from "../api_client/key_terms.ts";
import type { Context } from "../context.ts";
import { NotFoundError, SystemError, UsageError } from "../errors.ts";
import { logIn, type LoginPlan, type LoginResult } from "./log_in.ts";
import type { Credential } from "./resolve_credential.ts";
import { createNewKey, lifetimeOf } from "./rotation_keys.ts";

/** The options of `apikeys create` by the fields of the request. */
const KEY_OPTIONS = {
  name: "--name",
  scopes: "--scope",
  permissions: "--permission",
  environment: "--environment",
  expires_in: "--expires",
};

/** The keys that a key can manage. */
export interface KeyList {
  readonly keys: readonly ListedKey[];
  /** The projects that the key can access, for their names. */
  readonly projects: readonly Project[];
  readonly ownId: string | null;
}

/** What a key can grant to one that it creates. */
export interface KeyAccess {
  readonly projects: readonly Project[];
  readonly permissions: readonly string[];
  /** In seconds; `null` if the key never expires or this is unknown. */
  readonly lifetime: number | null;
}

/** The user's settings for a new key. */
export interface KeyRequest extends Omit<CreateKeyRequest, "scopes"> {
  /** Ids or names. */
  readonly projects?: readonly string[];
}

/** A key that was created. */
export interface CreatedKey {
  readonly id: string | null;
  readonly name: string;
  /** The whole key; shown only if it wasn't saved. */
  readonly key: string;
  /** The result of saving it; `null` if it wasn't saved. */
  readonly login: LoginResult | null;
}

/** Lists the keys that a key can manage. */
export async function managedKeys(context: Context, credential: Credential): Promise<KeyList> {
  // One after the other: opening a second connection would take longer than the round trip that it saves.
  const keys = await listApiKeys(context, credential);
  const identity = await identify(context, credential);
  return { keys, projects: identity.projects ?? [], ownId: identity.key?.id ?? null };
}

/** Finds out what a key can grant to one that it creates. */
export async function keyAccess(context: Context, credential: Credential): Promise<KeyAccess> {
  const { projects, key } = await identify(context, credential);
  return {
    projects: projects ?? [],
    // A browser login has all permissions.
    permissions: key?.permissions ?? PERMISSIONS,
    lifetime: (key && lifetimeOf(key)) ?? null,
  };
}

/**
 * Creates a key, and revokes it if it can't be saved or shown.
 *
 * @param plan Where to save it, from `planLogin`; `null` to only show it.
 * @param show Shows the result, with the key if it isn't saved.
 */
export async function createKey(
  context: Context,
  credential: Credential,
  { projects, ...rest }: KeyRequest,
  plan: LoginPlan | null,
  show: (created: CreatedKey) => void,
): Promise<CreatedKey> {
  const scopes = projects === undefined ? undefined : await projectIds(context, credential, projects);
  const newKey = await createNewKey(context, credential, { ...rest, scopes }, KEY_OPTIONS);
  let login: LoginResult | null = null;
  try {
    if (plan !== null) login = await logIn(context, plan, { kind: "api_key", key: newKey.key });
  } catch (error) {
    await revokeCreated(context, credential, newKey);
    throw error;
  }
  const created = { ...newKey, name: rest.name, login };
  try {
    show(created);
  } catch (cause) {
    if (login !== null || !(cause instanceof SystemError)) throw cause;
    const isRevoked = await revokeCreated(context, credential, newKey);
    const end = isRevoked ? "was revoked" : "couldn't be revoked and is still valid";
    throw new SystemError(`${cause.message}. The new key ${newKey.id ?? `"${rest.name}"`} ${end}.`, { cause });
  }
  return created;
}

/** Revokes a key even if the program was told to stop, as by a terminal that hangs up. Returns whether that succeeded. */
async function revokeCreated(context: Context, credential: Credential, { id }: { readonly id: string | null }) {
  if (id === null) return false;
  // Not a copy: the context may itself be derived from another one.
  const unstopped: Context = Object.create(context, { stopped: { value: new AbortController().signal } });
  return await deleteApiKey(unstopped, credential, id).then(() => true, () => false);
}

/** Finds a key by its id or name. */
export async function findKey(context: Context, credential: Credential, idOrName: string): Promise<ListedKey> {
  const keys = await listApiKeys(context, credential);
  const byId = keys.find((it) => it.id === idOrName);
  if (byId !== undefined) return byId;
  const byName = keys.filter((it) => it.name === idOrName);
  if (byName.length > 1) {
    throw new UsageError(`Several keys have this name. Pass an ID: ${byName.map((it) => it.id).join(", ")}`);
  }
  if (byName.length === 1) return byName[0];
  throw new NotFoundError(
    "No key that you can manage has this ID or name. List your keys with fluxloop apikeys list, or open the platform's " +
      "API keys page.",
  );
}

async function projectIds(context: Context, credential: Credential, idsOrNames: readonly string[]): Promise<string[]> {
  const projects = (await identify(context, credential)).projects ?? [];
  return idsOrNames.map((it) => {
    const project = projects.find(({ id }) => id === it) ?? projects.find(({ name }) => name === it);
    if (project !== undefined) return project.id;
    throw new NotFoundError(`The API key can't access a project named "${it}"`);
  });
}
