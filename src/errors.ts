/**
 * The kinds of errors, each with its exit code and its code in JSON.
 *
 * @module
 */

/** An error that is reported to the user. Anything else that is thrown is a bug. */
export abstract class FluxloopError extends Error {
  abstract readonly exitCode: 1 | 2 | 3 | 4 | 5 | 10 | 126 | 127 | 130;
  /** The code in JSON: lower-case words joined by `_`. */
  abstract readonly code: string;
  override readonly name = "FluxloopError";
}

/** The command line is invalid. */
export class UsageError extends FluxloopError {
  override readonly exitCode = 2;
  override readonly code = "usage";
}

/** The environment, the credentials file or `fluxloop.yaml` is invalid. */
export class ConfigurationError extends FluxloopError {
  override readonly exitCode = 2;
  override readonly code = "configuration";
}

/** A mistake in one of the user's files. */
export interface Mistake {
  /** The path to show. */
  readonly file: string;
  /** Starts at 1. */
  readonly line: number;
  readonly column: number;
  /** The field, such as `runner.http.url`; empty for the whole file. */
  readonly path: string;
  /** What is wrong or expected, without quoting the file. */
  readonly message: string;
}

/** The user's files contain mistakes. */
export class MistakesError extends ConfigurationError {
  /** @param mistakes All of them, at least one. */
  constructor(readonly mistakes: readonly Mistake[]) {
    const files = [...new Set(mistakes.map((it) => it.file))];
    const count = mistakes.length === 1 ? "an error" : `${mistakes.length} errors`;
    super(`${files.join(" and ")} ${files.length === 1 ? "has" : "have"} ${count}`);
  }
}

/** An API key is required, but the profile is logged in through the browser. */
export class BrowserLoginError extends FluxloopError {
  override readonly exitCode = 2;
  override readonly code = "browser_login";

  constructor(readonly profile: string) {
    super(
      `Profile "${profile}" has no API key: it is logged in through the browser, and its tokens are refreshed automatically`,
    );
  }
}

/** There is no key to use. */
export class NotLoggedInError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "not_logged_in";

  /** @param saved,next The profiles to choose from; what to do if there are none. */
  constructor(readonly saved: readonly string[] = [], readonly next = "Run: fluxloop auth login") {
    super("Not authenticated");
  }
}

/** Why the platform rejects a key: the `code` of its 401 response. */
export type KeyRejection = "invalid_api_key" | "expired_api_key" | "revoked_api_key";

/** The platform rejects the key (401). */
export class InvalidKeyError extends FluxloopError {
  override readonly exitCode = 3;

  /** @param apiUrl The API URL in use, which decides the URL of the API keys page. */
  constructor(override readonly code: KeyRejection, readonly apiUrl: URL) {
    super("Invalid API key");
  }
}

/** The platform rejects the tokens of a browser login. */
export class InvalidLoginError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "login_ended";

  constructor(readonly profile: string) {
    super(`The browser login of profile "${profile}" has expired or was revoked`);
  }
}

/** A browser login was denied, or not approved in time. */
export class LoginRefusedError extends FluxloopError {
  override readonly exitCode = 3;

  constructor(override readonly code: "login_denied" | "login_expired", readonly profile: string) {
    super(
      code === "login_denied"
        ? "The login was denied in the browser. Nothing was saved."
        : "The code expired before the login was approved",
    );
  }
}

/** The key is valid but lacks a permission (403). */
export class PermissionDeniedError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "permission_denied";

  /** @param required,permissions The missing permission and the key's, if the platform names them. */
  constructor(readonly required: string | undefined, readonly permissions: readonly string[] | undefined) {
    super("Permission denied");
  }
}

/** The key expires within the time of `--fail-if-expires-in`. */
export class KeyExpiresSoonError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "key_expires_soon";

  /**
   * @param expiry Such as `2024-04-15 (7 days remaining)`.
   * @param key The option, variable or profile that the key comes from; `profile` is `null` if it isn't a profile.
   */
  constructor(
    expiry: string,
    readonly key: { readonly profile: string | null; readonly origin: string; readonly apiUrl: URL },
  ) {
    super(`The API key expires on ${expiry}, sooner than --fail-if-expires-in allows`);
  }
}

/** Why a server can't be reached. */
export interface ConnectionFailure {
  /** Part of a sentence, without a full stop. */
  readonly reason: string;
  readonly step: "resolution" | "connection" | "tls";
  /** Whether the reason says more than that there is no connection. */
  readonly isSpecific: boolean;
}

/** The platform can't be reached, or the request timed out. */
export class NetworkError extends FluxloopError {
  override readonly exitCode = 4;
  override readonly code = "network";
  /** The proxy in use, without its password. */
  readonly proxy: string | undefined;

  /**
   * @param apiUrl The URL whose host is named.
   * @param options.to The server, if it isn't the platform.
   */
  constructor(
    readonly apiUrl: URL,
    readonly failure: ConnectionFailure,
    { proxy, cause, to = "FluxLoop API" }: { readonly proxy?: string; readonly cause?: unknown; readonly to?: string } =
      {},
  ) {
    super(`Unable to connect to ${to}`, { cause });
    this.proxy = proxy;
  }
}

/** A profile, key, project or other resource that the user named doesn't exist. */
export class NotFoundError extends FluxloopError {
  override readonly exitCode = 5;
  override readonly code = "not_found";
}

/** A profile that was named or selected doesn't exist. */
export class UnknownProfileError extends NotFoundError {
  /**
   * @param origin The option, variable or file that names the profile.
   * @param saved The saved profiles.
   */
  constructor(readonly profile: string, origin: string, saved: readonly string[]) {
    const from = origin === "--profile" ? "" : ` (from ${origin})`;
    const others = saved.length === 0 ? ", and no profiles are saved" : `. Saved profiles: ${saved.join(", ")}`;
    super(`Profile "${profile}"${from} doesn't exist${others}`);
  }
}

/** The platform failed, or sent an invalid response. */
export class PlatformError extends FluxloopError {
  override readonly exitCode = 1;
  override readonly code = "platform";
}

/** A release is unsigned or damaged, or doesn't run. */
export class ReleaseError extends FluxloopError {
  override readonly exitCode = 1;
  override readonly code = "release";
}

/** The system failed: a full disk, a lock that another process holds, a port in use. */
export class SystemError extends FluxloopError {
  override readonly exitCode = 1;
  override readonly code = "system";
}

/** A program can't be run. Shells use the same exit codes. */
export class ProgramError extends FluxloopError {
  override readonly code = "program";

  /** @param exitCode 127 if it wasn't found, 126 if it isn't executable. */
  constructor(override readonly exitCode: 126 | 127, program: string, options?: ErrorOptions) {
    const reason = exitCode === 127 ? "program or its interpreter not found" : "permission denied or not executable";
    super(`Can't run "${program}": ${reason}`, options);
  }
}

/** The user or the system told the program to stop. */
export class InterruptedError extends FluxloopError {
  override readonly exitCode = 130;
  override readonly code = "interrupted";

  constructor() {
    super("Interrupted");
  }
}
