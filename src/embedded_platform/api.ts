/**
 * The API: the operations of `contract/openapi.json`, whose paths, methods and schemas are read from it.
 *
 * @module
 */
import contract from "../../contract/openapi.json" with { type: "json" };
import type { operations } from "../api_client/openapi_types.ts";
import type { ApiKey } from "./api_keys.ts";
import { accessibleProjects, authenticate, type Caller, requirePermission } from "./caller.ts";
import { CliConnect, type DeviceLoginTimes } from "./cli_connect.ts";
import type { Schemas } from "./contract.ts";
import { json, readBody } from "./http.ts";
import { changeKey, createKey, deleteKey, managedKeys } from "./key_policy.ts";
import type { Call, Route } from "./router.ts";
import { ACCOUNT, ORGANIZATIONS, PLAN } from "./seed.ts";
import type { Platform } from "./storage.ts";
import { pullBundle, storeResults } from "./sync.ts";
import { isoTime } from "./time.ts";

/** The largest part of an experiment, in bytes. */
const PART_LIMIT = 4 * 1024 * 1024;
/** How much of a program's `User-Agent` is stored, in characters. */
const USER_AGENT_LENGTH = 200;

type OperationId = keyof operations;
/** Operations without a key: those whose `security` is empty. */
type PublicId = "startLogin" | "completeLogin" | "refreshLogin" | "revokeLogin" | "getOpenApiDocument";
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : void;
type Success<T> = T extends { 200: infer R } ? R : T extends { 201: infer R } ? R : void;

interface ApiCall<Body> extends Call {
  readonly caller: Caller;
  /** Reads the body and checks it against the operation's schema. */
  readonly body: (limit?: number) => Promise<Body>;
}

type Handler<Id extends OperationId> = (
  call: Id extends PublicId ? Omit<ApiCall<Json<operations[Id]["requestBody"]>>, "caller">
    : ApiCall<Json<operations[Id]["requestBody"]>>,
) => Result<Id> | Promise<Result<Id>>;
type Result<Id extends OperationId> = Json<Success<operations[Id]["responses"]>>;

interface Operation {
  readonly operationId: OperationId;
  readonly security?: readonly unknown[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: { $ref: string } } } };
  readonly responses: object;
}

/** Returns the routes of the API. */
export function apiRoutes(platform: Platform, times: DeviceLoginTimes): Route[] {
  const { storage, now } = platform;
  const handlers = apiHandlers(platform, new CliConnect(platform, times));

  return Object.entries(contract.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, security, requestBody, responses }]: [string, Operation]) => {
      const status = Number(Object.keys(responses).find((it) => it.startsWith("2")));
      const schema = requestBody?.content["application/json"].schema.$ref.slice(1) ?? "";
      return {
        method: method.toUpperCase(),
        path,
        async handler(call) {
          const { request } = call;
          const isPublic = security?.length === 0;
          const caller = isPublic ? null : authenticate(request.headers.get("authorization"), storage, now());
          const body = (limit?: number) => readBody(request, schema, limit);
          // The types of `Handler` say which operations have a caller and a body.
          return json(status, await handlers[operationId]({ ...call, caller, body } as never));
        },
      } satisfies Route;
    })
  );
}

function apiHandlers(platform: Platform, cliConnect: CliConnect): { [Id in OperationId]: Handler<Id> } {
  return {
    getMe: ({ caller }) => me(platform, caller),
    listProjects: ({ caller }) => ({ projects: accessibleProjects(caller) }),
    listWorkspaces: () => ({ workspaces: [...ORGANIZATIONS] }),

    listApiKeys: ({ caller }) => ({ api_keys: managedKeys(platform, caller).map(listedKey) }),
    async createApiKey({ caller, body, request }) {
      const { apiKey, key } = createKey(platform, caller, await body(), request.headers.get("idempotency-key"));
      return { ...listedKey(apiKey), key };
    },
    async changeApiKey({ caller, body, params }) {
      return listedKey(changeKey(platform, caller, params.id, await body()));
    },
    deleteApiKey: ({ caller, params }) => deleteKey(platform, caller, params.id),

    async startLogin({ body, request, address }) {
      await body();
      const userAgent = (request.headers.get("user-agent") ?? "").slice(0, USER_AGENT_LENGTH);
      return cliConnect.start({ userAgent, address });
    },
    completeLogin: async ({ body }) => cliConnect.complete(await body()),
    refreshLogin: async ({ body }) => cliConnect.refresh(await body()),
    revokeLogin: async ({ body }) => cliConnect.revoke(await body()),

    async pullBundle({ caller, body }) {
      requirePermission(caller, "read_scenarios", "read scenarios");
      return pullBundle(caller, await body());
    },
    async uploadResults({ caller, body }) {
      requirePermission(caller, "upload_results", "upload results");
      return storeResults(platform, caller, await body(PART_LIMIT));
    },

    getOpenApiDocument: () => contract,
  };
}

function me({ storage, now }: Platform, caller: Caller): Schemas["Me"] {
  return {
    account: ACCOUNT,
    organizations: [...ORGANIZATIONS],
    projects: accessibleProjects(caller),
    api_key: caller && apiKeyInfo(caller),
    api_access: true,
    plan: PLAN,
    usage: { runs_this_month: storage.experiments.runs(now()) },
  };
}

function apiKeyInfo({ id, name, createdAt, expiresAt, scopes, permissions }: ApiKey): Schemas["ApiKeyInfo"] {
  return {
    id,
    name,
    created_at: isoTime(createdAt),
    expires_at: expiresAt && isoTime(expiresAt),
    scopes,
    permissions: [...permissions],
  };
}

function listedKey(key: ApiKey): Schemas["ListedApiKey"] {
  const { prefix, lastUsedAt, createdBy } = key;
  return { ...apiKeyInfo(key), prefix, last_used_at: lastUsedAt && isoTime(lastUsedAt), created_by: createdBy };
}
