/**
 * `fluxloop auth status`, as text and as JSON (seed: "fluxloop auth status"; design: "status").
 *
 * @module
 */
import type { ReportedKey, StatusReport } from "../auth/check_status.ts";
import type { Identity, KeyInfo, Organization } from "../platform/identity.ts";
import { pageUrl } from "../platform/api_url.ts";
import { type ErrorJson, errorJson } from "./failure.ts";
import { daysRemaining, expiryText, rotationReason } from "./expiry.ts";
import { printable } from "./printable.ts";

/** The permissions there are, in the order in which they are told, and their names for people. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  read_scenarios: "Read scenarios",
  upload_results: "Upload results",
  create_scenarios: "Create scenarios",
  delete_scenarios: "Delete scenarios",
  manage_projects: "Manage projects",
};

/** What people read where the platform does not tell. */
export const UNKNOWN = "unknown";

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
    `API Key: ${key.masked}`,
    `Expires: ${identity.key === null ? UNKNOWN : expiryText(identity.key.expiresAt, now)}`,
    `Scopes: ${scopesText(identity)}`,
    ...permissionLines(identity.key),
  ];
  const reason = rotationReason(identity.key?.expiresAt ?? null, identity.key?.createdAt ?? null, now);
  if (reason !== null) {
    const page = pageUrl(key.apiUrl, "/settings/api-keys");
    lines.push("", `⚠️  ${reason}. Generate a new key at ${page} and run: ${loginCommand(key.profile)}`);
  }
  return lines.join("\n") + "\n";
}

function unverifiedText(key: ReportedKey, now: Date): string {
  return [
    `⚠️  Not verified${key.profile === null ? "" : ": this is what was saved at the last login"}`,
    "",
    `Profile: ${profileText(key)}`,
    `Account: ${printable(key.saved.account ?? UNKNOWN)}`,
    `API Key: ${key.masked}`,
    `Expires: ${key.saved.expires === null ? UNKNOWN : expiryText(key.saved.expires, now)}`,
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

function loginCommand(profile: string | null): string {
  return "fluxloop auth login" + (profile === null || profile === "default" ? "" : ` --profile ${profile}`);
}

function scopesText({ key, projects }: Identity): string {
  const scopes = key?.scopes ?? null;
  if (scopes === null) return UNKNOWN;
  if (scopes === "all_projects") return "All Projects";
  if (scopes.length === 0) return "none";
  return scopes.map((id) => printable(projects?.find((it) => it.id === id)?.name ?? id)).join(", ");
}

function permissionLines(key: KeyInfo | null): string[] {
  if (key === null) return [`Permissions: ${UNKNOWN}`];
  const known = Object.entries(PERMISSIONS).map(([id, name]) =>
    `  ${key.permissions.includes(id) ? "✅" : "❌"} ${name}`
  );
  // One that this version has never heard of is shown all the same.
  const others = key.permissions.filter((id) => !Object.hasOwn(PERMISSIONS, id)).map((id) => `  ✅ ${printable(id)}`);
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
  const origin = { profile: key?.profile ?? null, source: key?.source ?? null };
  if (key === null || authenticated === false) return { authenticated, ...origin, ...error };
  return {
    authenticated,
    verified: identity !== null,
    ...origin,
    api_url: key.apiUrl.href.replace(/\/$/, ""),
    account: identity === null ? { id: null, email: key.saved.account } : identity.account,
    organizations: identity?.organizations ?? null,
    api_key: keyJson(key, identity, now),
    ...error,
  };
}

function keyJson(key: ReportedKey, identity: Identity | null, now: Date): unknown {
  const info = identity?.key ?? null;
  const expires = info === null ? key.saved.expires : info.expiresAt;
  return {
    id: info?.id ?? null,
    masked: key.masked,
    expires_at: expires === null ? null : timeJson(expires),
    days_remaining: expires === null ? null : daysRemaining(expires, now),
    scopes: info?.scopes ?? null,
    permissions: info === null ? null : permissionsJson(info.permissions),
  };
}

function permissionsJson(granted: readonly string[]): Record<string, boolean> {
  const all = new Set([...Object.keys(PERMISSIONS), ...granted]);
  return Object.fromEntries([...all].map((id) => [id, granted.includes(id)]));
}

/** @returns A time as RFC 3339 has it, without the milliseconds that nobody meant. */
function timeJson(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}
