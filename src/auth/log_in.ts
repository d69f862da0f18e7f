import { apiUrlText, DEFAULT_API_URL } from "../api_client/api_url.ts";
import { identify } from "../api_client/client.ts";
import { type Identity, UNKNOWN_IDENTITY } from "../api_client/identity.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readCredentials, requireWritable } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { GitExposure } from "../credentials/git_exposure.ts";
import { type CredentialsLocation, credentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import type { KeyStorage, PlainSecret, Profile, ProfileDetails } from "../credentials/profile.ts";
import { type SavedSecret, SecretStore } from "../credentials/secret_store.ts";
import { NetworkError, PlatformError, UsageError } from "../errors.ts";
import { utcDate } from "../text/expiry.ts";
import { maskKey } from "../text/mask.ts";
import { type AbandonedRotation, abandonedRotation } from "./abandoned_rotation.ts";
import { apiUrlOf, chosenApiUrl, type ProfileOptions, selectProfile } from "./select_profile.ts";

/** The options of a login. */
export interface LoginOptions extends ProfileOptions {
  readonly storage?: string;
  /** Whether the key is saved (`--save`, the default) or only verified (`--no-save`). */
  readonly save: boolean;
}

/** A login that needs only the secret. */
export interface LoginPlan {
  readonly profile: string;
  readonly apiUrl: URL;
  /** Where the credentials will be saved; `null` if they won't be. */
  readonly location: CredentialsLocation | null;
  readonly storage: KeyStorage;
  readonly requests: RequestOptions | undefined;
}

/** The result of a login. If the credentials weren't saved, the fields about saving are `null`. */
export interface LoginResult extends SavedSecret {
  readonly profile: string;
  readonly apiUrl: URL;
  readonly maskedKey: string;
  readonly identity: Identity;
  /** The path of the credentials file, for messages. */
  readonly savedTo: string | null;
  /** The rotation that the login has abandoned, or `null`. */
  readonly abandoned: AbandonedRotation | null;
  /** The exposure of the credentials file, if git would commit it; otherwise `null`. */
  readonly exposure: GitExposure | null;
}

/** Checks everything that doesn't require the key, before the user is asked for one. */
export async function planLogin(context: Context, options: LoginOptions): Promise<LoginPlan> {
  const location = options.save ? requireCredentialsLocation(context) : null;
  // Read even with `--no-save`: the key is sent to the profile's platform then, too.
  const document = await readCredentials(credentialsLocation(context));
  if (location !== null) await requireWritable(location);
  const { name } = selectProfile(context, document, options);
  // `null` for an entry that can't be read, which the login replaces.
  const saved = document.find(name);
  const apiUrl = chosenApiUrl(context, options) ?? (saved === null ? new URL(DEFAULT_API_URL) : apiUrlOf(saved));
  const storage = selectStorage(context, document, saved, options.storage);
  return { profile: name, location, apiUrl, storage, requests: options.requests };
}

/** Verifies a key or an access token with the platform, then saves it (hosted documentation: "fluxloop auth login"). */
export async function logIn(context: Context, plan: LoginPlan, secret: PlainSecret): Promise<LoginResult> {
  const { location, profile, apiUrl, requests } = plan;
  const key = secret.kind === "tokens" ? secret.accessToken : secret.key;
  const identity = await identify(context, { apiUrl, key, requests }).catch((error) => {
    // Tokens are issued only once, so they are saved even if the platform can't be asked about them.
    const isTransient = error instanceof NetworkError || error instanceof PlatformError;
    if (secret.kind === "tokens" && isTransient) return UNKNOWN_IDENTITY;
    throw error;
  });
  const saved = location === null ? UNSAVED : await save(plan, location, secret, identity);
  return { profile, apiUrl, identity, maskedKey: maskKey(key), ...saved };
}

type Saved = Omit<LoginResult, "profile" | "apiUrl" | "maskedKey" | "identity">;

const UNSAVED: Saved = { savedTo: null, keychain: null, staleEntry: null, abandoned: null, exposure: null };

async function save(
  { profile: name, apiUrl, storage }: LoginPlan,
  location: CredentialsLocation,
  secret: PlainSecret,
  identity: Identity,
): Promise<Saved> {
  const store = new SecretStore(location);
  const before = (await readCredentials(location)).find(name);
  const urlText = apiUrlText(apiUrl);
  const details = { ...keyDetails(identity), apiUrl: urlText === DEFAULT_API_URL ? null : urlText };
  // If the key is the same as before, the rotation can still be finished.
  const isSameKey = before !== null && before.rotation !== null && details.keyId !== null &&
    details.keyId === before.keyId && details.apiUrl === before.apiUrl;
  const rotation = isSameKey ? (await store.read(before)).rotation : null;
  const saved = await store.save({ name, secret, rotation, ...details }, storage, apiUrl);
  return {
    ...saved,
    savedTo: location.shown,
    abandoned: before === null || isSameKey ? null : abandonedRotation(before, details.keyId),
    exposure: saved.keychain === null ? await gitExposure(location) : null,
  };
}

/** Converts the platform's description of a key to a profile's details. */
export function keyDetails({ account, key }: Identity): Omit<ProfileDetails, "apiUrl"> {
  const day = (time: Date | "never" | null | undefined) => time instanceof Date ? utcDate(time) : null;
  return {
    account: account?.email ?? null,
    expires: day(key?.expiresAt),
    keyId: key?.id ?? null,
    created: day(key?.createdAt),
  };
}

/** Selects the storage: from the option, the variable, the profile or the credentials file, in this order. */
function selectStorage(
  context: Context,
  document: CredentialsDocument,
  profile: Profile | null,
  option: string | undefined,
): KeyStorage {
  if (option !== undefined) return parseStorage(option, "--storage");
  const variable = context.env("FLUXLOOP_STORAGE")?.trim() || undefined;
  if (variable !== undefined) return parseStorage(variable, "FLUXLOOP_STORAGE");
  if (profile !== null) return profile.secret.kind === "keychain" ? "keychain" : "file";
  return parseStorage(document.setting("storage") ?? "file", "storage: in the credentials file");
}

function parseStorage(text: string, origin: string): KeyStorage {
  if (text === "file" || text === "keychain") return text;
  throw new UsageError(`${origin} must be file or keychain`);
}

async function gitExposure({ file }: CredentialsLocation): Promise<GitExposure | null> {
  try {
    const { findGitExposure } = await import("../credentials/git_exposure.ts");
    return findGitExposure(file);
  } catch {
    return null; // Best effort: the credentials have already been saved.
  }
}
