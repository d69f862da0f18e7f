import { DEFAULT_API_URL } from "../api_client/api_url.ts";
import type { Login, RequestOptions } from "../api_client/transport.ts";
import type { Context } from "../context.ts";
import { readFailure, readSmallFile } from "../credentials/bounded_read.ts";
import { readCredentials } from "../credentials/credential_store.ts";
import { credentialsLocation, requireCredentialsLocation } from "../credentials/location.ts";
import type { Profile } from "../credentials/profile.ts";
import { checkProfileName } from "../credentials/profile_name.ts";
import { SecretStore } from "../credentials/secret_store.ts";
import { ConfigurationError, UsageError } from "../errors.ts";
import { pathFrom } from "../paths.ts";
import { KEY_VARIABLES } from "../text/key_variables.ts";
import { parseApiKey } from "./api_key.ts";
import { apiUrlFor, chosenApiUrl, type ProfileOptions, selectProfileHere } from "./select_profile.ts";

/** Where the key came from. */
export type KeySource = "flag" | "environment" | "file" | "profile";

/** The options that select a key. */
export interface KeyOptions extends ProfileOptions {
  readonly apiKey?: string;
}

/** How to find a key. */
export interface ResolveOptions {
  /** Whether the command changes something on the platform: it must not do so with another key than the named one. */
  readonly changes?: boolean;
  /** Whether to return an expired access token that can't be refreshed: the command's request shows what is wrong. */
  readonly acceptsExpired?: boolean;
}

/** A key, with its origin and destination. */
export interface Credential {
  /** An API key, or the access token of a browser login. */
  readonly key: string;
  /** The browser login of an access token; `null` for an API key. */
  readonly login: Login | null;
  readonly source: KeySource;
  /** The option, variable or profile that it came from. */
  readonly origin: string;
  /** The profile that the key came from, or `null`. */
  readonly profile: Profile | null;
  /** The only URL to which the key is sent. */
  readonly apiUrl: URL;
  readonly requests: RequestOptions | undefined;
  /** The profile named by `--profile` that a variable's key overrides, for a warning; otherwise `null`. */
  readonly overridden: string | null;
}

const KEY_FILE_VARIABLE = "FLUXLOOP_API_KEY_FILE";

/** Finds the key that a command uses, and the API URL to which it may be sent. */
export async function credentialFor(
  context: Context,
  options: KeyOptions,
  how: ResolveOptions = {},
): Promise<Credential> {
  if (options.profile !== undefined) checkProfileName(options.profile, "--profile");
  const given = givenKey(context, options);
  if (given === null) {
    const document = await readCredentials(credentialsLocation(context));
    const { name, chosenBy } = selectProfileHere(context, document, options);
    return await credentialIn(context, document.require(name, chosenBy), options, how);
  }
  const overridden = given.source === "flag" ? null : options.profile ?? null;
  if (overridden !== null && how.changes) {
    throw new UsageError(
      `${given.origin} is set and overrides profile "${overridden}". Unset it to use the profile, or omit --profile to use ` +
        `${given.origin}.`,
    );
  }
  const apiUrl = chosenApiUrl(context, options) ?? new URL(DEFAULT_API_URL);
  return { ...given, login: null, profile: null, apiUrl, requests: options.requests, overridden };
}

/** Reads the key of a saved profile, which is sent only to the origin that it was saved for. */
export async function credentialIn(
  context: Context,
  profile: Profile,
  options: ProfileOptions,
  how: ResolveOptions = {},
): Promise<Credential> {
  const location = requireCredentialsLocation(context);
  // Checked first: a key that must not be sent needn't be read.
  const apiUrl = apiUrlFor(profile, chosenApiUrl(context, options));
  const { secret } = await new SecretStore(location).read(profile);
  const { name } = profile;
  const { requests } = options;
  const about = { source: "profile", origin: name, profile, apiUrl, requests, overridden: null } as const;
  if (secret.kind === "api_key") return { ...about, key: parseApiKey(secret.key, `profile "${name}"`), login: null };
  // Loaded only for a browser login.
  const { refreshTokens, replaceRejected } = await import("./refresh_tokens.ts");
  const saved = { location, name, tokens: secret, apiUrl, requests };
  const login: Login = { profile: name, refresh: (rejected) => replaceRejected(context, saved, rejected) };
  const { accessToken } = await refreshTokens(context, saved, how.acceptsExpired === true);
  return { ...about, key: accessToken, login };
}

/** Returns the variable whose key overrides saved keys, or `null`. */
export function overridingVariable(context: Context): string | null {
  // CI systems pass a secret that isn't set as an empty variable.
  return KEY_VARIABLES.find((name) => context.env(name)) ?? null;
}

function givenKey(context: Context, options: KeyOptions): Pick<Credential, "key" | "source" | "origin"> | null {
  if (options.apiKey !== undefined) {
    return { key: parseApiKey(options.apiKey, "--api-key"), source: "flag", origin: "--api-key" };
  }
  const origin = overridingVariable(context);
  if (origin === null) return null;
  const value = context.env(origin)!;
  if (origin !== KEY_FILE_VARIABLE) return { key: parseApiKey(value, origin), source: "environment", origin };
  return { key: parseApiKey(readKeyFile(pathFrom(context, value.trim(), origin)), origin), source: "file", origin };
}

function readKeyFile(path: string): string {
  try {
    return readSmallFile(path);
  } catch (error) {
    const message = `Can't read ${path} from ${KEY_FILE_VARIABLE}: ${readFailure(error)}`;
    throw new ConfigurationError(message, { cause: error });
  }
}
