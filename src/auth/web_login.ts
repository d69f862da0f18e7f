/**
 * Use case: log in through the browser (RFC 8628 in spirit). A person approves on the
 * platform's page what runs here.
 *
 * @module
 */
import type { Context } from "../context.ts";
import { profileLock, requireWritable } from "../credentials/credential_store.ts";
import { withFileLock } from "../credentials/file_lock.ts";
import { limitProcesses } from "../credentials/process_limit.ts";
import { requireCredentialsLocation } from "../credentials/location.ts";
import {
  findPendingLogin,
  isPendingLogin,
  removePendingLogin,
  savePendingLogin,
} from "../credentials/pending_login.ts";
import {
  FluxloopError,
  InterruptedError,
  LoginRefusedError,
  NetworkError,
  NotFoundError,
  PlatformError,
  UsageError,
} from "../errors.ts";
import { apiUrlText, parseApiUrl } from "../api_client/api_url.ts";
import {
  type DeviceLogin,
  type DeviceLoginState,
  type IssuedTokens,
  pollDeviceLogin,
  revokeDeviceLogin,
  startDeviceLogin,
} from "../api_client/device_login.ts";
import { DEFAULT_DEADLINE, type RequestOptions } from "../api_client/transport.ts";
import { logIn, type LoginPlan, type LoginResult } from "./log_in.ts";
import { chosenApiUrl, type ProfileOptions } from "./select_profile.ts";

/** So much more is waited between two questions each time the platform asks for it (RFC 8628, 3.5), in milliseconds. */
const SLOWER = 5_000;
/** So many questions in a row may fail before the login is given up. */
const FAILURES_AT_MOST = 5;
/** How much longer than a request another process is waited for, in milliseconds. */
const PATIENCE = 5_000;
/** The longest pause between two questions, in milliseconds, where the platform's own interval is not longer. */
const LONGEST_PAUSE = 60_000;

/**
 * Begins a login. That it can be saved is seen to first, so that nobody approves one in vain.
 *
 * @param context The outside world.
 * @param plan From `planLogin`, with `web`.
 * @param requests How requests are made.
 * @throws {NetworkError | PlatformError} When the platform cannot be asked, or knows no such login.
 * @throws {ConfigurationError | SystemError} When credentials cannot be written.
 */
export async function startWebLogin(
  context: Context,
  plan: LoginPlan,
  requests?: RequestOptions,
): Promise<DeviceLogin> {
  await requireWritable(requireCredentialsLocation(context));
  return await startDeviceLogin(context, plan.apiUrl, requests);
}

/**
 * Leaves a login behind for {@linkcode resumedLogin}.
 *
 * @throws {ConfigurationError | SystemError} When it cannot be written.
 */
export async function postponeWebLogin(context: Context, plan: LoginPlan, login: DeviceLogin): Promise<void> {
  await savePendingLogin(requireCredentialsLocation(context), plan.profile, {
    apiUrl: apiUrlText(plan.apiUrl),
    deviceCode: login.deviceCode,
    userCode: login.userCode,
    verificationUrl: login.verificationUrl.href,
    expiresAt: login.expiresAt.toISOString(),
    interval: login.interval,
  });
}

/** A login that was left behind, and the platform that it is for. */
export interface ResumedLogin {
  readonly login: DeviceLogin;
  readonly apiUrl: URL;
}

/**
 * @param context The outside world.
 * @param plan From `planLogin`.
 * @param options What the command line says of the API URL.
 * @returns The login that was left behind for the plan's profile.
 * @throws {NotFoundError} When there is none.
 * @throws {UsageError} When another platform is named than the one that it was begun with: its code is a secret.
 * @throws {ConfigurationError} When it cannot be read.
 */
export function resumedLogin(
  context: Context,
  plan: LoginPlan,
  options: ProfileOptions,
): ResumedLogin {
  const pending = findPendingLogin(requireCredentialsLocation(context), plan.profile);
  if (pending === null) {
    throw new NotFoundError(
      `There is no login to resume for profile "${plan.profile}"; begin one: fluxloop auth login --web --no-wait`,
    );
  }
  const apiUrl = parseApiUrl(pending.apiUrl, "The login that was left behind");
  const chosen = chosenApiUrl(context, options);
  if (chosen !== null && chosen.origin !== apiUrl.origin) {
    throw new UsageError(`The login that was left behind is for ${apiUrlText(apiUrl)}, and not for ${chosen.origin}`);
  }
  const verificationUrl = new URL(pending.verificationUrl);
  return { login: { ...pending, verificationUrl, expiresAt: new Date(pending.expiresAt) }, apiUrl };
}

