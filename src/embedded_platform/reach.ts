/**
 * What a caller reaches, and what they may do (design: platform-api.md, "Permissions").
 *
 * @module
 */
import { Refusal } from "./answers.ts";
import type { Caller } from "./authenticate.ts";
import type { Permission, PermissionDeniedError, Project } from "./contract.ts";
import type { Storage } from "./storage.ts";

/** @returns The account's projects, less those that lie outside of the key's scopes. */
export function reachableProjects({ accounts }: Storage, { accountId, apiKey }: Caller): Project[] {
  const projects = accounts.projects(accountId);
  const scopes = apiKey?.scopes ?? "all_projects";
  return scopes === "all_projects" ? projects : projects.filter((it) => scopes.includes(it.id));
}

/**
 * Lets those pass who may do something: a signed-in person may do everything.
 *
 * @param action What it is, to stand behind "may not".
 * @throws {Refusal} 403, where the key may not.
 */
export function requirePermission({ apiKey }: Caller, required: Permission, action: string): void {
  if (apiKey === null || apiKey.permissions.includes(required)) return;
  throw denied(required, apiKey.permissions, `The API key may not ${action}`);
}

/** @returns A refusal that says which permission is missing. */
export function denied(required: Permission, permissions: readonly Permission[], detail: string): Refusal {
  const body: PermissionDeniedError = {
    code: "permission_denied",
    required_permission: required,
    permissions: [...permissions],
    detail,
  };
  return new Refusal(403, body);
}
