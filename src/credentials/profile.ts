/**
 * A profile: its secret, what is known about the secret, and the state of its rotation, as objects and as fields of the
 * credentials file (hosted documentation: "Credential Storage").
 *
 * @module
 */
import { ConfigurationError } from "../errors.ts";
import { isObject, parseObject } from "../text/json.ts";

/** An API key. */
export interface ApiKey {
  readonly kind: "api_key";
  readonly key: string;
}

/** The tokens of a browser login (RFC 8628). */
export interface Tokens {
  readonly kind: "tokens";
  readonly accessToken: string;
  /** Can be exchanged for new tokens once. */
  readonly refreshToken: string;
  /** When the access token expires, in ISO 8601. */
  readonly expiresAt: string;
}

/** An entry in the operating system's keychain, which holds the key or the tokens. */
export interface KeychainEntry {
  readonly kind: "keychain";
  /** The credential helper that opens the keychain, as `docker-credential-<helper>`. */
  readonly helper: string;
  readonly reference: string;
}

/** A key or tokens, wherever they are stored. */
export type PlainSecret = ApiKey | Tokens;
/** A profile's secret in the credentials file: itself, or a reference to the keychain. */
export type Secret = PlainSecret | KeychainEntry;

/** Where secrets are stored. */
export type KeyStorage = "file" | "keychain";

/** A request for a new key, saved before it is sent. */
export interface RequestedPhase {
  readonly phase: "requested";
  /** Makes the platform create only one key, however often the request is sent. */
  readonly idempotencyKey: string;
  /** The request, as JSON. */
  readonly request: string;
  /** The id of the profile's key, which makes the request. */
  readonly keyId: string;
}

/** The profile has its new key; the previous one must still be revoked. */
export interface ReplacedPhase {
  readonly phase: "replaced";
  /** The previous key; `null` if it is in the keychain entry. */
  readonly key: string | null;
  readonly id: string;
  /** When the previous key is to expire, in ISO 8601; `null` if it is to be revoked at once. */
  readonly until: string | null;
}

/** The state of a profile's unfinished rotation. */
export type RotationPhase = RequestedPhase | ReplacedPhase;

/** A secret and the state of its rotation. */
export interface StoredSecret {
  readonly secret: PlainSecret;
  readonly rotation: RotationPhase | null;
}

/** A profile's information about its secret. */
export interface ProfileDetails {
  /** The account's e-mail address. */
  readonly account: string | null;
  /** The date of expiry, such as `2024-04-15`; `null` if it is unknown or the key never expires. */
  readonly expires: string | null;
  /** The API URL that the secret was saved for; `null` for the hosted platform. */
  readonly apiUrl: string | null;
  readonly keyId: string | null;
  /** The date on which the key was created, such as `2024-01-16`. */
  readonly created: string | null;
}

/** A saved profile. */
export interface Profile extends ProfileDetails {
  readonly name: string;
  readonly secret: Secret;
  /** `null` if no rotation is unfinished. */
  readonly rotation: RotationPhase | null;
}

/** A field's value in the file; `null` if the field is absent. */
export type FieldValue = string | null | Readonly<Record<string, string>>;
/** Reads a field; `null` if it is missing, empty or not a string. */
type TextReader = (field: string) => string | null;

/** @throws {ConfigurationError} When a profile has a merge key, which YAML 1.2 no longer has and the parser doesn't merge. */
export function requireNoMergeKey(name: string, fields: Readonly<Record<string, unknown>>, shown: string): void {
  if (!Object.hasOwn(fields, "<<")) return;
  throw new ConfigurationError(
    `Profile "${name}" in ${shown} has a merge key (<<), which isn't supported. Replace it with the fields themselves.`,
  );
}

/** Reads a profile from its fields in the file `shown`. */
export function profileOf(name: string, fields: Readonly<Record<string, unknown>>, shown: string): Profile {
  const text = textsIn(fields);
  requireNoMergeKey(name, fields, shown);
  // If it were ignored, the key would be sent to the hosted platform.
  if ((fields.api_url ?? null) !== null && text("api_url") === null) {
    throw new ConfigurationError(`Profile "${name}" in ${shown} has an invalid api_url. Correct it.`);
  }
  const secret = entryOf(text) ?? plainSecretOf(text);
  if (secret === null) {
    throw new ConfigurationError(
      `Profile "${name}" in ${shown} has no api_key; log in again: fluxloop auth login --profile ${name}`,
    );
  }
  return {
    name,
    secret,
    rotation: rotationOf(fields.rotation),
    account: text("account"),
    expires: text("expires"),
    apiUrl: text("api_url"),
    keyId: text("key_id"),
    created: text("created"),
  };
}

