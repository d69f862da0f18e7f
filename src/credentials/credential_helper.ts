/**
 * The operating system's own store for secrets, for those who want no key in a plain file. Others keep the programs that
 * speak to it: this is a client of their protocol (github.com/docker/docker-credential-helpers), in which a secret goes
 * through standard input and output and is never an argument.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { ConfigurationError, FluxloopError, InterruptedError, SystemError } from "../errors.ts";
import { redactTokens } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import { plainSecretOf, textsIn } from "./profile.ts";
import { HELPER_PREFIX as PREFIX, STORES, storeTitle } from "./secret_stores.ts";
import { toHex } from "../text/hex.ts";
import { WITHOUT_KEYS } from "../text/key_variables.ts";

/** What an entry holds: a secret's fields. */
export type EntryFields = Readonly<Record<string, string>>;

type Action = "store" | "get" | "erase" | "list";

/** What a helper that has ended said. */
interface Answer {
  /** The helper's name, without what all of them begin with. */
  readonly helper: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** How long one call may take unless told otherwise, in milliseconds: a locked store may ask the person to unlock it. */
const PATIENCE = 60_000;
/** One name for all entries: under another, some stores would keep a second entry beside the first. */
const USERNAME = "fluxloop";
const NOT_THERE = "credentials not found in native keychain";
/** The most that is shown of what a helper said, in characters. */
const SHOWN_AT_MOST = 200;
/** The exit code of a program that Ctrl-C ended; the terminal sends that to the helper as well. */
const INTERRUPTED = 130;
/** No helper needs them, and every program that it starts would inherit them. */

const LOCKED = "it is locked or refuses access; unlock it and try again";
/** Tell-tale words of what helpers say, which differs between them and their versions, and what is to be done. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/locked|interaction is not allowed|cancell?ed|dismissed|-25308/i, LOCKED],
  [
    /not provided by any \.service|autolaunch|could not connect|address is empty|ServiceUnknown/i,
    "none runs in this session; start one (GNOME Keyring, KWallet), or log in with --storage file",
  ],
  [/executable file not found/i, "a program that it needs is not installed; install it, or log in with --storage file"],
  [/pass init|not initialized/i, 'it is not set up; run "pass init", or log in with --storage file'],
  [/gpg:|decrypt/i, "GnuPG refuses; see that your GnuPG key is there and unlocked"],
];

/** The store that one helper program gives access to. */
export class CredentialHelper {
  readonly #context: Context;
  readonly #helpers: readonly string[];
  readonly #patience: number;

  /**
   * @param context Runs the helper, and tells when to stop.
   * @param name The helper, as `credential_helper:` in the credentials file names it: `pass` or
   * `docker-credential-pass`. With `null` it is the system's own.
   * @param patience How long one call may take, in milliseconds.
   * @throws {ConfigurationError} When no helper can be called so.
   */
  constructor(context: Context, name: string | null, patience = PATIENCE) {
    this.#context = context;
    this.#patience = patience;
    this.#helpers = name === null ? systemHelpers(context) : [checkName(name)];
  }

  /**
   * Keeps a secret, in place of the one that is kept under the same reference.
   *
   * @param reference Made by {@linkcode secretReference}.
   * @param profile For messages.
   * @returns The helper that was used, for the profile to name from now on.
   * @throws {ConfigurationError} When the helper is not installed.
   * @throws {SystemError} When the store is locked or refuses, or its helper fails.
   * @throws {InterruptedError} When the program is told to stop meanwhile.
   */
  async store(reference: string, profile: string, fields: EntryFields): Promise<string> {
    const input = JSON.stringify({ ServerURL: reference, Username: USERNAME, Secret: JSON.stringify(fields) });
    const answer = await this.#ask("store", reference, input);
    if (answer.code !== 0) throw failure(answer, "take", profile, Object.values(fields));
    return answer.helper;
  }

  /**
   * @param reference What the secret was kept under.
   * @throws {ConfigurationError} When the secret is not there any more, or the helper is not installed.
   * @throws See {@linkcode store}.
   */
  async get(reference: string): Promise<EntryFields> {
    const answer = await this.#ask("get", reference);
    const profile = profileOf(reference);
    const absent = answer.code === 0 ? holdsNothing(answer.stdout) : answer.stdout.trim() === NOT_THERE;
    if (absent || (answer.code !== 0 && answer.stdout.trim() === "")) {
      // Of a locked Secret Service the helper says that nothing is there, or crashes; its list tells the difference.
      if (await this.#lists(answer.helper, reference)) throw new SystemError(refusal(answer, "give", profile, LOCKED));
    }
    if (absent) {
      const where = storeTitle(answer.helper);
      throw new ConfigurationError(`The key of profile "${profile}" is not in ${where} any more; log in to it again`);
    }
    if (answer.code !== 0) throw failure(answer, "give", profile);
    const secret = parseObject(answer.stdout)?.Secret;
    const fields = typeof secret === "string" ? parseObject(secret) : null;
    if (fields === null || plainSecretOf(textsIn(fields)) === null) throw unreadable(answer.helper, profile);
    return Object.fromEntries(Object.entries(fields).filter((it): it is [string, string] => typeof it[1] === "string"));
  }

  /**
   * Removes a secret. That it is not there is no failure; that it may be there still is one.
   *
   * @param reference What the secret was kept under.
   * @throws See {@linkcode store}.
   */
  async erase(reference: string): Promise<void> {
    const answer = await this.#ask("erase", reference);
    // Of a locked Secret Service the helper says that all went well; of what was not there, pass says that it failed.
    const listed = await this.#lists(answer.helper, reference);
    const erased = answer.code === 0 || answer.stdout.trim() === NOT_THERE;
    if (listed === false || (listed === null && erased)) return;
    const profile = profileOf(reference);
    throw erased ? new SystemError(refusal(answer, "remove", profile, LOCKED)) : failure(answer, "remove", profile);
  }

  /** Asks the first helper that is installed. One that fails is not passed over: it may be the one with the key. */
  async #ask(action: Action, reference: string, input = reference): Promise<Answer> {
    for (const helper of this.#helpers) {
      const answer = await this.#run(helper, action, reference, input);
      if (answer !== null) return answer;
    }
    throw notInstalled(this.#helpers);
  }

  /** @returns Whether the store has something under `reference`; `null` where its helper cannot tell. */
  async #lists(helper: string, reference: string): Promise<boolean | null> {
    const answer = await this.#run(helper, "list", reference, "");
    const entries = answer?.code === 0 ? parseObject(answer.stdout) : null;
    // An entry without a name is one of a locked collection, and may be this one.
    return entries && (Object.hasOwn(entries, reference) || Object.hasOwn(entries, ""));
  }