/**
 * Waits until the login is approved, then saves its tokens. What was left behind of it is removed once it is decided. One
 * process at a time asks for a profile, and only while the tokens could be saved: they are handed out once.
 *
 * @param context The outside world.
 * @param plan From `planLogin`.
 * @param login What was begun.
 * @param requests How requests are made.
 * @throws {LoginRefusedError} When it is denied, or nobody approves it in time.
 * @throws {NetworkError | PlatformError} When the platform cannot be asked to the end.
 * @throws {ConfigurationError | SystemError} When the tokens cannot be saved; they are good for nothing then.
 * @throws {NotFoundError} When it was left behind, and another process has finished it.
 * @throws {InterruptedError} When the program is told to stop.
 */
export async function finishWebLogin(
  context: Context,
  plan: LoginPlan,
  login: DeviceLogin,
  requests?: RequestOptions,
): Promise<LoginResult> {
  // The browser is open by now, and from here on there are tokens.
  limitProcesses(context, "keychain", plan.storage);
  const location = requireCredentialsLocation(context);
  const { profile } = plan;
  const isLeftBehind = isPendingLogin(location, profile, login.deviceCode);
  const patience = (requests?.deadline ?? DEFAULT_DEADLINE) + PATIENCE;

  const ask = async (): Promise<Asked> => {
    await requireWritable(location);
    return await withFileLock(profileLock(location, profile), async () => {
      if (isLeftBehind && !isPendingLogin(location, profile, login.deviceCode)) throw finishedElsewhere(profile);
      const state = await pollDeviceLogin(context, plan.apiUrl, login.deviceCode, requests);
      if (state.status !== "approved") return state;
      const result = await saved(context, plan, state.tokens, requests);
      removePendingLogin(location, profile, login.deviceCode);
      return { status: "saved", result };
    }, { patience, signal: context.stopped });
  };
  try {
    return await decided(context, login, ask);
  } catch (error) {
    if (error instanceof LoginRefusedError) removePendingLogin(location, profile, login.deviceCode);
    throw error;
  }
}

/** What became of a login until now, whose tokens are saved by the time that it is told. */
type Asked =
  | Exclude<DeviceLoginState, { readonly status: "approved" }>
  | { readonly status: "saved"; readonly result: LoginResult };

async function decided(context: Context, login: DeviceLogin, ask: () => Promise<Asked>): Promise<LoginResult> {
  let { interval } = login;
  let pause = interval;
  let failures = 0;
  for (;;) {
    const left = login.expiresAt.getTime() - context.now().getTime();
    if (left <= 0) throw new LoginRefusedError("login_expired");
    await pauseFor(context, Math.min(pause, left));
    try {
      const state = await ask();
      if (state.status === "saved") return state.result;
      if (state.status === "denied") throw new LoginRefusedError("login_denied");
      if (state.status === "expired") throw new LoginRefusedError("login_expired");
      failures = 0;
      if (state.status === "slow_down") interval = Math.max(interval, Math.min(interval + SLOWER, LONGEST_PAUSE));
      pause = Math.max(interval, state.status === "slow_down" ? state.pause ?? 0 : 0);
    } catch (error) {
      // A person may be at the page for minutes; a network that comes back meanwhile has broken nothing (RFC 8628, 3.5).
      const isPassing = (error instanceof NetworkError && error.link !== "tls") || error instanceof PlatformError;
      if (!isPassing || ++failures > FAILURES_AT_MOST) throw error;
      pause = Math.max(interval, Math.min(pause * 2, LONGEST_PAUSE));
    }
  }
}

/** Tokens that could not be saved are ended again, so that no login is about that nobody has. */
async function saved(
  context: Context,
  plan: LoginPlan,
  { accessToken, refreshToken, expiresAt }: IssuedTokens,
  requests?: RequestOptions,
): Promise<LoginResult> {
  const tokens = {
    kind: "tokens",
    accessToken,
    refreshToken: refreshToken ?? "",
    expiresAt: expiresAt.toISOString(),
  } as const;
  try {
    return await logIn(context, plan, tokens, requests);
  } catch (error) {
    // Whoever is told to stop may have saved them.
    if (error instanceof FluxloopError && !(error instanceof InterruptedError)) {
      await revokeDeviceLogin(context, plan.apiUrl, tokens.refreshToken, requests).catch(() => {});
    }
    throw error;
  }
}

function finishedElsewhere(profile: string): NotFoundError {
  return new NotFoundError(`There is no login to resume for profile "${profile}" any more: another process took it`);
}

async function pauseFor(context: Context, duration: number): Promise<void> {
  try {
    await context.sleep(duration, context.stopped);
  } catch {
    throw new InterruptedError();
  }
}
