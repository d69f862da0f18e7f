/**
 * A login through the browser while it waits for a person, as text and as JSON.
 *
 * @module
 */
import { utcTime } from "../text/expiry.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "./style.ts";

/** What a person has to know to approve a login. */
export interface Approval {
  readonly userCode: string;
  readonly verificationUrl: URL;
  readonly expiresAt: Date;
}

/** @returns What stands above the wait, on standard error. */
export function approvalText({ userCode, verificationUrl }: Approval, isOpened: boolean, style: Style): string {
  const code = style.bold(printable(userCode));
  return [
    "",
    isOpened ? "Your browser opens this page; approve the login there:" : "Open this page and approve the login there:",
    `  ${verificationUrl.href}`,
    "",
    `It must show this code: ${code}`,
    "",
  ].join("\n") + "\n";
}

/** @returns The line of the wait: what is waited for, and how long it may take. */
export function waitingText({ expiresAt }: Approval, now: Date): string {
  const seconds = Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));
  const left = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `Waiting for the approval (${left} left)`;
}

/** @returns The text of a login that was left behind. */
export function postponedText({ expiresAt }: Approval, profile: string): string {
  const option = profile === "default" ? "" : ` --profile ${profile}`;
  const end = `${expiresAt.toISOString().slice(11, 16)} UTC`;
  return `Once it is approved, and before ${end}, run: fluxloop auth login --resume${option}\n`;
}

/** @returns The JSON document of a login that was left behind; without the device code, which is a secret. */
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