/** Returns a profile's fields for the file, in order. */
export function fieldsOf({ secret, rotation, ...details }: Profile): Record<string, FieldValue> {
  return {
    ...NO_SECRET,
    ...secretFields(secret),
    account: details.account,
    expires: details.expires,
    api_url: details.apiUrl,
    key_id: details.keyId,
    created: details.created,
    // A key that is stored in the keychain is never written to a file.
    rotation: rotation && rotationFields(rotation, secret.kind !== "keychain"),
  };
}

/** The fields of all kinds of secrets, in order. */
const NO_SECRET = {
  ...{ api_key: null, access_token: null, refresh_token: null, access_token_expires: null },
  ...{ storage: null, credential_helper: null, key_ref: null },
};

function secretFields(secret: Secret): Record<string, string> {
  if (secret.kind === "api_key") return { api_key: secret.key };
  if (secret.kind === "keychain") {
    return { storage: "keychain", credential_helper: secret.helper, key_ref: secret.reference };
  }
  const { accessToken, refreshToken, expiresAt } = secret;
  return { access_token: accessToken, refresh_token: refreshToken, access_token_expires: expiresAt };
}

function plainSecretOf(text: TextReader): PlainSecret | null {
  const key = text("api_key");
  if (key !== null) return { kind: "api_key", key };
  const [accessToken, refreshToken] = [text("access_token"), text("refresh_token")];
  if (accessToken === null || refreshToken === null) return null;
  // An access token whose expiry can't be read counts as expired.
  const expiresAt = text("access_token_expires") ?? new Date(0).toISOString();
  return { kind: "tokens", accessToken, refreshToken, expiresAt };
}

/** Returns the fields of a keychain entry. */
export function entryFieldsOf({ secret, rotation }: StoredSecret): Record<string, string> {
  const hasPreviousKey = rotation?.phase === "replaced" && rotation.key !== null;
  return { ...secretFields(secret), ...(hasPreviousKey ? previousKeyFields(rotation) : {}) };
}

/** Reads the fields of a keychain entry; `null` if they don't include a secret. */
export function storedSecretOf(fields: unknown): StoredSecret | null {
  const text = textsIn(fields);
  const secret = plainSecretOf(text);
  return secret && { secret, rotation: replacedPhaseOf(text) };
}

function textsIn(fields: unknown): TextReader {
  return (field) => {
    const value = isObject(fields) && Object.hasOwn(fields, field) ? fields[field] : null;
    return typeof value === "string" && value !== "" ? value : null;
  };
}

/** Tells whether two secrets are the same. */
export function isSameSecret(a: Secret, b: Secret): boolean {
  return JSON.stringify(secretFields(a)) === JSON.stringify(secretFields(b));
}

/** Reads the previous key; `null` if there is none. An invalid time counts as none, so that the key is revoked at once. */
function replacedPhaseOf(text: TextReader): ReplacedPhase | null {
  const [id, until] = [text("previous_key_id"), text("previous_key_until")];
  if (id === null) return null;
  const isTime = !Number.isNaN(Date.parse(until ?? ""));
  return { phase: "replaced", key: text("previous_key"), id, until: isTime ? until : null };
}

function previousKeyFields({ key, id, until }: ReplacedPhase, withKey = true): Record<string, string> {
  return {
    ...(key === null || !withKey ? {} : { previous_key: key }),
    previous_key_id: id,
    ...(until === null ? {} : { previous_key_until: until }),
  };
}

function entryOf(text: TextReader): KeychainEntry | null {
  const [helper, reference] = [text("credential_helper"), text("key_ref")];
  const isEntry = text("storage") === "keychain" && helper !== null && reference !== null;
  return isEntry ? { kind: "keychain", helper, reference } : null;
}

/** Tells whether a profile's rotation entry is valid or absent: someone may have edited it. */
export function isRotationReadable(fields: Readonly<Record<string, unknown>>): boolean {
  return (fields.rotation ?? null) === null || rotationOf(fields.rotation) !== null;
}

function rotationOf(fields: unknown): RotationPhase | null {
  const text = textsIn(fields);
  if (text("phase") === "replaced") {
    const replaced = replacedPhaseOf(text);
    return replaced?.until === text("previous_key_until") ? replaced : null;
  }
  const [idempotencyKey, request, keyId] = ["idempotency_key", "request", "key_id"].map(text);
  const isRequested = text("phase") === "requested" && idempotencyKey !== null && request !== null && keyId !== null;
  return isRequested && parseObject(request) !== null ? { phase: "requested", idempotencyKey, request, keyId } : null;
}

function rotationFields(rotation: RotationPhase, withKey: boolean): Record<string, string> {
  if (rotation.phase === "replaced") return { phase: rotation.phase, ...previousKeyFields(rotation, withKey) };
  const { phase, idempotencyKey, request, keyId } = rotation;
  return { phase, idempotency_key: idempotencyKey, key_id: keyId, request };
}