  /** @returns What the helper said; `null` where it is not installed. */
  async #run(helper: string, action: Action, reference: string, input: string): Promise<Answer | null> {
    const program = PREFIX + helper;
    const { stopped } = this.#context;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.#patience);
    const signal = AbortSignal.any([stopped, patience.signal]);
    try {
      const result = await this.#context.runProgram(program, { args: [action], input, env: WITHOUT_KEYS, signal });
      if (result.code === INTERRUPTED) throw new InterruptedError();
      return { helper, ...result };
    } catch (error) {
      if (error instanceof FluxloopError) throw error;
      if (stopped.aborted) throw new InterruptedError();
      if (patience.signal.aborted) {
        const what = `${program} did not finish with the key of profile "${profileOf(reference)}"`;
        const limit = `within ${this.#patience / 1000} seconds`;
        throw new SystemError(`${what} ${limit}; unlock ${storeTitle(helper)} and try again`);
      }
      if (error instanceof Deno.errors.NotFound) return null;
      const reason = error instanceof Error ? oneLine(error.message) : "the system refused it";
      throw new SystemError(`${program} could not be started: ${reason}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * What a secret is kept under: a URL of the platform, as helpers take no other name, and one for each profile of each
 * credentials file. Stores that do not tell upper case from lower still tell the hashes apart.
 *
 * @param apiUrl The platform that the key is for.
 * @param file The credentials file's absolute path.
 * @param profile The profile's name.
 */
export async function secretReference(apiUrl: URL, file: string, profile: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${file}\n${profile}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = toHex(hash.subarray(0, 6));
  return `${apiUrl.origin}/fluxloop/${hex}/${profile}`;
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
    'credential_helper names no credential helper: it takes a name such as "pass", of letters, digits, ".", "_" and "-"',
  );
}

function profileOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

function holdsNothing(stdout: string): boolean {
  return parseObject(stdout)?.Secret === "";
}

function unreadable(helper: string, profile: string): SystemError {
  return new SystemError(
    `What ${PREFIX}${helper} gave as the key of profile "${profile}" cannot be read; log in to it again`,
  );
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null; // The parser's message quotes the text, which may be the secret.
  }
}

function notInstalled(helpers: readonly string[]): ConfigurationError {
  const programs = helpers.map((it) => PREFIX + it);
  const missing = programs.length === 1 ? `${programs[0]} is not` : `Neither ${programs.join(" nor ")} is`;
  const install = Object.hasOwn(STORES, helpers[0]) ? `install it (${STORES[helpers[0]].source})` : "install it";
  return new ConfigurationError(`${missing} installed, or on the PATH; ${install}, or log in with --storage file`);
}

function failure(answer: Answer, deed: string, profile: string, secrets: readonly string[] = []): SystemError {
  const said = whatItSaid(answer, secrets);
  const reason = REASONS.find(([tell]) => tell.test(said))?.[1] ?? `its helper failed with exit code ${answer.code}`;
  const quoted = said === "" ? "" : ` (${PREFIX}${answer.helper}: ${said})`;
  return new SystemError(refusal(answer, deed, profile, reason) + quoted);
}

function refusal({ helper }: Answer, deed: string, profile: string, reason: string): string {
  return `${sentence(storeTitle(helper))} did not ${deed} the key of profile "${profile}": ${reason}`;
}

/** @returns A failed helper's own words, fit to be shown; nothing where they may be the secret. */
function whatItSaid({ stdout, stderr }: Answer, secrets: readonly string[]): string {
  const text = stdout.trim() || (stderr.trim().split("\n")[0] ?? "");
  // A key has no white space, so that a word alone on a line may be one; what holds it is JSON.
  const mayBeSecret = /^\S+$/m.test(text) || /[{}]|api_key|_token/.test(text) ||
    secrets.some((it) => text.includes(it));
  return mayBeSecret ? "" : oneLine(text);
}

function oneLine(text: string): string {
  const safe = printable(redactTokens(text.replace(/\s+/g, " ")));
  return safe.length > SHOWN_AT_MOST ? `${safe.slice(0, SHOWN_AT_MOST - 1)}…` : safe;
}

function sentence(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
