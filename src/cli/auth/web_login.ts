/**
 * `fluxloop auth login --web`, `--no-wait` and `--resume`.
 *
 * @module
 */
import { openBrowser } from "../../auth/browser.ts";
import type { LoginPlan, LoginResult } from "../../auth/log_in.ts";
import { finishWebLogin, postponeWebLogin, resumedLogin, startWebLogin } from "../../auth/web_login.ts";
import type { Context } from "../../context.ts";
import { approvalText, postponedJson, postponedText, waitingText } from "../../output/web_login.ts";
import type { JsonOptions } from "../command.ts";
import type { Reporter } from "../reporter.ts";
import { requestOptions } from "../request_options.ts";
import { showWait } from "../waiting.ts";

/** The options of a login through the browser. */
export interface WebLoginOptions extends JsonOptions {
  readonly resume?: boolean;
  /** False where `--no-wait` was given. */
  readonly wait: boolean;
  /** False where `--no-browser` was given. */
  readonly browser: boolean;
}

/**
 * Logs in through the browser.
 *
 * @param context The outside world.
 * @param options The command's options.
 * @param plan From `planLogin`.
 * @param reporter The command's voice.
 * @returns What it came to; `null` where the login was left behind for `--resume`.
 */
export async function logInThroughBrowser(
  context: Context,
  options: WebLoginOptions,
  plan: LoginPlan,
  reporter: Reporter,
): Promise<LoginResult | null> {
  const requests = requestOptions(context, options);
  if (options.resume) {
    const { login, apiUrl } = resumedLogin(context, plan, options);
    context.stderr.write(approvalText(login, false, reporter.style));
    return await waited({ ...plan, apiUrl }, login);
  }
  const login = await startWebLogin(context, plan, requests);
  const isOpened = options.browser && openBrowser(context, login.verificationUrl);
  context.stderr.write(approvalText(login, isOpened, reporter.style));
  if (options.wait) return await waited(plan, login);
  await postponeWebLogin(context, plan, login);
  reporter.data(() => postponedText(login, plan.profile), () => postponedJson(login, plan.profile));
  return null;

  function waited(plan: LoginPlan, login: Awaited<ReturnType<typeof startWebLogin>>): Promise<LoginResult> {
    const finish = () => finishWebLogin(context, plan, login, requests);
    return showWait(context, () => waitingText(login, context.now()), finish);
  }
}
