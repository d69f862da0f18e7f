/**
 * Where the key comes from, and where it may go (design: "Where the key comes from, first hit wins").
 *
 * @module
 */
import type { Context } from "../context.ts";
import {
  ConfigurationError,
  NetworkError,
  NotFoundError,
  NotLoggedInError,
  PlatformError,
  UsageError,
} from "../errors.ts";
import { readCredentials } from "../credentials/credential_store.ts";
import type { CredentialsDocument } from "../credentials/credentials_document.ts";
import type { Profile, Tokens } from "../credentials/profile.ts";
import { credentialsLocation } from "../credentials/location.ts";
import { checkProfileName, DEFAULT_PROFILE } from "../credentials/profile_name.ts";
import { apiUrlText, DEFAULT_API_URL, parseApiUrl } from "../api_client/api_url.ts";
import { parseApiKey } from "./api_key.ts";
import type { RequestOptions } from "../api_client/transport.ts";
import { savedSecret } from "./key_storage.ts";
import { findPin } from "./project_pin.ts";

/** Which of the places the key came from. */
export type KeySource = "flag" | "environment" | "file" | "profile";

/** What the command line says of the key to use. */
export interface KeyOptions {
  /** `--api-key`. */
  readonly apiKey?: string;
  /** `--profile`. */
  readonly profile?: string;
  /** `--api-url`. */
  readonly apiUrl?: string;
}

/** How a key is looked for. */
export interface ResolveOptions {
  /** How requests are made, should an access token have to be renewed. */
  readonly requests?: RequestOptions;
  /**
   * Takes an access token that has ended where the platform cannot be asked for another: for those whose own request
   * tells what is wrong.
   */
  readonly takesEnded?: boolean;
  /** Keeps the power to start processes: for those who hand the key to one. */
  readonly keepsProcesses?: boolean;
}

/** A key, and all that was decided about it. */
export interface Credential {
  /** An API key, or the access token of a login through the browser. */
  readonly key: string;
  /** The profile whose login through the browser it is of; `null` for an API key. */
  readonly login: string | null;
  readonly source: KeySource;
  /** The option or variable that it came from; for a profile, the profile's name. */
  readonly origin: string;
  /** The profile that the key came from, else `null`. */
  readonly profile: Profile | null;
  /** The only place the key goes to. */
  readonly apiUrl: URL;
  /** The profile that was named on the command line, and that a key from the environment stands over. */
  readonly overridden: string | null;
}

/** A profile's name and who chose it. */
export interface SelectedProfile {
  readonly name: string;
  /** `--profile`, `FLUXLOOP_PROFILE`, a project's pin by its path, `default_profile` in the credentials file, or nobody. */
  readonly chosenBy: string | null;
}

/** Variables that hold a key themselves, first one first. */
const KEY_VARIABLES = ["FLUXLOOP_API_KEY", "FLUXLOOP_SYNC_API_KEY"] as const;
const KEY_FILE_VARIABLE = "FLUXLOOP_API_KEY_FILE";
/** The largest file that is taken for a key, in bytes. */
const KEY_FILE_LIMIT = 64 * 1024;

/**
 * Finds the key to use.
 *
 * @param context The outside world.
 * @param options What the command line says.
 * @param how How it is looked for.
 * @returns The first key found, and the API URL it may go to.
 * @throws {NotLoggedInError} When there is none.
 * @throws {LoginEndedError | NetworkError | PlatformError} When an access token has ended and there is no other.
 * @throws {NotFoundError} When a profile that was named or selected is not there.
 * @throws {UsageError} When a stored key would go to another origin than the one it was saved for, or a value is no key,
 * name or URL.
 * @throws {ConfigurationError} When a file that holds keys cannot be read.
 */
