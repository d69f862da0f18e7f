/**
 * The result of `fluxloop auth status` (hosted documentation: "fluxloop auth status").
 *
 * @module
 */
import { apiUrlText } from "../api_client/api_url.ts";
import type { Identity, KeyInfo, Organization } from "../api_client/identity.ts";
import { type Permission, PERMISSIONS } from "../api_client/key_terms.ts";
import type { ReportedKey, StatusReport } from "../auth/check_status.ts";
import { rotationReason } from "../auth/key_age.ts";
import { daysRemaining, type Expiry, expiryText, UNKNOWN } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";
import { errorJson } from "./failure.ts";
import { orUnknown, renewal, ROTATION_REASONS, scopesText, timeJson } from "./phrases.ts";

const PERMISSION_NAMES: Readonly<Record<Permission, string>> = {
  read_scenarios: "Read scenarios",
  upload_results: "Upload results",
  create_scenarios: "Create scenarios",
  delete_scenarios: "Delete scenarios",
  manage_projects: "Manage projects",
};

/** Renders the status; empty if there is only a failure to report. */
export function statusText(report: StatusReport, now: Date): string {
  const { key, identity, authenticated } = report;
  if (key === null || (identity === null && authenticated !== null)) return "";
  const { profile, origin, saved, isAccessToken } = key;
  const unverified = `⚠️  Not verified${profile === null ? "" : ": showing the details saved at the last login"}`;
  return [
    identity === null ? unverified : "✅ Authenticated",
    "",
    `Profile: ${profile ?? `(${origin})`}`,
    `Account: ${orUnknown(identity === null ? saved.account : identity.account?.email)}`,
    ...(identity === null
      ? keyLines(key, isAccessToken, saved.expires, now)
      : [...organizationLines(identity.organizations), "", ...verifiedKeyLines(key, identity, now)]),
  ].join("\n") + "\n";
}

function verifiedKeyLines(key: ReportedKey, { key: info, projects }: Identity, now: Date): string[] {
  const expires = info?.expiresAt ?? null;
  const lines = keyLines(key, key.isAccessToken && info === null, expires, now);
  if (!key.isAccessToken || info !== null) {
    lines.push(`Scopes: ${scopesText(info?.scopes ?? null, projects, "All Projects")}`, ...permissionLines(info));
  }
  const reason = rotationReason(expires, info?.createdAt ?? null, now);
  if (reason === null) return lines;
  const hasExpired = expires instanceof Date && expires <= now;
  return [...lines, "", `⚠️  ${ROTATION_REASONS[reason]}. ${renewal(key, hasExpired)}`];
}

function keyLines({ masked, keychain }: ReportedKey, isBrowserLogin: boolean, expires: Expiry, now: Date): string[] {
  const stored = keychain === null ? [] : [`Stored in: ${printable(keychain)}`];
  // Access tokens are refreshed automatically, so their details don't matter.
  if (isBrowserLogin) return ["Logged in through the browser, with all permissions of your account", ...stored];
  return [`API Key: ${masked}`, ...stored, `Expires: ${expiryText(expires, now)}`];
}

/** Renders organizations as a heading and a line each, or as one line if there are none. */
export function organizationLines(organizations: readonly Organization[] | null): string[] {
  if (organizations === null) return [`Organizations: ${UNKNOWN}`];
  if (organizations.length === 0) return ["Organizations: none"];
  const line = ({ name, role }: Organization) =>
    `  • ${printable(name)}` + (role === null ? "" : ` (${printable(role)})`);
  return ["Organizations:", ...organizations.map(line)];
}

function permissionLines(key: KeyInfo | null): string[] {
  const permissions = key?.permissions ?? null;
  if (permissions === null) return [`Permissions: ${UNKNOWN}`];
  const own = PERMISSIONS.map((id) => `  ${permissions.includes(id) ? "✅" : "❌"} ${PERMISSION_NAMES[id]}`);
  // A newer platform may have more permissions.
  const others = permissions.filter((id) => !Object.hasOwn(PERMISSION_NAMES, id)).map((id) => `  ✅ ${printable(id)}`);
  return ["Permissions:", ...own, ...new Set(others)];
}

/** Renders the status as JSON; unknown values are `null`. */
export function statusJson(report: StatusReport, now: Date): unknown {
  const { key, identity, failure, authenticated } = report;
  const error = failure === null ? {} : { error: errorJson(failure) };
  const origin = { profile: report.profile, source: key?.source ?? null };
  if (key === null || authenticated === false) {
    return { authenticated, ...(authenticated === null ? { verified: false } : {}), ...origin, ...error };
  }
  return {
    authenticated,
    verified: identity !== null,
    ...origin,
    api_url: apiUrlText(key.apiUrl),
    account: identity === null ? { id: null, email: key.saved.account } : identity.account,
    organizations: identity?.organizations ?? null,
    ...(key.isAccessToken ? { signed_in: "browser" } : {}),
    ...(key.isRotating ? { rotation: "unfinished" } : {}),
    api_key: key.isAccessToken && !identity?.key ? null : keyJson(key, identity?.key ?? null, now),
    ...error,
  };
}

function keyJson({ masked, keychain, saved }: ReportedKey, info: KeyInfo | null, now: Date): unknown {
  const expires = info === null ? saved.expires : info.expiresAt;
  const granted = info?.permissions ?? null;
  return {
    id: info?.id ?? null,
    masked,
    ...(keychain === null ? {} : { storage: "keychain" }),
    expires_at: timeJson(expires),
    days_remaining: expires instanceof Date ? daysRemaining(expires, now) : null,
    scopes: info?.scopes ?? null,
    permissions: granted && Object.fromEntries([...PERMISSIONS, ...granted].map((id) => [id, granted.includes(id)])),
  };
}
