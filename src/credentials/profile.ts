/**
 * A profile's credentials, and the fields that they are in the file (seed: "Credential Storage"; design: "Files").
 *
 * @module
 */
import { ConfigurationError } from "../errors.ts";

/** Where a key is that is not in the file: in the system's own store. */
export interface KeptKey {
  /** The credential helper that reaches it, as `docker-credential-<helper>`. */
  readonly helper: string;
  /** What the helper knows it by. */
  readonly reference: string;
}

/** What a login through the browser leaves (RFC 8628; OpenAPI path `/api/cli-connect/complete`). */
export interface Tokens {
  readonly accessToken: string;
  /** Gets the next access token, once. */
  readonly refreshToken: string;
  /** When the access token ends, in ISO 8601. */
  readonly expiresAt: string;
}

/** Where new keys are kept. */
export type KeyStorage = "file" | "keychain";

/** A profile's credentials. */
export interface Profile {
  readonly name: string;
  /** The key; `null` where it is kept elsewhere, and after a login through the browser. */
  readonly apiKey: string | null;
  /** The tokens of a login through the browser; `null` where there are none, or they are kept elsewhere. */
  readonly tokens: Tokens | null;
  /** Where the key or the tokens are kept, when they are not here. */
  readonly keptKey: KeptKey | null;
  /** The account's e-mail address. */
  readonly account: string | null;
  /** The key's last day, as `2024-04-15`; `null` when it never ends or nobody knows. */
  readonly expires: string | null;
  /** The API URL that it was saved for; `null`: the hosted platform's. */
  readonly apiUrl: string | null;
  readonly keyId: string | null;
  /** The day the key was made, as `2024-01-16`. */
  readonly created: string | null;
}

/** The profile's fields in the file, in the order in which a new profile is written. */
const FIELDS = {
  apiKey: "api_key",
  accessToken: "access_token",
  refreshToken: "refresh_token",
  tokenExpires: "access_token_expires",
  storage: "storage",
  helper: "credential_helper",
  reference: "key_ref",
  account: "account",
  expires: "expires",
  apiUrl: "api_url",
  keyId: "key_id",
  created: "created",
} as const;

const KEYCHAIN: KeyStorage = "keychain";

/**
 * @param name The profile's name.
 * @param fields What stands under it.
 * @param shown The file's path, for messages.
 * @returns Its credentials.
 * @throws {ConfigurationError} When they have no key, or an address that cannot be read.
 */
export function profileOf(name: string, fields: Readonly<Record<string, unknown>>, shown: string): Profile {
  const text = (field: string) => {
    const value = fields[field];
    return typeof value === "string" && value !== "" ? value : null;
  };
  // Without its own address the key would go to the hosted platform, for which it may not be.
  const isAddressed = (fields[FIELDS.apiUrl] ?? null) === null || text(FIELDS.apiUrl) !== null;
  if (!isAddressed || Object.hasOwn(fields, "<<")) {
    throw new ConfigurationError(`Profile "${name}" in ${shown} has an api_url that cannot be read`);
  }
  const apiKey = text(FIELDS.apiKey);
  const keptKey = keptKeyOf(text(FIELDS.storage), text(FIELDS.helper), text(FIELDS.reference));
  const tokens = tokensOf(text(FIELDS.accessToken), text(FIELDS.refreshToken), text(FIELDS.tokenExpires));
  if (apiKey === null && tokens === null && keptKey === null) {
    throw new ConfigurationError(`Profile "${name}" in ${shown} has no api_key; log in to it again`);
  }
  return {
    name,
    apiKey: keptKey === null ? apiKey : null,
    tokens: keptKey === null && apiKey === null ? tokens : null,
    keptKey,
    account: text(FIELDS.account),
    expires: text(FIELDS.expires),
    apiUrl: text(FIELDS.apiUrl),
    keyId: text(FIELDS.keyId),
    created: text(FIELDS.created),
  };
}

/** @returns The fields that a profile is in the file, in their order; `null` for those that are not to be there. */
export function fieldsOf({ keptKey, tokens, ...inFile }: Profile): Record<string, string | null> {
  const values = {
    ...inFile,
    accessToken: tokens?.accessToken ?? null,
    refreshToken: tokens?.refreshToken ?? null,
    tokenExpires: tokens?.expiresAt ?? null,
    storage: keptKey === null ? null : KEYCHAIN,
    helper: keptKey?.helper ?? null,
    reference: keptKey?.reference ?? null,
  };
  return Object.fromEntries(
    Object.entries(FIELDS).map(([property, field]) => [field, values[property as keyof typeof FIELDS]]),
  );
}

/** Without a time that can be read, the access token is taken for one that has ended. */
function tokensOf(accessToken: string | null, refreshToken: string | null, expiresAt: string | null): Tokens | null {
  if (accessToken === null || refreshToken === null) return null;
  return { accessToken, refreshToken, expiresAt: expiresAt ?? new Date(0).toISOString() };
}

function keptKeyOf(storage: string | null, helper: string | null, reference: string | null): KeptKey | null {
  return storage === KEYCHAIN && helper !== null && reference !== null ? { helper, reference } : null;
}
