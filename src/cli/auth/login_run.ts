/**
 * What `fluxloop auth login` does.
 *
 * @module
 */
import { limitProcesses } from "../../credentials/process_limit.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { reporterFor } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { logInThroughBrowser, type WebLoginOptions } from "./web_login.ts";
import { ENTER_KEY, loginJson, loginText, selectHint, WELCOME } from "../../output/session.ts";
import { warnOfLogin } from "./warn_of_login.ts";
import { logIn, planLogin } from "../../auth/log_in.ts";
import { listProfiles } from "../../auth/list_profiles.ts";
import { parseApiKey } from "../../auth/api_key.ts";

/** The most that is read from standard input for a key, in bytes. */
const STDIN_LIMIT = 64 * 1024;

/** The command's options. */
export interface LoginOptions extends WebLoginOptions {
  readonly apiKey?: string;
  readonly apiKeyStdin?: boolean;
  readonly save: boolean;
  readonly storage?: string;
  readonly web?: boolean;
}

/** Runs the command. */
export async function runLogin(context: Context, options: LoginOptions): Promise<void> {
  // A browser is a process, too; the login through it gives the power up before it has a token.
  limitProcesses(context, options.web ? "anything" : options.save ? "keychain" : "nothing", options.storage);
  const reporter = reporterFor(context, options);
  const requests = requestOptions(context, options);

  checkWays(options);
  const isWeb = options.web === true || options.resume === true;
  const plan = await planLogin(context, options);
  const logInByKey = async () =>
    await logIn(context, plan, { kind: "api_key", key: await keyFor(context, options) }, requests);
  const result = isWeb ? await logInThroughBrowser(context, options, plan, reporter) : await logInByKey();
  if (result === null) return;

  reporter.result(() => loginText(result), () => loginJson(result));
  if (result.savedTo !== null && !(await listProfiles(context)).profiles.some((it) => it.current)) {
    reporter.warn(selectHint(result.profile));
  }
  warnOfLogin(reporter, result);
}

function checkWays(options: LoginOptions): void {
  if (options.web && options.resume) {
    throw new UsageError("--web can't be combined with --resume");
  }
  if ((options.web || options.resume) && !options.save) {
    throw new UsageError("--no-save can't be combined with --web or --resume");
  }
  if (!options.wait && !options.web) throw new UsageError("--no-wait requires --web");
}

async function keyFor(context: Context, options: LoginOptions): Promise<string> {
  const { stdin, stderr } = context;
  if (options.apiKey !== undefined) return parseApiKey(options.apiKey, "--api-key");
  if (options.apiKeyStdin && !stdin.isTerminal()) {
    return parseApiKey(await stdin.readText(STDIN_LIMIT), "standard input");
  }
  if (!options.apiKeyStdin && (options.json || !stdin.isTerminal() || !stderr.isTerminal())) {
    throw new UsageError(
      "Can't prompt for an API key without a terminal. Use --api-key-stdin, or set FLUXLOOP_API_KEY instead of logging in.",
    );
  }
  stderr.write(options.apiKeyStdin ? ENTER_KEY : WELCOME);
  const typed = await context.prompts.secret(">");
  stderr.write("\n");
  return parseApiKey(typed, "the prompt");
}
