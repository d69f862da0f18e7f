/**
 * The API: the operations of `contract/openapi.json`, whose paths, methods and schemas are read from it.
 *
 * @module
 */
import contract from "../../contract/openapi.json" with { type: "json" };
import type { operations } from "../api_client/openapi_types.ts";
import type { ApiKey } from "./api_keys.ts";
import { accessibleProjects, authenticate, type Caller, requirePermission } from "./caller.ts";
import { json, readBody, type Schemas } from "./http.ts";
import { changeKey, createKey, deleteKey } from "./key_policy.ts";
import { completeLogin, refreshLogin, revokeLogin, startLogin } from "./logins.ts";
import type { Call, Route } from "./router.ts";
import { ACCOUNT, ORGANIZATIONS, PLAN } from "./seed.ts";
import type { Platform } from "./storage.ts";
import { pullBundle, runsThisMonth, storeResults } from "./sync.ts";

/** The largest accepted part of an experiment, in bytes. */
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
export function apiRoutes(platform: Platform): Route[] {
  const handlers = apiHandlers(platform);

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
          const caller = isPublic ? null : authenticate(platform, request.headers.get("authorization"));
          const body = (limit?: number) => readBody(request, schema, limit);
          // `Handler` declares which operations have a caller and a body.
          return json(status, await handlers[operationId]({ ...call, caller, body } as never));
        },
      } satisfies Route;
    })
  );
}

function apiHandlers(platform: Platform): { [Id in OperationId]: Handler<Id> } {
  return {
    getMe: ({ caller }) => me(platform, caller),
    listProjects: ({ caller }) => ({ projects: accessibleProjects(caller) }),
    listWorkspaces: () => ({ workspaces: ORGANIZATIONS }),

    listApiKeys: ({ caller }) => ({ api_keys: platform.storage.apiKeys.list(caller?.id).map(listedKey) }),
    async createApiKey({ caller, body, request }) {
      return listedKey(createKey(platform, caller, await body(), request.headers.get("idempotency-key")));
    },
    async changeApiKey({ caller, body, params }) {
      return listedKey(changeKey(platform, caller, params.id, await body()));
    },
    deleteApiKey: ({ caller, params }) => deleteKey(platform, caller, params.id),

    async startLogin({ body, request, address }) {
      await body();
      const user_agent = (request.headers.get("user-agent") ?? "").slice(0, USER_AGENT_LENGTH);
      return startLogin(platform, { user_agent, address });
    },
    completeLogin: async ({ body }) => completeLogin(platform, await body()),
    refreshLogin: async ({ body }) => refreshLogin(platform, await body()),
    revokeLogin: async ({ body }) => revokeLogin(platform, await body()),

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

function me(platform: Platform, caller: Caller): Schemas["Me"] {
  return {
    account: ACCOUNT,
    organizations: ORGANIZATIONS,
    projects: accessibleProjects(caller),
    api_key: caller && apiKeyInfo(caller),
    api_access: true,
    plan: PLAN,
    usage: { runs_this_month: runsThisMonth(platform) },
  };
}

function apiKeyInfo({ id, name, created_at, expires_at, scopes, permissions }: ApiKey): Schemas["ApiKeyInfo"] {
  return { id, name, created_at, expires_at, scopes, permissions };
}

function listedKey<Key extends ApiKey>({ revoked_at: _, ...key }: Key): Omit<Key, "revoked_at"> {
  return key;
}
