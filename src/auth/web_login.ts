/**
 * Logs in through the browser, modelled on RFC 8628: the user approves the login on the platform's page.
 *
 * @module
 */
import { apiUrlText, parseApiUrl } from "../api_client/api_url.ts";
import {
  type DeviceLogin,
  type DeviceLoginState,
  type IssuedTokens,
  pollDeviceLogin,
  revokeDeviceLogin,
  startDeviceLogin,
} from "../api_client/device_login.ts";
import type { Context } from "../context.ts";
import { requireWritable, withRequestLock } from "../credentials/credential_store.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import {
  findPendingLogin,
  isPendingLogin,
  removePendingLogin,
  savePendingLogin,
} from "../credentials/pending_login.ts";
import { limitProcesses } from "../credentials/process_limit.ts";
import {
  FluxloopError,
  InterruptedError,
  LoginRefusedError,
  NetworkError,
  NotFoundError,
  PlatformError,
  UsageError,
} from "../errors.ts";
import { logIn, type LoginPlan, type LoginResult } from "./log_in.ts";
import { lockTimeout } from "./refresh_tokens.ts";
import { chosenApiUrl, type ProfileOptions } from "./select_profile.ts";

/** How much longer to wait between two polls when the platform asks for it (RFC 8628, 3.5), in milliseconds. */
const SLOW_DOWN = 5_000;
/** The longest wait between two polls, in milliseconds, unless the platform's own interval is longer. */
const MAX_PAUSE = 60_000;
/** How many polls in a row may fail before the login is given up. */
const FAILURE_LIMIT = 5;

/** Starts a login, after checking that it can be saved, so that it isn't approved in vain. */
export async function startWebLogin(context: Context, plan: LoginPlan): Promise<DeviceLogin> {
  await requireWritable(requireCredentialsLocation(context));
  return await startDeviceLogin(context, plan);
}

/** Saves a login for {@linkcode resumedLogin}. */
export async function postponeWebLogin(context: Context, plan: LoginPlan, login: DeviceLogin): Promise<void> {
  const pending = { ...login, apiUrl: apiUrlText(plan.apiUrl) };
  await savePendingLogin(requireCredentialsLocation(context), plan.profile, pending);
}

/** Finds the pending login of the plan's profile. Its device code is secret and must not be sent to another platform. */
export function resumedLogin(
  context: Context,
  plan: LoginPlan,
  options: ProfileOptions,
): { readonly login: DeviceLogin; readonly apiUrl: URL } {
  const pending = findPendingLogin(requireCredentialsLocation(context), plan.profile);
  if (pending === null) {
    throw new NotFoundError(
      `There is no login to resume for profile "${plan.profile}"; start one: fluxloop auth login --web --no-wait`,
    );
  }
  const apiUrl = parseApiUrl(pending.apiUrl, "The pending login");
  const chosen = chosenApiUrl(context, options);
  if (chosen !== null && chosen.origin !== apiUrl.origin) {
    throw new UsageError(
      `The pending login is for ${apiUrlText(apiUrl)}, not for ${chosen.origin}. To finish it, pass ` +
        `--api-url ${apiUrlText(apiUrl)}; to replace it, start a new login: fluxloop auth login --web --no-wait`,
    );
  }
  return { login: pending, apiUrl };
}

/**
 * Waits until the login is approved, then saves its tokens. Tokens are issued only once, so only one process at a time polls
 * for a profile, and only while the file is writable. Tokens that can't be saved after all are revoked.
 */
export async function finishWebLogin(context: Context, plan: LoginPlan, login: DeviceLogin): Promise<LoginResult> {
  // The browser has been opened, and from now on there are tokens.
  limitProcesses(context, "keychain", plan.storage);
  const location = requireCredentialsLocation(context);
  const { profile, requests } = plan;
  const wasPending = isPendingLogin(location, profile, login.deviceCode);

  const poll = async (): Promise<Polled> => {
    await requireWritable(location);
    return await withRequestLock(location, profile, lockTimeout(requests), async () => {
      if (wasPending && !isPendingLogin(location, profile, login.deviceCode)) {
        throw new NotFoundError(
          `Another process already finished the login for profile "${profile}"`,
        );
      }
      const state = await pollDeviceLogin(context, plan, login.deviceCode);
      if (state.status !== "approved") return state;
      const result = await saveTokens(context, plan, state.tokens);
      removePendingLogin(location, profile, login.deviceCode);
      return { status: "saved", result };
    });
  };
  try {
    return await pollUntilDecided(context, profile, login, poll);
  } catch (error) {
    if (error instanceof LoginRefusedError) removePendingLogin(location, profile, login.deviceCode);
    throw error;
  }
}

/** A login's state after a poll, which has already saved the tokens of an approved one. */
type Polled =
  | Exclude<DeviceLoginState, { readonly status: "approved" }>
  | { readonly status: "saved"; readonly result: LoginResult };

async function pollUntilDecided(
  context: Context,
  profile: string,
  login: DeviceLogin,
  poll: () => Promise<Polled>,
): Promise<LoginResult> {
  let { interval } = login;
  let pause = interval;
  let failures = 0;
  for (;;) {
    const remaining = login.expiresAt.getTime() - context.now().getTime();
    if (remaining <= 0) throw new LoginRefusedError("login_expired", profile);
    await context.sleep(Math.min(pause, remaining), context.stopped).catch(() => {
      throw new InterruptedError();
    });
    try {
      const state = await poll();
      if (state.status === "saved") return state.result;
      if (state.status === "denied") throw new LoginRefusedError("login_denied", profile);
      if (state.status === "expired") throw new LoginRefusedError("login_expired", profile);
      failures = 0;
      if (state.status === "slow_down") interval = Math.max(interval, Math.min(interval + SLOW_DOWN, MAX_PAUSE));
      pause = Math.max(interval, state.status === "slow_down" ? state.pause ?? 0 : 0);
    } catch (error) {
      // Approval may take minutes, while the network fails and recovers (RFC 8628, 3.5).
      const isTransient = (error instanceof NetworkError && error.failure.step !== "tls") ||
        error instanceof PlatformError;
      if (!isTransient || ++failures > FAILURE_LIMIT) throw error;
      pause = Math.max(interval, Math.min(pause * 2, MAX_PAUSE));
    }
  }
}

/** Saves the tokens; revokes them if that fails, so that no orphaned login remains. */
async function saveTokens(context: Context, plan: LoginPlan, tokens: IssuedTokens): Promise<LoginResult> {
  try {
    return await logIn(context, plan, { kind: "tokens", ...tokens });
  } catch (error) {
    // After an interruption, they may already have been saved.
    if (error instanceof FluxloopError && !(error instanceof InterruptedError)) {
      await revokeDeviceLogin(context, plan, tokens.refreshToken).catch(() => {});
    }
    throw error;
  }
}