export async function resolveCredential(
  context: Context,
  options: KeyOptions,
  how: ResolveOptions = {},
): Promise<Credential> {
  if (options.profile !== undefined) checkProfileName(options.profile, "--profile");
  const given = givenKey(context, options);
  if (given === null) return await resolveSavedCredential(context, options, how);
  if (!how.keepsProcesses) context.renounceProcesses();
  const apiUrl = chosenApiUrl(context, options) ?? new URL(DEFAULT_API_URL);
  return {
    ...given,
    login: null,
    profile: null,
    apiUrl,
    overridden: given.source === "flag" ? null : options.profile ?? null,
  };
}

/** As {@linkcode resolveCredential}, of saved keys alone. */
async function resolveSavedCredential(
  context: Context,
  options: Omit<KeyOptions, "apiKey">,
  how: ResolveOptions,
): Promise<Credential> {
  const location = credentialsLocation(context);
  const document = await readCredentials(location);
  const selected = selectProfileHere(context, document, options);
  const isKept = requireProfile(document, selected).keptKey !== null;
  if (!isKept && !how.keepsProcesses) context.renounceProcesses();
  return await credentialOf(context, document, selected.name, options, how);
}

/**
 * @param context The outside world.
 * @param document The saved credentials.
 * @param name A profile that is there.
 * @param options What the command line says of the API URL.
 * @param how How its key is looked for.
 * @returns The profile's key, and the API URL it may go to.
 * @throws As {@linkcode resolveCredential}.
 */
export async function credentialOf(
  context: Context,
  document: CredentialsDocument,
  name: string,
  options: Pick<KeyOptions, "apiUrl">,
  how: ResolveOptions = {},
): Promise<Credential> {
  const profile = requireProfile(document, { name, chosenBy: "--profile" });
  // First where it may go: a key that goes nowhere need not be asked for.
  const apiUrl = apiUrlFor(profile, chosenApiUrl(context, options));
  const secret = await savedSecret(context, profile);
  const key = "tokens" in secret
    ? await accessToken(context, profile, secret.tokens, apiUrl, how)
    : parseApiKey(secret.apiKey, `profile "${profile.name}"`);
  return {
    key,
    login: "tokens" in secret ? profile.name : null,
    source: "profile",
    origin: profile.name,
    profile,
    apiUrl,
    overridden: null,
  };
}

async function accessToken(
  context: Context,
  profile: Profile,
  tokens: Tokens,
  apiUrl: URL,
  { requests, takesEnded }: ResolveOptions,
): Promise<string> {
  // Most logins are by key, and most access tokens good: the rest is loaded where it is needed.
  const { isEnding, renewTokens } = await import("./refresh_tokens.ts");
  const location = credentialsLocation(context);
  if (location === null || !isEnding(tokens, context.now())) return tokens.accessToken;
  try {
    return (await renewTokens(context, { location, profile, tokens, apiUrl }, requests)).accessToken;
  } catch (error) {
    const isPassing = error instanceof NetworkError || error instanceof PlatformError;
    if (takesEnded && isPassing) return tokens.accessToken;
    throw error;
  }
}

/**
 * @param context Its environment tells `FLUXLOOP_PROFILE`.
 * @param document The saved credentials, which may choose a profile themselves.
 * @param options What the command line says.
 * @returns The profile to use when no key stands over all profiles.
 * @throws {UsageError} When what was given is no profile name.
 */
export function selectProfile(
  context: Context,
  document: CredentialsDocument,
  options: KeyOptions,
): SelectedProfile {
  const named = namedProfile(context, options);
  if (named !== null) return named;
  const chosen = document.defaultProfile;
  if (chosen !== null) return { name: chosen, chosenBy: "default_profile" };
  return { name: DEFAULT_PROFILE, chosenBy: null };
}

/**
 * As {@linkcode selectProfile}, and minds what the project that the current folder is in has pinned: for those who use a
 * profile, and not for those who change it.
 */
export function selectProfileHere(
  context: Context,
  document: CredentialsDocument,
  options: KeyOptions,
): SelectedProfile {
  return namedProfile(context, options) ?? findPin(context) ?? selectProfile(context, document, options);
}

