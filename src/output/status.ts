/**
 * `fluxloop auth status`, as text and as JSON (seed: "fluxloop auth status"; design: "status").
 *
 * @module
 */
import type { ReportedKey, StatusReport } from "../auth/check_status.ts";
import { rotationReason } from "../auth/key_age.ts";
import type { Identity, KeyInfo, Organization } from "../api_client/identity.ts";
import { apiUrlText, pageUrl } from "../api_client/api_url.ts";
import { type ErrorJson, errorJson } from "./failure.ts";
import { type Permission, PERMISSIONS } from "../api_client/key_terms.ts";
import { daysRemaining, expiryText, UNKNOWN, utcTime } from "../text/expiry.ts";
import { profileCommand, rotationReasonText } from "./warnings.ts";
import { printable } from "../text/printable.ts";

/** The names that permissions have for people. */
const PERMISSION_NAMES: Readonly<Record<Permission, string>> = {
  read_scenarios: "Read scenarios",
  upload_results: "Upload results",
  create_scenarios: "Create scenarios",
  delete_scenarios: "Delete scenarios",
  manage_projects: "Manage projects",
};

/** Access tokens come and go by themselves: there is nothing of them that a person could want to know. */
const BROWSER_LOGIN = "Signed in: through the browser, with all of your account's permissions";

/**
 * @param report What is known.
 * @param now The current time.
 * @returns The text for standard output; empty where there is nothing to tell but the failure.
 */
export function statusText(report: StatusReport, now: Date): string {
  const { key, identity } = report;
  if (key === null) return "";
  if (identity !== null) return verifiedText(key, identity, now);
  return report.authenticated === null ? unverifiedText(key, now) : "";
}

function verifiedText(key: ReportedKey, identity: Identity, now: Date): string {
  const lines = [
    "✅ Authenticated",
    "",
    `Profile: ${profileText(key)}`,
    `Account: ${printable(identity.account?.email ?? UNKNOWN)}`,
    ...organizationLines(identity.organizations),
    "",
    ...(key.isAccessToken && identity.key === null ? [BROWSER_LOGIN, ...keychainLines(key)] : [
      `API Key: ${key.masked}`,
      ...keychainLines(key),
      `Expires: ${expiryText(identity.key?.expiresAt ?? null, now)}`,
      `Scopes: ${scopesText(identity)}`,
      ...permissionLines(identity.key),
    ]),
  ];
  const reason = rotationReason(identity.key?.expiresAt ?? null, identity.key?.createdAt ?? null, now);
  if (reason !== null) {
    const ends = identity.key?.expiresAt;
    const isPast = ends instanceof Date && ends <= now;
    lines.push("", `⚠️  ${rotationReasonText(reason)}. ${renewal(key, isPast)}`);
  }
  return lines.join("\n") + "\n";
}

function unverifiedText(key: ReportedKey, now: Date): string {
  return [
    `⚠️  Not verified${key.profile === null ? "" : ": showing the details saved at the last login"}`,
    "",
    `Profile: ${profileText(key)}`,
    `Account: ${printable(key.saved.account ?? UNKNOWN)}`,
    ...(key.isAccessToken ? [BROWSER_LOGIN, ...keychainLines(key)] : [
      `API Key: ${key.masked}`,
      ...keychainLines(key),
      `Expires: ${expiryText(key.saved.expires, now)}`,
    ]),
  ].join("\n") + "\n";
}

/** @returns The organizations as a heading and a line each, or one line where there are none to tell. */
export function organizationLines(organizations: readonly Organization[] | null): string[] {
  if (organizations === null) return [`Organizations: ${UNKNOWN}`];
  if (organizations.length === 0) return ["Organizations: none"];
  const line = ({ name, role }: Organization) =>
    `  • ${printable(name)}` + (role === null ? "" : ` (${printable(role)})`);
  return ["Organizations:", ...organizations.map(line)];
}

function profileText(key: ReportedKey): string {
  return key.profile ?? `(${key.origin})`;
}

