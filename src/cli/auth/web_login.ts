import { openBrowser } from "../../auth/browser.ts";
import type { LoginPlan, LoginResult } from "../../auth/log_in.ts";
import { finishWebLogin, postponeWebLogin, resumedLogin, startWebLogin } from "../../auth/web_login.ts";
import type { Context } from "../../context.ts";
import { approvalText, postponedJson, postponedText, waitingText } from "../../output/web_login.ts";
import type { JsonOptions } from "../command.ts";
import type { Reporter } from "../reporter.ts";
import { showWait } from "../waiting.ts";

/** The options of a login through the browser. */
export interface WebLoginOptions extends JsonOptions {
  readonly resume?: boolean;
  /** False after `--no-wait`. */
  readonly wait: boolean;
  /** False after `--no-browser`. */
  readonly browser: boolean;
}

/**
 * Logs in through the browser.
 *
 * @returns `null` if the login is left pending, for `--resume`.
 */
export async function logInThroughBrowser(
  context: Context,
  options: WebLoginOptions,
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
