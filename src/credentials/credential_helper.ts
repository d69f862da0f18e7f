/**
 * Stores secrets in the operating system's keychain by running Docker's credential helpers
 * (github.com/docker/docker-credential-helpers). Secrets are passed through standard input and output, never as arguments.
 *
 * @module
 */
import type { Context, ProgramResult } from "../context.ts";
import { ConfigurationError, FluxloopError, InterruptedError, SystemError } from "../errors.ts";
import { parseObject } from "../text/json.ts";
import { WITHOUT_KEYS } from "../text/key_variables.ts";
import { redactTokens } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { entryFieldsOf, type StoredSecret, storedSecretOf } from "./profile.ts";

type Action = "store" | "get" | "erase" | "list";

/** A helper's response. */
interface Reply extends ProgramResult {
  /** The helper's name, without {@linkcode PREFIX}. */
  readonly helper: string;
}

/** The prefix of every helper's program name. */
const PREFIX = "docker-credential-";
/** Each helper's keychain, as a part of a sentence, and where to get the helper. */
const KEYCHAINS: Readonly<Record<string, { readonly name: string; readonly source: string }>> = {
  osxkeychain: { name: "the macOS Keychain", source: "Homebrew: docker-credential-helper" },
  wincred: { name: "the Windows Credential Manager", source: "it comes with Docker Desktop" },
  secretservice: { name: "the Secret Service", source: "Debian, Ubuntu: golang-docker-credential-helpers" },
  pass: { name: "the password store of pass", source: "Debian, Ubuntu: golang-docker-credential-helpers" },
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** How long one call may take, in milliseconds: the user may have to unlock the keychain. */
const TIMEOUT = 60_000;
/** The same for all entries: under another name, some keychains would store a second entry. */
const USERNAME = "fluxloop";
const NOT_FOUND = "credentials not found in native keychain";
/** How much of a helper's message is shown, in characters. */
const SHOWN_LENGTH = 200;
/** The exit code of a program killed by Ctrl-C, which the terminal sends to the helper, too. */
const INTERRUPTED = 130;

const LOCKED = "it is locked or refuses access; unlock it and try again";
/** Words in the helpers' messages, which differ between helpers and versions, and what to do. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/locked|interaction is not allowed|cancell?ed|dismissed|-25308/i, LOCKED],
  [
    /not provided by any \.service|autolaunch|could not connect|address is empty|ServiceUnknown/i,
    "no Secret Service is running in this session; start one (GNOME Keyring, KWallet), or log in with --storage file",
  ],
  [/executable file not found/i, "a program that it needs is not installed; install it, or log in with --storage file"],
  [/pass init|not initialized/i, 'it is not set up; run "pass init", or log in with --storage file'],
  [/gpg:|decrypt/i, "GnuPG couldn't use your key. Check that it is available and unlocked"],
];

/**
 * The keychain that one helper opens. Methods throw {@linkcode ConfigurationError} when the helper isn't installed,
 * {@linkcode SystemError} when the keychain is locked or the helper fails, and {@linkcode InterruptedError}.
 */
export class CredentialHelper {
  readonly #context: Context;
  readonly #helpers: readonly string[];
  readonly #timeout: number;

  /** @param name The helper, such as `pass` or `docker-credential-pass`; `null` for the system's default. */
  constructor(context: Context, name: string | null, timeout = TIMEOUT) {
    this.#context = context;
    this.#timeout = timeout;
    this.#helpers = name === null ? systemHelpers(context) : [checkName(name)];
  }

  /**
   * Stores a secret, replacing the one with the same reference.
   *
   * @param reference From {@linkcode secretReference}.
   * @returns The helper that was used, to be saved in the profile.
   */
  async store(reference: string, stored: StoredSecret): Promise<string> {
    const fields = entryFieldsOf(stored);
    const input = JSON.stringify({ ServerURL: reference, Username: USERNAME, Secret: JSON.stringify(fields) });
    const reply = await this.#ask("store", reference, input);
    if (reply.code !== 0) throw failure(reply, "store", reference, Object.values(fields));
    return reply.helper;
  }

  /** Reads a secret. */
  async get(reference: string): Promise<StoredSecret> {
    const reply = await this.#ask("get", reference);
    const { helper, code, stdout } = reply;
    const isAbsent = code === 0 ? parseObject(stdout)?.Secret === "" : stdout.trim() === NOT_FOUND;
    if (isAbsent || (code !== 0 && stdout.trim() === "")) {
      // For a locked Secret Service the helper reports that nothing is there, or crashes; its list tells the difference.
      if (await this.#lists(helper, reference)) throw new SystemError(refusal(helper, "return", reference, LOCKED));
    }
    if (isAbsent) {
      throw new ConfigurationError(
        `The key of profile "${profileOf(reference)}" is no longer in ${
          keychainName(helper)
        }; log in again: fluxloop auth login --profile ${profileOf(reference)}`,
      );
    }
    if (code !== 0) throw failure(reply, "return", reference);
    const json = parseObject(stdout)?.Secret;
    const stored = typeof json === "string" ? storedSecretOf(parseObject(json)) : null;
    if (stored !== null) return stored;
    throw new SystemError(
      `${PREFIX}${helper} returned a key of profile "${
        profileOf(reference)
      }" that can't be read; log in again: fluxloop auth login --profile ${profileOf(reference)}`,
    );
  }

  /** Removes a secret, if it exists. Throws if it may still exist afterwards. */
  async erase(reference: string): Promise<void> {
    const reply = await this.#ask("erase", reference);
    // For a locked Secret Service the helper reports success; for an entry that isn't there, pass reports a failure.
    const isListed = await this.#lists(reply.helper, reference);
    const isErased = reply.code === 0 || reply.stdout.trim() === NOT_FOUND;
    if (isListed === false || (isListed === null && isErased)) return;
    if (!isErased) throw failure(reply, "remove", reference);
    throw new SystemError(refusal(reply.helper, "remove", reference, LOCKED));
  }

  /** Runs the first helper that is installed. If it fails, the next one isn't tried: the first one may have the key. */
  async #ask(action: Action, reference: string, input = reference): Promise<Reply> {
    for (const helper of this.#helpers) {
      const reply = await this.#run(helper, action, reference, input);
      if (reply !== null) return reply;
    }
    throw notInstalled(this.#helpers);
  }

  /** Returns whether the keychain has an entry; `null` if its helper can't tell. */
  async #lists(helper: string, reference: string): Promise<boolean | null> {
    const reply = await this.#run(helper, "list", reference, "");
    const entries = reply?.code === 0 ? parseObject(reply.stdout) : null;
    // An entry without a name is in a locked collection, and may be this one.
    return entries && (Object.hasOwn(entries, reference) || Object.hasOwn(entries, ""));
  }

  /** Runs a helper, and returns its response; `null` if it isn't installed. */
  async #run(helper: string, action: Action, reference: string, input: string): Promise<Reply | null> {
    const program = PREFIX + helper;
    const { stopped } = this.#context;
    const timeout = AbortSignal.timeout(this.#timeout);
    const signal = AbortSignal.any([stopped, timeout]);
    try {
      const result = await this.#context.runProgram(program, { args: [action], input, env: WITHOUT_KEYS, signal });
      if (result.code === INTERRUPTED) throw new InterruptedError();
      return { helper, ...result };
    } catch (error) {
      if (error instanceof FluxloopError) throw error;
      if (stopped.aborted) throw new InterruptedError();
      if (timeout.aborted) {
        throw new SystemError(
          `${program} timed out after ${this.#timeout / 1000} seconds while accessing the key of profile ` +
            `"${profileOf(reference)}". Unlock ${keychainName(helper)} and try again.`,
        );
      }
      if (error instanceof Deno.errors.NotFound) return null;
      const reason = error instanceof Error ? oneLine(error.message) : "system error";
      throw new SystemError(`${program} could not be started: ${reason}`);
    }
  }
}

/**
 * Returns the name of a keychain entry: a URL, as helpers accept nothing else, and unique for each profile of each
 * credentials file, even in keychains that ignore case.
 */
export async function secretReference(apiUrl: URL, file: string, profile: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${file}\n${profile}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${apiUrl.origin}/fluxloop/${hash.subarray(0, 6).toHex()}/${profile}`;
}

/** Returns the name of a helper's keychain, as a part of a sentence. */
export function keychainName(helper: string): string {
  return Object.hasOwn(KEYCHAINS, helper) ? KEYCHAINS[helper].name : `the store of ${PREFIX}${helper}`;
}

function systemHelpers(context: Context): readonly string[] {
  if (context.system.os === "darwin") return ["osxkeychain"];
  if (context.system.os === "windows") return ["wincred"];
  return ["secretservice", "pass"];
}

function checkName(name: string): string {
  const bare = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
  if (NAME.test(bare)) return bare;
  throw new ConfigurationError(
    'credential_helper must be the name of a credential helper, such as "pass", with only letters, digits, ".", "_" and "-"',
  );
}

function profileOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

function notInstalled(helpers: readonly string[]): ConfigurationError {
  const programs = helpers.map((it) => PREFIX + it);
  const missing = programs.length === 1 ? `${programs[0]} is not` : `Neither ${programs.join(" nor ")} is`;
  const install = Object.hasOwn(KEYCHAINS, helpers[0]) ? `install it (${KEYCHAINS[helpers[0]].source})` : "install it";
  return new ConfigurationError(`${missing} installed or on the PATH; ${install}, or log in with --storage file`);
}

function failure(reply: Reply, action: string, reference: string, secrets: readonly string[] = []): SystemError {
  const text = safeMessageOf(reply, secrets);
  const reason = REASONS.find(([words]) => words.test(text))?.[1] ?? `its helper failed with exit code ${reply.code}`;
  const quoted = text === "" ? "" : ` (${PREFIX}${reply.helper}: ${text})`;
  return new SystemError(refusal(reply.helper, action, reference, reason) + quoted);
}

function refusal(helper: string, action: string, reference: string, reason: string): string {
  const name = keychainName(helper).replace(/^./, (it) => it.toUpperCase());
  return `${name} did not ${action} the key of profile "${profileOf(reference)}": ${reason}`;
}

/** Returns a failed helper's message, safe to show; empty if it may contain the secret. */
function safeMessageOf({ stdout, stderr }: Reply, secrets: readonly string[]): string {
  const text = stdout.trim() || (stderr.trim().split("\n")[0] ?? "");
  // A key has no white space, so a word alone on a line may be one; an entry with a key is JSON.
  const mayBeSecret = /^\S+$/m.test(text) || /[{}]|api_key|_token/.test(text) ||
    secrets.some((it) => text.includes(it));
  return mayBeSecret ? "" : oneLine(text);
}

function oneLine(text: string): string {
  const safe = printable(redactTokens(text.replace(/\s+/g, " ")));
  return safe.length > SHOWN_LENGTH ? `${safe.slice(0, SHOWN_LENGTH - 1)}…` : safe;
}
