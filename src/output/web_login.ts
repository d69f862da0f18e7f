import type { DeviceLogin } from "../api_client/device_login.ts";
import { utcTime } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "./style.ts";
import { profileCommand } from "./phrases.ts";

/** What the user needs to approve a login in the browser. */
export type Approval = Pick<DeviceLogin, "userCode" | "verificationUrl" | "expiresAt">;

/** Asks for the approval, on standard error. */
export function approvalText({ userCode, verificationUrl }: Approval, isOpened: boolean, style: Style): string {
  const request = isOpened
    ? "Opening this page in your browser. Approve the login there:"
    : "Open this page and approve the login there:";
  return `\n${request}\n  ${verificationUrl.href}\n\n` +
    `Check that the page shows this code: ${style.bold(printable(userCode))}\n\n`;
}

/** Renders the line that is shown during the wait. */
export function waitingText({ expiresAt }: Approval, now: Date): string {
  const seconds = Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `Waiting for approval (${left} left)`;
}

/** Says how to finish a pending login. */
export function postponedText({ expiresAt }: Approval, profile: string): string {
  const end = `${expiresAt.toISOString().slice(11, 16)} UTC`;
  return `Approve the login before ${end}, then run: ${profileCommand("login --resume", profile)}\n`;
}

/** Renders a pending login as JSON; without the device code, which is a secret. */
export function postponedJson({ userCode, verificationUrl, expiresAt }: Approval, profile: string): unknown {
  return {
    authenticated: false,
    pending: true,
    profile,
    user_code: userCode,
    verification_url: verificationUrl.href,
    expires_at: utcTime(expiresAt),
  };
}
