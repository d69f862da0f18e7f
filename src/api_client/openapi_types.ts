// Generated from contract/openapi.json by scripts/generate_types.ts. Don't edit this file.

export interface paths {
  "/api/auth/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Returns the caller, their key and its permissions
     * @description Everything that `fluxloop auth status` and `whoami` show, in one round trip. Older servers don't have this path and respond with 404.
     */
    get: operations["getMe"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/projects": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the projects that the key can access */
    get: operations["listProjects"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/workspaces": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Lists the workspaces that the account belongs to */
    get: operations["listWorkspaces"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/cli-connect/start": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Starts a login through the browser
     * @description The program shows the code and the page's URL to the person, who approves the login there. Meanwhile, it polls `complete` (similar to RFC 8628).
     */
    post: operations["startLogin"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/cli-connect/complete": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the state of a login
     * @description An approved login's tokens are sent once. If the response was lost, a repeated request within a minute revokes them and gets new ones. An unknown code counts as expired. After `slow_down`, the polling interval is 5 seconds longer.
     */
    post: operations["completeLogin"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/cli-connect/refresh": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Exchanges a refresh token for new tokens
     * @description A refresh token can be used once. If the response was lost, it is accepted again for a minute; after that, reusing it revokes the session with all its tokens.
     */
    post: operations["refreshLogin"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/cli-connect/revoke": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Revokes a session
     * @description It isn't an error if the session doesn't exist or was already revoked.
     */
    post: operations["revokeLogin"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sync/pull": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Returns the inputs of a test
     * @description Requires `read_scenarios`. The request names a version of a bundle, or a project for its newest version. The response is 404 for what the key can't access. Nothing is changed.
     */
    post: operations["pullBundle"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/sync/upload": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stores the results of a test
     * @description Requires `upload_results`. An experiment may be sent in several parts with the same `experiment_id`; the responses have the same `run_batch_id`. A run's `id` is unique within the experiment, and a run that was sent before is ignored, so any part may be sent again at any time. The newest part's status applies, but an experiment that is `completed` or `interrupted` is never `running` again. The largest body is 4 MiB.
     */
    post: operations["uploadResults"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Returns this document */
    get: operations["getOpenApiDocument"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/api-keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Lists the active keys that the caller can manage
     * @description A signed-in person manages all of their keys. A key manages itself, the keys that it created, and the keys that those created.
     */
    get: operations["listApiKeys"];
    put?: never;
    /**
     * Creates a key
     * @description A key can create only keys with a subset of its own permissions and scopes, and with at most its own lifetime: the time from its creation to its expiry, so that keys can be rotated repeatedly. Omitted settings are copied from the calling key; for a signed-in person, they are everything but `delete_scenarios` and `manage_projects`, for all projects and for 90 days.
     */
    post: operations["createApiKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/api-keys/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Revokes a key */
    delete: operations["deleteApiKey"];
    options?: never;
    head?: never;
    /**
     * Changes when a key expires
     * @description A key can't extend a lifetime, neither its own nor that of a key that it created.
     */
    patch: operations["changeApiKey"];
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description A person */
    Account: {
      /** @example usr_1 */
      id: string;
      /**
       * Format: email
       * @example john@example.com
       */
      email: string;
      /** @example John */
      name: string;
    };
    /** @description An organization, and the account's role in it */
    Organization: {
      /** @example org_1 */
      id: string;
      /** @example Acme Inc */
      name: string;
      /**
       * @example owner
       * @example member
       */
      role: string;
    };
    /** @description An organization (older name) */
    Workspace: {
      /** @example org_1 */
      id: string;
      /** @example Acme Inc */
      name: string;
      /**
       * @example owner
       * @example member
       */
      role?: string;
    };
    Project: {
      /** @example prj_1 */
      id: string;
      /** @example customer-support-bot */
      name: string;
    };
    /**
     * @description A permission of a key
     * @enum {string}
     */
    Permission: "read_scenarios" | "upload_results" | "create_scenarios" | "delete_scenarios" | "manage_projects";
    /** @description `all_projects`, or the ids of the projects that the key can access */
    ApiKeyScopes: "all_projects" | string[];
    /** @description An API key, without the key itself */
    ApiKeyInfo: {
      /** @example key_1 */
      id: string;
      /** @example My Development Key */
      name: string;
      /**
       * Format: date-time
       * @example 2024-01-16T00:00:00Z
       */
      created_at: string;
      /**
       * Format: date-time
       * @description When the key expires; null: never
       * @example 2024-04-15T00:00:00Z
       * @example null
       */
      expires_at: string | null;
      scopes: components["schemas"]["ApiKeyScopes"];
      permissions: components["schemas"]["Permission"][];
    };
    Plan: {
      /** @example Team */
      name: string;
      /** @example 1000 */
      runs_per_month: number;
    };
    Usage: {
      /**
       * @description Runs in the current calendar month, in UTC
       * @example 234
       */
      runs_this_month: number;
    };
    /** @description The caller, their key and its permissions */
    Me: {
      account: components["schemas"]["Account"];
      organizations: components["schemas"]["Organization"][];
      /** @description The projects that the key can access */
      projects: components["schemas"]["Project"][];
      /** @description The key that was sent; null for an access token */
      api_key: components["schemas"]["ApiKeyInfo"] | null;
      /** @description Whether the account has access to this API */
      api_access: boolean;
      plan: components["schemas"]["Plan"];
      usage: components["schemas"]["Usage"];
    };
    ProjectList: {
      projects: components["schemas"]["Project"][];
    } | components["schemas"]["Project"][];
    WorkspaceList: {
      workspaces: components["schemas"]["Workspace"][];
    } | components["schemas"]["Workspace"][];
    /** @description At least one of the ids; with both, the version must belong to the project */
    PullRequest: {
      /** @example bv_1 */
      bundle_version_id?: string | null;
      /** @example prj_1 */
      project_id?: string | null;
      /** @description True by default, like the others */
      include_inputs?: boolean;
      include_personas?: boolean;
      include_criteria?: boolean;
    };
    /** @description A message of a conversation */
    Message: {
      /**
       * @example user
       * @example assistant
       */
      role: string;
      /** @example Where is my order? */
      content: string;
    };
    /** @description An input for an agent */
    InputItem: {
      /** @example inp_1 */
      id: string;
      messages: components["schemas"]["Message"][];
      /**
       * @description The persona's id
       * @example per_1
       */
      persona_id?: string | null;
      metadata?: {
        [key: string]: unknown;
      } | null;
    };
    /** @description A person that an input is said by */
    Persona: {
      /** @example per_1 */
      id: string;
      /** @example In a hurry */
      name: string;
    };
    /** @description The inputs of a test; lists that weren't requested are empty */
    Bundle: {
      bundle_version: {
        /** @example bv_1 */
        id: string;
        /** @example prj_1 */
        project_id: string | null;
      };
      input_items: components["schemas"]["InputItem"][];
      personas: components["schemas"]["Persona"][];
      criteria_pack: {
        [key: string]: unknown;
      }[];
    };
    /** @description The results of a test, or a part of them */
    ResultUpload: {
      /**
       * @description The inputs' bundle; null for local inputs
       * @example bv_1
       */
      bundle_version_id?: string | null;
      /** @example prj_1 */
      project_id?: string | null;
      run_batch: {
        /** @example exp_20240122T120000Z_k3f9x2ab */
        experiment_id: string;
        /** @enum {string} */
        execution_target: "local";
        /** @enum {string} */
        status: "running" | "completed" | "interrupted";
      };
      runs: components["schemas"]["Run"][];
      /** @description At most one for each run */
      run_results: components["schemas"]["RunResult"][];
      artifacts?: {
        [key: string]: unknown;
      }[];
      turns?: {
        [key: string]: unknown;
      }[];
      turn_summaries?: {
        [key: string]: unknown;
      }[];
      upload_meta?: {
        /** @example fluxloop/0.1.0 */
        client?: string;
        /** @description The number of the part, from 1 */
        part?: number;
        is_last?: boolean;
      };
    };
    /** @enum {string} */
    RunStatus: "completed" | "failed";
    /** @description One run of an agent on one input */
    Run: {
      /** @description Unique within the experiment, without control characters */
      id: string;
      /** @example inp_1 */
      input_item_id?: string | null;
      /** @example per_1 */
      persona_id?: string | null;
      status: components["schemas"]["RunStatus"];
    };
    /** @description The result of a run */
    RunResult: {
      /** @description The id of a run in the same part */
      run_id: string;
      status: components["schemas"]["RunStatus"];
      metrics: {
        duration_ms: number;
      } & {
        [key: string]: unknown;
      };
      transcript: components["schemas"]["Message"][];
      local_eval_summary?: {
        /** @enum {string} */
        verdict: "passed" | "failed";
        scores?: {
          [key: string]: number;
        };
        failures?: {
          /** @example timeout */
          kind: string;
          /** @description A sentence for people */
          message: string;
        }[];
      };
    };
    UploadedResults: {
      /** @example rb_k3f9x2abk3f9x2ab */
      run_batch_id: string;
    };
    /** @description An OpenAPI 3.1 document */
    OpenApiDocument: {
      openapi: string;
      info: {
        [key: string]: unknown;
      };
      paths: {
        [key: string]: unknown;
      };
    };
    Error: {
      /** @description A sentence for people */
      detail: string;
    };
    UnauthorizedError: {
      /** @enum {string} */
      code: "invalid_api_key" | "expired_api_key" | "revoked_api_key";
      /** @description A sentence for people */
      detail: string;
    };
    PermissionDeniedError: {
      /** @constant */
      code: "permission_denied";
      required_permission: components["schemas"]["Permission"];
      /** @description The key's permissions */
      permissions: components["schemas"]["Permission"][];
      /** @description A sentence for people */
      detail: string;
    };
    ValidationError: {
      detail: string | components["schemas"]["FieldError"][];
    };
    FieldError: {
      /** @description The path to the invalid value: names and list indexes, such as `body`, `scopes`, 0 */
      loc: (string | number)[];
      /** @description What is wrong with the value */
      msg: string;
    };
    /** @description An API key as a list shows it */
    ListedApiKey: components["schemas"]["ApiKeyInfo"] & {
      /**
       * @description The part by which people recognize it, such as `flux_dev_abc1`
       * @example flux_dev_abc1
       */
      prefix: string;
      /**
       * Format: date-time
       * @description To about a minute; null: never
       */
      last_used_at: string | null;
      /**
       * @description The id of the key that created it; null: a person did
       * @example key_1
       * @example null
       */
      created_by: string | null;
    };
    /** @description An API key with the key itself */
    CreatedApiKey: components["schemas"]["ListedApiKey"] & {
      /** @description The whole key, which is shown only once */
      key: string;
    };
    ApiKeyList: {
      api_keys: components["schemas"]["ListedApiKey"][];
    };
    /** @description A key to create */
    NewApiKey: {
      /** @description 1 to 100 characters, none of them a control character */
      name: string;
      /** @description The only project that it can access; the same as `scopes` with one id */
      project_id?: string;
      scopes?: components["schemas"]["ApiKeyScopes"];
      permissions?: components["schemas"]["Permission"][];
      /**
       * @description The intended use, which is a part of the key
       * @enum {string}
       */
      environment?: "dev" | "stg" | "prod" | "ci";
      /** @description Seconds, at most ten years; null: never */
      expires_in?: number | null;
    };
    ApiKeyChange: {
      /**
       * Format: date-time
       * @description When the key expires; null: never
       */
      expires_at: string | null;
    };
    ConflictError: {
      /** @description A sentence for people */
      detail: string;
      /** @description The id of what was created */
      id: string;
    };
    /** @description A login that a person has yet to approve */
    StartedLogin: {
      /** @description The secret with which the program polls */
      device_code: string;
      /** @description The code that the person compares or types: at least 34 bits */
      user_code: string;
      /**
       * Format: uri
       * @description The page on which the login is approved
       */
      verification_url: string;
      /** @description How long the code is valid, in seconds */
      expires_in?: number;
      /** @description Seconds between two polls */
      interval?: number;
      /** @description Older servers' name */
      expires_in_sec?: number;
      /** @description Older servers' name */
      interval_sec?: number;
    };
    /** @description No fields are required */
    StartLogin: Record<string, never>;
    DeviceCode: {
      device_code: string;
    };
    RefreshToken: {
      refresh_token: string;
    };
    /** @description The tokens of a login, and who approved it */
    IssuedCredential: {
      /** @description Is used like an API key */
      access_token: string;
      refresh_token: string;
      /**
       * Format: date-time
       * @description When the access token expires
       */
      expires_at: string;
      user_id: string;
      user_email: string;
    };
    LoginState: {
      /** @enum {string} */
      status: "pending" | "slow_down" | "approved" | "denied" | "expired";
      credential?: components["schemas"]["IssuedCredential"];
    };
    RefreshedLogin: {
      credential: {
        access_token?: string;
        refresh_token?: string;
        /** Format: date-time */
        expires_at?: string;
        user_id?: string;
        user_email?: string;
      };
    };
  };
  responses: {
    /** @description The key is missing or was rejected */
    Unauthorized: {
      headers: {
        "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["UnauthorizedError"];
      };
    };
    /** @description The key is valid but lacks the required permission */
    PermissionDenied: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["PermissionDeniedError"];
      };
    };
    /** @description It doesn't exist, or the caller can't access it */
    NotFound: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description This path doesn't support the method */
    MethodNotAllowed: {
      headers: {
        Allow: components["headers"]["Allow"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The request names another host (DNS rebinding), or comes from a page of another site (`Origin`): web pages can't use a server on this machine */
    MisdirectedRequest: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The request is invalid */
    UnprocessableContent: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ValidationError"];
      };
    };
    /** @description Too many requests */
    TooManyRequests: {
      headers: {
        "Retry-After": components["headers"]["RetryAfter"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The server failed; the reason isn't disclosed */
    ServerError: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The request was already processed */
    Conflict: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ConflictError"];
      };
    };
    /** @description The body is too large */
    ContentTooLarge: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The body isn't JSON */
    UnsupportedMediaType: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /** @description The methods that this path supports (RFC 9110, section 10.2.1) */
    Allow: string;
    /** @description How long to wait: seconds, or a date (RFC 9110, section 10.2.3) */
    RetryAfter: string;
    /** @description How to authenticate (RFC 6750, section 3) */
    WwwAuthenticate: string;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  getMe: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The account, and the key that was sent */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Me"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  listProjects: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The projects; older servers send the list alone */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ProjectList"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  listWorkspaces: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The workspaces; older servers send the list alone */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorkspaceList"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  startLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["StartLogin"];
      };
    };
    responses: {
      /** @description The codes and the page's URL */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StartedLogin"];
        };
      };
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  completeLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DeviceCode"];
      };
    };
    responses: {
      /** @description The state, with the tokens of an approved login */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LoginState"];
        };
      };
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  refreshLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RefreshToken"];
      };
    };
    responses: {
      /** @description The tokens. Omitted ones keep their old value; without `expires_at`, the access token is valid for one hour */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RefreshedLogin"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  revokeLogin: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RefreshToken"];
      };
    };
    responses: {
      /** @description There is no such session any more */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  pullBundle: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PullRequest"];
      };
    };
    responses: {
      /** @description The version, with the requested content */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Bundle"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  uploadResults: {
    parameters: {
      query?: never;
      header?: {
        /** @description Chosen by the client for this part. The server doesn't need it, because it stores each run once. */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ResultUpload"];
      };
    };
    responses: {
      /** @description The results are stored */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UploadedResults"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  getOpenApiDocument: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description An OpenAPI 3.1 document */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["OpenApiDocument"];
        };
      };
      405: components["responses"]["MethodNotAllowed"];
      421: components["responses"]["MisdirectedRequest"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  listApiKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The keys that aren't revoked, oldest first */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApiKeyList"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  createApiKey: {
    parameters: {
      query?: never;
      header?: {
        /** @description A text that the client chooses. A second request with the same one creates no second key. Because the key itself isn't stored, the response is 409, with the existing key's id. */
        "Idempotency-Key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewApiKey"];
      };
    };
    responses: {
      /** @description The key, which is shown only once */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CreatedApiKey"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      409: components["responses"]["Conflict"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  deleteApiKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The key was revoked */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
  changeApiKey: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ApiKeyChange"];
      };
    };
    responses: {
      /** @description The key */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ListedApiKey"];
        };
      };
      401: components["responses"]["Unauthorized"];
      403: components["responses"]["PermissionDenied"];
      404: components["responses"]["NotFound"];
      405: components["responses"]["MethodNotAllowed"];
      413: components["responses"]["ContentTooLarge"];
      415: components["responses"]["UnsupportedMediaType"];
      421: components["responses"]["MisdirectedRequest"];
      422: components["responses"]["UnprocessableContent"];
      429: components["responses"]["TooManyRequests"];
      "5XX": components["responses"]["ServerError"];
    };
  };
}
