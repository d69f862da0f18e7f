/**
 * The contract's types under short names: what this room answers with is checked against them at compile time.
 *
 * @module
 */
import type { components } from "../api_client/openapi_types.ts";

type Schemas = components["schemas"];

/** What `GET /api/auth/me` answers. */
export type Me = Schemas["Me"];
/** An account, as the contract shows it. */
export type Account = Schemas["Account"];
/** An organization and the account's role in it. */
export type Organization = Schemas["Organization"];
/** A project. */
export type Project = Schemas["Project"];
/** How many runs a month are paid for. */
export type Plan = Schemas["Plan"];
/** Something that a key may do. */
export type Permission = Schemas["Permission"];
/** What a key reaches: `"all_projects"`, or a list of project ids. */
export type Scopes = Schemas["ApiKeyScopes"];
/** A key as the contract shows it: without the key itself. */
export type ApiKeyInfo = Schemas["ApiKeyInfo"];
/** A key as a list shows it. */
export type ListedApiKey = Schemas["ListedApiKey"];
/** What `GET /api/api-keys` answers. */
export type ApiKeyList = Schemas["ApiKeyList"];
/** What `POST /api/api-keys` takes. */
export type CreateKeyRequest = Schemas["NewApiKey"];
/** What `PATCH /api/api-keys/{id}` takes. */
export type ChangeKeyRequest = Schemas["ApiKeyChange"];
/** What `POST /api/cli-connect/complete` takes. */
export type CompleteLoginRequest = Schemas["DeviceCode"];
/** What `POST /api/cli-connect/refresh` and `/revoke` take. */
export type RefreshTokenRequest = Schemas["RefreshToken"];
/** What `POST /api/sync/pull` takes. */
export type PullRequest = Schemas["PullRequest"];
/** What `POST /api/api-keys` answers. */
export type CreatedApiKey = Schemas["CreatedApiKey"];
/** What is wrong with one value that was sent. */
export type FieldError = Schemas["FieldError"];
/** A 422 answer. */
export type ValidationError = Schemas["ValidationError"];
/** A 403 answer. */
export type PermissionDeniedError = Schemas["PermissionDeniedError"];
/** A 409 answer. */
export type ConflictError = Schemas["ConflictError"];
/** What `GET /api/projects` may answer. */
export type ProjectList = Schemas["ProjectList"];
/** What `GET /api/workspaces` may answer. */
export type WorkspaceList = Schemas["WorkspaceList"];
/** What `POST /api/cli-connect/start` answers. */
export type StartedLogin = Schemas["StartedLogin"];
/** Tokens, and who let the program in. */
export type IssuedCredential = Schemas["IssuedCredential"];
/** What `POST /api/cli-connect/complete` answers. */
export type LoginState = Schemas["LoginState"];
/** What `POST /api/cli-connect/refresh` answers. */
export type RefreshedLogin = Schemas["RefreshedLogin"];
/** A 401 answer. */
export type UnauthorizedError = Schemas["UnauthorizedError"];
/** What a test is run on: what `POST /api/sync/pull` answers. */
export type Bundle = Schemas["Bundle"];
/** What `POST /api/sync/upload` takes. */
export type ResultUpload = Schemas["ResultUpload"];
/** What it answers. */
export type UploadedResults = Schemas["UploadedResults"];
/** An answer that says no more than a sentence. */
export type SentenceError = Schemas["Error"];
