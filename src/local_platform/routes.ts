/**
 * Everything that the embedded platform answers: a route for each operation of the OpenAPI document.
 *
 * @module
 */
import openApiDocument from "../platform/openapi.json" with { type: "json" };
import { json } from "./answers.ts";
import type { ApiKey } from "./api_keys.ts";
import type { Caller } from "./authenticate.ts";
import type { ApiKeyInfo, Me, Project, ProjectList, WorkspaceList } from "./contract.ts";
import type { Route } from "./router.ts";
import type { Storage } from "./storage.ts";
import { isoTime, utcMonth } from "./time.ts";

/** What handlers work with. */
export interface Platform {
  readonly storage: Storage;
  /** @returns The current time. */
  now(): Date;
}

/** @returns The routes of a platform. */
export function platformRoutes(platform: Platform): Route[] {
  const { accounts } = platform.storage;
  return [
    {
      method: "GET",
      path: "/api/auth/me",
      operationId: "getMe",
      access: "api_key",
      handler: ({ caller }) => json(200, me(platform, caller)),
    },
    {
      method: "GET",
      path: "/api/projects",
      operationId: "listProjects",
      access: "api_key",
      handler: ({ caller }) => json(200, { projects: reachableProjects(platform, caller) } satisfies ProjectList),
    },
    {
      method: "GET",
      path: "/api/workspaces",
      operationId: "listWorkspaces",
      access: "api_key",
      handler({ caller }) {
        return json(200, { workspaces: accounts.organizations(caller.accountId) } satisfies WorkspaceList);
      },
    },
    {
      method: "GET",
      path: "/openapi.json",
      operationId: "getOpenApiDocument",
      access: "public",
      handler: () => json(200, openApiDocument),
    },
  ];
}

function me(platform: Platform, caller: Caller): Me {
  const { accounts } = platform.storage;
  const { accountId, apiKey } = caller;
  return {
    // A key's row refers to its account, and the account's to its plan: both are there.
    account: accounts.account(accountId)!,
    organizations: accounts.organizations(accountId),
    projects: reachableProjects(platform, caller),
    api_key: apiKeyInfo(apiKey),
    api_access: true,
    plan: accounts.plan(accountId)!,
    usage: { runs_this_month: accounts.runs(accountId, utcMonth(platform.now())) },
  };
}

/** The account's projects, less those that lie outside of the key's scopes. */
function reachableProjects({ storage }: Platform, { accountId, apiKey }: Caller): Project[] {
  const projects = storage.accounts.projects(accountId);
  const { scopes } = apiKey;
  return scopes === "all_projects" ? projects : projects.filter((it) => scopes.includes(it.id));
}

function apiKeyInfo(key: ApiKey): ApiKeyInfo {
  return {
    id: key.id,
    name: key.name,
    created_at: isoTime(key.createdAt),
    expires_at: key.expiresAt && isoTime(key.expiresAt),
    scopes: key.scopes,
    permissions: [...key.permissions],
  };
}