/**
 * @param document The saved credentials.
 * @param selected The profile to use.
 * @returns Its credentials.
 * @throws {NotLoggedInError} When it is not there and nobody chose it.
 * @throws {NotFoundError} When it is not there and somebody did, naming those that are.
 */
export function requireProfile(document: CredentialsDocument, selected: SelectedProfile): Profile {
  const profile = document.profile(selected.name);
  if (profile !== null) return profile;
  if (selected.chosenBy === null) throw new NotLoggedInError(document.profileNames());
  const names = document.profileNames();
  const others = names.length === 0 ? "no profiles are saved" : `saved profiles: ${names.join(", ")}`;
  const chooser = selected.chosenBy === "--profile" ? "" : ` (from ${selected.chosenBy})`;
  throw new NotFoundError(`There is no profile "${selected.name}"${chooser}; ${others}`);
}

/**
 * @param context Its environment tells `FLUXLOOP_API_URL`.
 * @param options What the command line says.
 * @returns The API URL that was chosen for this run, or `null`.
 * @throws {UsageError} When it is none to which a key may go.
 */
export function chosenApiUrl(context: Context, options: KeyOptions): URL | null {
  if (options.apiUrl !== undefined) return parseApiUrl(options.apiUrl, "--api-url");
  const variable = context.env("FLUXLOOP_API_URL") || undefined;
  return variable === undefined ? null : parseApiUrl(variable, "FLUXLOOP_API_URL");
}

/** @returns The API URL that a profile was saved for. */
export function apiUrlOf(profile: Profile): URL {
  return profile.apiUrl === null ? new URL(DEFAULT_API_URL) : parseApiUrl(
    profile.apiUrl,
    `api_url of profile "${profile.name}"`,
  );
}

/**
 * @param context Its environment is looked at.
 * @returns The variable from which commands will take their key whatever is saved, or `null`.
 */
export function overridingVariable(context: Context): string | null {
  return [...KEY_VARIABLES, KEY_FILE_VARIABLE].find((name) => context.env(name)) ?? null;
}

function namedProfile(context: Context, { profile }: KeyOptions): SelectedProfile | null {
  if (profile !== undefined) return { name: checkProfileName(profile, "--profile"), chosenBy: "--profile" };
  const variable = context.env("FLUXLOOP_PROFILE") || undefined;
  if (variable === undefined) return null;
  return { name: checkProfileName(variable, "FLUXLOOP_PROFILE"), chosenBy: "FLUXLOOP_PROFILE" };
}

function givenKey(context: Context, options: KeyOptions): Pick<Credential, "key" | "source" | "origin"> | null {
  if (options.apiKey !== undefined) {
    return { key: parseApiKey(options.apiKey, "--api-key"), source: "flag", origin: "--api-key" };
  }
  for (const name of KEY_VARIABLES) {
    // CI systems pass a secret that is not set as an empty variable.
    const value = context.env(name);
    if (value) return { key: parseApiKey(value, name), source: "environment", origin: name };
  }
  const path = context.env(KEY_FILE_VARIABLE);
  if (!path) return null;
  return { key: parseApiKey(readKeyFile(path), KEY_FILE_VARIABLE), source: "file", origin: KEY_FILE_VARIABLE };
}

function readKeyFile(path: string): string {
  try {
    const file = Deno.statSync(path);
    if (file.size > KEY_FILE_LIMIT) {
      throw new ConfigurationError(`${path} (${KEY_FILE_VARIABLE}) is too large for a key`);
    }
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof Deno.errors.NotFound ? "there is no such file" : "it cannot be read";
    throw new ConfigurationError(`${path}, named by ${KEY_FILE_VARIABLE}: ${reason}`, { cause: error });
  }
}

function apiUrlFor(profile: Profile, chosen: URL | null): URL {
  const own = apiUrlOf(profile);
  if (chosen === null) return own;
  if (chosen.origin === own.origin) return chosen;
  throw new UsageError(
    `The key of profile "${profile.name}" was saved for ${apiUrlText(own)} and is not sent to ${chosen.origin}; ` +
      `log in there under another profile`,
  );
}
