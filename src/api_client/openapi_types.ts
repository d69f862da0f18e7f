// Made from openapi.json by scripts/generate_types.ts. Change the document, not this file.

export interface paths {
  "/api/auth/me": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who is asking, with which key, and what they may do
     * @description Everything that `fluxloop auth status` and `whoami` show, in one round trip. Older servers do not have it and answer 404.
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
    /** The projects that the key reaches */
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
    /** The workspaces that the account belongs to */
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
     * Begins a login through the browser
     * @description The program shows the code and the page's address to the person, who approves it there, and asks `complete` meanwhile (RFC 8628 in spirit).
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
     * What became of a login
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
     * Other tokens in exchange for a refresh token
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
     * Ends a session
     * @description Also one that has ended already, or never was.
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
     * What a test is run on
     * @description Needs `read_scenarios`. Takes a version of a bundle, or a project, whose newest version it is then. What the key does not reach is not there. Nothing is changed by it.
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
     * Takes in what came out of a test
     * @description Needs `upload_results`. An experiment may come in several parts; they belong together by `experiment_id`, and all are answered with the same `run_batch_id`. A run is known by its `id` within the experiment: one that came before is passed over and counted once, so that every part may be sent again, alone or with others, at any time. The status of the experiment is that of the part that says it last; one that is `completed` or `interrupted` is never `running` again. A body may have 4 MiB.
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
    /** This document */
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
     * The active keys that the caller can manage
     * @description A signed-in person manages all keys of their own. A key manages itself and those that it created, and those that these created.
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
    /** @description An organization, and what the account is in it */
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
    /** @description An organization under its older name */
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
     * @description What a key may do
     * @enum {string}
     */
    Permission: "read_scenarios" | "upload_results" | "create_scenarios" | "delete_scenarios" | "manage_projects";
    /** @description What a key reaches: everything that its account reaches, or the projects with these ids */
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
       * @description When the key expires; null: it does not expire
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
    /** @description Who is asking, with which key, and what they may do */
    Me: {
      account: components["schemas"]["Account"];
      organizations: components["schemas"]["Organization"][];
      /** @description Those that the key reaches */
      projects: components["schemas"]["Project"][];
      /** @description The key that was sent; null where it was an access token */
      api_key: components["schemas"]["ApiKeyInfo"] | null;
      /** @description Whether the account may use this API at all */
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
    /** @description At least one of both ids; where both are given, the version is one of the project's */
    PullRequest: {
      /** @example bv_1 */
      bundle_version_id?: string | null;
      /** @example prj_1 */
      project_id?: string | null;
      /** @description True where it is left out, as the others */
      include_inputs?: boolean;
      include_personas?: boolean;
      include_criteria?: boolean;
    };
    /** @description What one side of a conversation says */
    Message: {
      /**
       * @example user
       * @example assistant
       */
      role: string;
      /** @example Where is my order? */
      content: string;
    };
    /** @description One thing to say to an agent */
    InputItem: {
      /** @example inp_1 */
      id: string;
      messages: components["schemas"]["Message"][];
      /**
       * @description Who says it
       * @example per_1
       */
      persona_id?: string | null;
      metadata?: {
        [key: string]: unknown;
      } | null;
    };
    /** @description Somebody whom an input is said by */
    Persona: {
      /** @example per_1 */
      id: string;
      /** @example In a hurry */
      name: string;
    };
    /** @description What a test is run on; a list that was not asked for is empty */
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
    /** @description What came out of a test, or a part of it */
    ResultUpload: {
      /**
       * @description What it was run on; null: inputs of its own
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
      /** @description At most one for each of the runs */
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
        /** @description Counts from 1 */
        part?: number;
        is_last?: boolean;
      };
    };
    /** @enum {string} */
    RunStatus: "completed" | "failed";
    /** @description An agent, once on one input */
    Run: {
      /** @description Unique within the experiment, without control characters */
      id: string;
      /** @example inp_1 */
      input_item_id?: string | null;
      /** @example per_1 */
      persona_id?: string | null;
      status: components["schemas"]["RunStatus"];
    };
    /** @description What came out of a run */
    RunResult: {
      /** @description One of the same part's runs */
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
    /** @description An OpenAPI 3.1 document, as its specification has it */
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
      /** @description Those that the key has */
      permissions: components["schemas"]["Permission"][];
      /** @description A sentence for people */
      detail: string;
    };
    ValidationError: {
      detail: string | components["schemas"]["FieldError"][];
    };
    FieldError: {
      /** @description The way to the value that is wrong: names, and places in lists, as in `body`, `scopes`, 0 */
      loc: (string | number)[];
      /** @description What is wrong with it */
      msg: string;
    };
    /** @description An API key as a list shows it */
    ListedApiKey: components["schemas"]["ApiKeyInfo"] & {
      /**
       * @description What people know it by
       * @example flux_dev_abc1
       */
      prefix: string;
      /**
       * Format: date-time
       * @description To the minute or so; null: never
       */
      last_used_at: string | null;
      /**
       * @description The key that it was made with; null: a person made it
       * @example key_1
       * @example null
       */
      created_by: string | null;
    };
    /** @description A key, and its own self */
    CreatedApiKey: components["schemas"]["ListedApiKey"] & {
      /** @description The whole key, shown this once */
      key: string;
    };
    ApiKeyList: {
      api_keys: components["schemas"]["ListedApiKey"][];
    };
    /** @description A key to create */
    NewApiKey: {
      /** @description 1 to 100 characters, none of them a control character */
      name: string;
      /** @description The one project that it reaches; the same as `scopes` with one id */
      project_id?: string;
      scopes?: components["schemas"]["ApiKeyScopes"];
      permissions?: components["schemas"]["Permission"][];
      /**
       * @description What the key is for: a part of it
       * @enum {string}
       */
      environment?: "dev" | "stg" | "prod" | "ci";
      /** @description Seconds, at most ten years; null: it does not expire */
      expires_in?: number | null;
    };
    ApiKeyChange: {
      /**
       * Format: date-time
       * @description When the key expires; null: it does not expire
       */
      expires_at: string | null;
    };
    ConflictError: {
      /** @description A sentence for people */
      detail: string;
      /** @description What there is already */
      id: string;
    };
    /** @description A login that a person has yet to decide on */
    StartedLogin: {
      /** @description What the program asks with; a secret */
      device_code: string;
      /** @description What the person compares or types: at least 34 bits */
      user_code: string;
      /**
       * Format: uri
       * @description The page on which the login is approved
       */
      verification_url: string;
      /** @description Seconds that the code waits */
      expires_in?: number;
      /** @description Seconds between two questions */
      interval?: number;
      /** @description The same in older servers */
      expires_in_sec?: number;
      /** @description The same in older servers */
      interval_sec?: number;
    };
    /** @description Nothing needs to be said */
    StartLogin: Record<string, never>;
    DeviceCode: {
      device_code: string;
    };
    RefreshToken: {
      refresh_token: string;
    };
    /** @description Tokens of a login, and who let the program in */
    IssuedCredential: {
      /** @description Goes where an API key goes */
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
    /** @description The key is good, and may not do this */
    PermissionDenied: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["PermissionDeniedError"];
      };
    };
    /** @description There is nothing under this path */
    NotFound: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description This path does not take the method */
    MethodNotAllowed: {
      headers: {
        Allow: components["headers"]["Allow"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The request names another host than the server's, or comes from a page of another site (`Origin`): a web page may be reaching for a server on this machine, under a name of its own (DNS rebinding) or under the server's */
    MisdirectedRequest: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description What was sent cannot be used */
    UnprocessableContent: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ValidationError"];
      };
    };
    /** @description Too many requests in too short a time */
    TooManyRequests: {
      headers: {
        "Retry-After": components["headers"]["RetryAfter"];
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The server failed; nothing is said about how */
    ServerError: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description The same request has been done already */
    Conflict: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["ConflictError"];
      };
    };
    /** @description More was sent than anything here takes */
    ContentTooLarge: {
      headers: {
        [name: string]: unknown;
      };
      content: {
        "application/json": components["schemas"]["Error"];
      };
    };
    /** @description Something else than JSON was sent */
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
    /** @description The methods that this path takes (RFC 9110, section 10.2.1) */
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
      /** @description The projects; older servers answer with the bare list */
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
      /** @description The workspaces; older servers answer with the bare list */
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
      /** @description What to show, and what to ask with */
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
      /** @description Its state */
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
      /** @description It has ended */
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
      /** @description The version, and of its content what was asked for */
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
        /** @description A text of the client's own for this part. This server needs none to do it once. */
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
      /** @description It is kept */
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
      /** @description The keys, the first one first; revoked ones are left out */
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
      /** @description The key, which is shown this once */
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
