/**
 * Everything that the embedded platform answers: a route for each operation of the OpenAPI document.
 *
 * @module
 */
import openApiDocument from "../../contract/openapi.json" with { type: "json" };
import { done, json } from "./answers.ts";
import type { ApiKey } from "./api_keys.ts";
import type { CliConnect } from "./cli_connect.ts";
import type { Caller } from "./authenticate.ts";
import type {
  ApiKeyInfo,
  ApiKeyList,
  ChangeKeyRequest,
  CreatedApiKey,
  CreateKeyRequest,
  ListedApiKey,
  Me,
  ProjectList,
  WorkspaceList,
} from "./contract.ts";
import { changeKey, createKey, deleteKey, type KeyKeeper, managedKeys } from "./key_policy.ts";
import { reachableProjects } from "./reach.ts";
import { readBody } from "./request_body.ts";
import type { Route } from "./router.ts";
import { pullBundle, takeResults } from "./sync.ts";
import { isoTime, utcMonth } from "./time.ts";

/** What handlers work with. */
export interface Platform extends KeyKeeper {
  readonly cliConnect: CliConnect;
  /** The API URL: `http://127.0.0.1:<port>`. */
  readonly url: string;
}

/** The longest that a program may say of itself, in characters. */
const USER_AGENT_LENGTH = 200;

/** @returns The routes of a platform's API. */
export function platformRoutes(platform: Platform): Route[] {
  const { storage: { accounts }, cliConnect } = platform;
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
      handler: ({ caller }) =>
        json(200, { projects: reachableProjects(platform.storage, caller) } satisfies ProjectList),
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
      path: "/api/api-keys",
      operationId: "listApiKeys",
      access: "api_key",
      handler: ({ caller }) =>
        json(200, { api_keys: managedKeys(platform, caller).map(listedKey) } satisfies ApiKeyList),
    },
    {
      method: "POST",
      path: "/api/api-keys",
      operationId: "createApiKey",
      access: "api_key",
      async handler({ caller, request }) {
        const fields = await readBody<CreateKeyRequest>(request, "/components/schemas/NewApiKey");
        const { apiKey, key } = createKey(platform, caller, fields, request.headers.get("idempotency-key"));
        return json(201, { ...listedKey(apiKey), key } satisfies CreatedApiKey);
      },
    },
    {
      method: "PATCH",
      path: "/api/api-keys/{id}",
      operationId: "changeApiKey",
      access: "api_key",
      async handler({ caller, request, params }) {
        const change = await readBody<ChangeKeyRequest>(request, "/components/schemas/ApiKeyChange");
        return json(200, listedKey(changeKey(platform, caller, params.id, change)));
      },
    },
    {
      method: "DELETE",
      path: "/api/api-keys/{id}",
      operationId: "deleteApiKey",
      access: "api_key",
      handler({ caller, params }) {
        deleteKey(platform, caller, params.id);
        return done();
      },
    },
    {
      method: "POST",
      path: "/api/cli-connect/start",
      operationId: "startLogin",
      access: "public",
      async handler({ request, address }) {
        await readBody(request, "/components/schemas/StartLogin");
        const userAgent = (request.headers.get("user-agent") ?? "").slice(0, USER_AGENT_LENGTH);
        return json(200, cliConnect.start({ userAgent, address }, `${platform.url}/connect`));
      },
    },
    {
      method: "POST",
      path: "/api/cli-connect/complete",
      operationId: "completeLogin",
      access: "public",
      handler: async ({ request }) =>
        json(200, cliConnect.complete(await readBody(request, "/components/schemas/DeviceCode"))),
    },
    {
      method: "POST",
      path: "/api/cli-connect/refresh",
      operationId: "refreshLogin",
      access: "public",
      handler: async ({ request }) =>
        json(200, cliConnect.refresh(await readBody(request, "/components/schemas/RefreshToken"))),
    },
    {
      method: "POST",
      path: "/api/cli-connect/revoke",
      operationId: "revokeLogin",
      access: "public",
      async handler({ request }) {
        cliConnect.revoke(await readBody(request, "/components/schemas/RefreshToken"));
        return done();
      },
    },
    {
      method: "POST",
      path: "/api/sync/pull",
      operationId: "pullBundle",
      access: "api_key",
      handler: async ({ caller, request }) => json(200, await pullBundle(platform, caller, request)),
    },
    {
      method: "POST",
      path: "/api/sync/upload",
      operationId: "uploadResults",
      access: "api_key",
      handler: async ({ caller, request }) => json(200, await takeResults(platform, caller, request)),
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
    projects: reachableProjects(platform.storage, caller),
    api_key: apiKey && apiKeyInfo(apiKey),
    api_access: true,
    plan: accounts.plan(accountId)!,
    usage: { runs_this_month: accounts.runs(accountId, utcMonth(platform.now())) },
  };
}

function listedKey(key: ApiKey): ListedApiKey {
  return {
    ...apiKeyInfo(key),
    prefix: key.prefix,
    last_used_at: key.lastUsedAt && isoTime(key.lastUsedAt),
    created_by: key.createdBy,
  };
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
