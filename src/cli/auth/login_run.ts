import { parseApiKey } from "../../auth/api_key.ts";
import { openBrowser } from "../../auth/browser.ts";
import { listProfiles } from "../../auth/list_profiles.ts";
import { logIn, type LoginPlan, type LoginResult, planLogin } from "../../auth/log_in.ts";
import { finishWebLogin, postponeWebLogin, resumedLogin, startWebLogin } from "../../auth/web_login.ts";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import { ENTER_KEY, loginJson, loginText, selectHint, WELCOME } from "../../output/session.ts";
import { approvalText, postponedJson, postponedText, waitingText } from "../../output/web_login.ts";
import type { JsonOptions } from "../command.ts";
import { invocation } from "../invocation.ts";
import type { Reporter } from "../reporter.ts";
import { promptsFor } from "../values.ts";
import { showWait } from "../waiting.ts";
import { warnOfLogin } from "./warn_of_login.ts";

/** How much is read from standard input for a key, in characters. */
const STDIN_LIMIT = 64 * 1024;

interface LoginOptions extends JsonOptions {
  readonly apiKey?: string;
  readonly apiKeyStdin?: boolean;
  readonly save: boolean;
  readonly storage?: string;
  readonly web?: boolean;
  readonly resume?: boolean;
  /** False after `--no-wait`. */
  readonly wait: boolean;
  /** False after `--no-browser`. */
  readonly browser: boolean;
}

/** Runs `fluxloop auth login`. */
export async function runLogin(context: Context, options: LoginOptions): Promise<void> {
  // --web starts a browser, and gives up the permission before there is a token.
  const need = options.web ? "anything" : options.save ? "keychain" : "nothing";
  const { reporter, requests } = invocation(context, options, need);

  checkCombination(options);
  const plan = await planLogin(context, { ...options, requests });
  const result = options.web || options.resume
    ? await logInThroughBrowser(context, options, plan, reporter)
    : await logIn(context, plan, { kind: "api_key", key: await keyFor(context, options) });
  if (result === null) return;

  reporter.result(() => loginText(result), () => loginJson(result));
  if (result.savedTo !== null && !(await listProfiles(context)).profiles.some((it) => it.current)) {
    reporter.warn(selectHint(result.profile));
  }
  warnOfLogin(context, reporter, result);
}

function checkCombination({ web, resume, save, wait }: LoginOptions): void {
  if ((web || resume) && !save) throw new UsageError("--no-save can't be combined with --web or --resume");
  if (!wait && !web) throw new UsageError("--no-wait requires --web");
}

async function keyFor(context: Context, options: LoginOptions): Promise<string> {
  const { stdin, stderr } = context;
  if (options.apiKey !== undefined) return parseApiKey(options.apiKey, "--api-key");
  if (options.apiKeyStdin && !stdin.isTerminal()) {
    return parseApiKey(await stdin.readText(STDIN_LIMIT), "standard input");
  }
  const message =
    "Can't prompt for an API key without a terminal. Use --api-key-stdin, or set FLUXLOOP_API_KEY instead of logging in.";
  const prompts = await (options.apiKeyStdin ? context.prompts(false) : promptsFor(context, options, message));
  stderr.write(options.apiKeyStdin ? ENTER_KEY : WELCOME);
  const typed = await prompts.secret(">");
  stderr.write("\n");
  return parseApiKey(typed, "the prompt");
}

/** Logs in through the browser. Returns `null` if the login stays pending, for `--resume`. */
async function logInThroughBrowser(
  context: Context,
  options: LoginOptions,
  plan: LoginPlan,
  reporter: Reporter,
): Promise<LoginResult | null> {
  const started = options.resume ? resumedLogin(context, plan, options) : null;
  const login = started?.login ?? await startWebLogin(context, plan);
  const isOpened = started === null && options.browser && openBrowser(context, login.verificationUrl);
  context.stderr.write(approvalText(login, isOpened, reporter.style));
  if (started === null && !options.wait) {
    await postponeWebLogin(context, plan, login);
    reporter.data(() => postponedText(login, plan.profile), () => postponedJson(login, plan.profile));
    return null;
  }
  const target = { ...plan, apiUrl: started?.apiUrl ?? plan.apiUrl };
  const finish = () => finishWebLogin(context, target, login);
  return await showWait(context, () => waitingText(login, context.now()), finish);
}