/** The seed knows of no other place than the file, so of the file nothing is said. */
function keychainLines({ keychain }: ReportedKey): string[] {
  return keychain === null ? [] : [`Stored in: ${printable(keychain)}`];
}

/** A key that has ended makes no other in its place. */
function renewal({ profile, origin, apiUrl }: ReportedKey, isPast: boolean): string {
  if (profile !== null && !isPast) return `Replace it: ${profileCommand("rotate", profile)}`;
  const login = `run: fluxloop auth login${profile === "default" ? "" : ` --profile ${profile}`}`;
  return `Generate a new key at ${pageUrl(apiUrl, "/settings/api-keys")} and ${
    profile === null ? `set it in ${origin}` : login
  }`;
}

function scopesText({ key, projects }: Identity): string {
  const scopes = key?.scopes ?? null;
  if (scopes === null) return UNKNOWN;
  if (scopes === "all_projects") return "All Projects";
  if (scopes.length === 0) return "none";
  const names = new Map(projects?.map((it) => [it.id, it.name]));
  return scopes.map((id) => printable(names.get(id) ?? id)).join(", ");
}

function permissionLines(key: KeyInfo | null): string[] {
  const permissions = key?.permissions ?? null;
  if (permissions === null) return [`Permissions: ${UNKNOWN}`];
  const granted = new Set(permissions);
  const known = PERMISSIONS.map((id) => `  ${granted.has(id) ? "✅" : "❌"} ${PERMISSION_NAMES[id]}`);
  // One that this version has never heard of is shown all the same.
  const others = [...granted].filter((id) => !Object.hasOwn(PERMISSION_NAMES, id)).map((id) => `  ✅ ${printable(id)}`);
  return ["Permissions:", ...known, ...others];
}

/** The JSON document of a status; `null` stands for what is not known. */
export interface StatusJson {
  readonly authenticated: boolean | null;
  readonly verified?: boolean;
  readonly profile: string | null;
  readonly source: string | null;
  readonly [further: string]: unknown;
  readonly error?: ErrorJson;
}

/**
 * @param report What is known.
 * @param now The current time.
 * @returns The JSON document, with `error` where there is a failure.
 */
export function statusJson(report: StatusReport, now: Date): StatusJson {
  const { key, identity, failure, authenticated } = report;
  const error = failure === null ? {} : { error: errorJson(failure) };
  const origin = { profile: report.profile, source: key?.source ?? null };
  if (key === null) {
    return { authenticated, ...(authenticated === null ? { verified: false } : {}), ...origin, ...error };
  }
  if (authenticated === false) return { authenticated, ...origin, ...error };
  return {
    authenticated,
    verified: identity !== null,
    ...origin,
    api_url: apiUrlText(key.apiUrl),
    account: identity === null ? { id: null, email: key.saved.account } : identity.account,
    organizations: identity?.organizations ?? null,
    ...(key.isAccessToken ? { signed_in: "browser" } : {}),
    ...(key.isRotating ? { rotation: "unfinished" } : {}),
    api_key: key.isAccessToken && !identity?.key ? null : keyJson(key, identity, now),
    ...error,
  };
}

function keyJson(key: ReportedKey, identity: Identity | null, now: Date): unknown {
  const info = identity?.key ?? null;
  const told = info === null ? key.saved.expires : info.expiresAt;
  const expires = told === "never" ? null : told;
  return {
    id: info?.id ?? null,
    masked: key.masked,
    ...(key.keychain === null ? {} : { storage: "keychain" }),
    expires_at: expires === null ? null : utcTime(expires),
    days_remaining: expires === null ? null : daysRemaining(expires, now),
    scopes: info?.scopes ?? null,
    permissions: info === null || info.permissions === null ? null : permissionsJson(info.permissions),
  };
}

function permissionsJson(granted: readonly string[]): Record<string, boolean> {
  const all = [...PERMISSIONS, ...granted];
  const known = new Set(granted);
  return Object.fromEntries(all.map((id) => [id, known.has(id)]));
}
