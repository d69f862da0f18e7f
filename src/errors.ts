/**
 * The few kinds of failure, each with its exit code (design: "Errors") and the code by which a program reading `--json`
 * knows it. Messages are one sentence; the seed's longer texts are made of an error's fields in `output/`.
 *
 * @module
 */

/** Every failure that a person is told about. Anything else is a defect of the program. */
export abstract class FluxloopError extends Error {
  /** The process's exit code. */
  abstract readonly exitCode: 1 | 2 | 3 | 4 | 5 | 10 | 126 | 127 | 130;
  /** What a program reads: lower case words joined by `_`. */
  abstract readonly code: string;
  override readonly name = "FluxloopError";
}

/** The command line is wrong: exit 2. */
export class UsageError extends FluxloopError {
  override readonly exitCode = 2;
  override readonly code = "usage";
}

/** What the program was set up with is wrong (environment, credentials file): exit 2. */
export class ConfigurationError extends FluxloopError {
  override readonly exitCode = 2;
  override readonly code = "configuration";
}

/** Something that is wrong in a file that a person wrote. */
export interface Mistake {
  /** The file's path, as people know it. */
  readonly file: string;
  /** From 1 on. */
  readonly line: number;
  readonly column: number;
  /** The field, such as `runner.http.url`; empty where it is the file as a whole. */
  readonly path: string;
  /** What is wrong or expected, without anything of the file's text. */
  readonly message: string;
}

/** A file that a person wrote has mistakes, and all of them are told: exit 2. */
export class MistakesError extends ConfigurationError {
  /** @param mistakes One or more. */
  constructor(readonly mistakes: readonly Mistake[]) {
    const files = [...new Set(mistakes.map((it) => it.file))].join(" and ");
    super(
      mistakes.length === 1 ? `There is a mistake in ${files}` : `There are ${mistakes.length} mistakes in ${files}`,
    );
  }
}

/** An API key is needed, and the profile is signed in through the browser: exit 2. */
export class BrowserLoginError extends FluxloopError {
  override readonly exitCode = 2;
  override readonly code = "browser_login";

  /** @param profile Whose login it is. */
  constructor(readonly profile: string) {
    super(`Profile "${profile}" is signed in through the browser: it has no API key, and its tokens renew themselves`);
  }
}

/** There is no key to use: exit 3. */
export class NotLoggedInError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "not_logged_in";

  /** @param saved The profiles to choose from, where none is selected. */
  constructor(readonly saved: readonly string[] = []) {
    super("Not authenticated");
  }
}

/** Why the platform does not take a key: the `code` of its 401 answer. */
export type KeyRejection = "invalid_api_key" | "expired_api_key" | "revoked_api_key";

/** The platform does not take the key (401): exit 3. */
export class InvalidKeyError extends FluxloopError {
  override readonly exitCode = 3;

  /**
   * @param code The platform's word for it.
   * @param apiUrl The API URL in use, from which the address of the key page follows.
   */
  constructor(override readonly code: KeyRejection, readonly apiUrl: URL) {
    super("Invalid API key");
  }
}

/** The tokens of a login through the browser are no longer accepted: exit 3. */
export class LoginEndedError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "login_ended";

  /** @param profile Whose login it was. */
  constructor(readonly profile: string) {
    super(`The login of profile "${profile}" has ended`);
  }
}

/** A login through the browser came to nothing: exit 3. */
export class LoginRefusedError extends FluxloopError {
  override readonly exitCode = 3;

  /** @param code Whether a person said no, or nobody said anything in time. */
  constructor(override readonly code: "login_denied" | "login_expired") {
    super(
      code === "login_denied"
        ? "The login was denied in the browser. Nothing was saved."
        : "The code expired before the login was approved. Run the login again.",
    );
  }
}

/** The key is good, and may not do this (403): exit 3. */
export class PermissionDeniedError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "permission_denied";

  /**
   * @param required The permission that is missing, where the platform names it.
   * @param permissions Those that the key has, where the platform tells them.
   */
  constructor(readonly required: string | undefined, readonly permissions: readonly string[] | undefined) {
    super("Permission denied");
  }
}

/** The key is good and ends sooner than the caller asked for: exit 3. */
export class KeyExpiresSoonError extends FluxloopError {
  override readonly exitCode = 3;
  override readonly code = "key_expires_soon";

  /** @param expiry When it ends, as people read it. */
  constructor(expiry: string) {
    super(`The API key expires too soon: ${expiry}`);
  }
}

/** The platform could not be reached, or did not finish in time: exit 4. */
export class NetworkError extends FluxloopError {
  override readonly exitCode = 4;
  override readonly code = "network";

  /** What went wrong, as a part of a sentence without a full stop. */
  readonly reason: string;
  /** Which link of the chain broke. */
  readonly link: "resolution" | "connection" | "tls";
  /** Whether the reason says more than that there is no connection. */
  readonly isTelling: boolean;
  /** The proxy that the way went through, fit to be shown. */
  readonly proxy: string | undefined;

  /**
   * @param apiUrl The API URL in use, whose host is named.
   * @param failure What went wrong.
   * @param options The proxy, fit to be shown, where there was one; the cause; and what was to be reached, where that is
   * not the platform.
   */
  constructor(
    readonly apiUrl: URL,
    failure: {
      readonly reason: string;
      readonly isTelling: boolean;
      readonly link: "resolution" | "connection" | "tls";
    },
    { proxy, cause, to = "FluxLoop API" }: { readonly proxy?: string; readonly cause?: unknown; readonly to?: string } =
      {},
  ) {
    super(`Unable to connect to ${to}`, { cause });
    this.reason = failure.reason;
    this.link = failure.link;
    this.isTelling = failure.isTelling;
    this.proxy = proxy;
  }
}

/** Something that was named is not there: exit 5. */
export class NotFoundError extends FluxloopError {
  override readonly exitCode = 5;
  override readonly code = "not_found";
}

/** The platform failed, or answered with something that cannot be read: exit 1. */
export class PlatformError extends FluxloopError {
  override readonly exitCode = 1;
  override readonly code = "platform";
}

/** A release of the program is not what it has to be: it is not signed, it is damaged, it does not run: exit 1. */
export class ReleaseError extends FluxloopError {
  override readonly exitCode = 1;
  override readonly code = "release";
}

/** The system under the program failed: a disk that is full, a lock that is held, a port that is taken: exit 1. */
export class SystemError extends FluxloopError {
  override readonly exitCode = 1;
  override readonly code = "system";
}

/** A program that was to be run cannot be: 127 where there is none, 126 where permission denied or not executable, as shells have it. */
export class ProgramError extends FluxloopError {
  override readonly code = "program";

  /** @param exitCode Which of both it is. */
  constructor(override readonly exitCode: 126 | 127, program: string, options?: ErrorOptions) {
    const reason = exitCode === 127 ? "program not found" : "permission denied or not executable";
    super(`Can't run "${program}": ${reason}`, options);
  }
}

/** The person or the system told the program to stop: exit 130. */
export class InterruptedError extends FluxloopError {
  override readonly exitCode = 130;
  override readonly code = "interrupted";

  constructor() {
    super("Interrupted");
  }
}
