/**
 * Errors as text (hosted documentation: "Troubleshooting") and as JSON.
 *
 * @module
 */
import { pageUrl } from "../api_client/api_url.ts";
import { causeChain } from "../api_client/connection_failure.ts";
import {
  BrowserLoginError,
  FluxloopError,
  InterruptedError,
  InvalidKeyError,
  InvalidLoginError,
  KeyExpiresSoonError,
  LoginRefusedError,
  MistakesError,
  NetworkError,
  NotLoggedInError,
  PermissionDeniedError,
  PlatformError,
  UnknownProfileError,
} from "../errors.ts";
import { redact, redactTokens } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "./style.ts";
import { profileCommand, renewal } from "./phrases.ts";

/** More mistakes would push the first ones out of sight. */
const SHOWN_MISTAKES = 100;

/** Renders the field `error` of JSON documents. */
export function errorJson(error: FluxloopError): Record<string, unknown> {
  return { code: error.code, message: safe(error, messageOf(error)), exit_code: error.exitCode, ...detailsOf(error) };
}

function detailsOf(error: FluxloopError): Record<string, unknown> {
  if (error instanceof PermissionDeniedError) {
    const { required, permissions } = error;
    return {
      required_permission: required === undefined ? null : redact(required),
      permissions: permissions?.map(redact) ?? null,
    };
  }
  if (!(error instanceof MistakesError)) return {};
  return { mistakes: error.mistakes.map((it) => ({ ...it, path: redact(it.path), message: redact(it.message) })) };
}

/** Renders the text for standard error. */
export function failureText(error: FluxloopError, style: Style): string {
  if (error instanceof NotLoggedInError) return `❌ Not authenticated\n${loginHint(error)}\n`;
  if (error instanceof InterruptedError) return "";
  const heading = `❌ ${style.bold(style.red("Error:"))} ${safe(error, printable(sentenceOf(error)))}`;
  return [heading, ...paragraphsOf(error).map(redact)].join("\n\n") + "\n";
}

function loginHint({ saved, next }: NotLoggedInError): string {
  if (saved.length === 0) return next;
  const names = saved.map((it) => redact(printable(it)));
  return `No profile is selected. Saved profiles: ${names.join(", ")}\n` +
    `Select one: fluxloop auth switch ${names[0]} (or pass --profile ${names[0]})`;
}

/** Returns the paragraphs below the first line. */
function paragraphsOf(error: FluxloopError): string[] {
  if (error instanceof InvalidKeyError) {
    return [
      "Please check that:\n1. The API key is correct (no typos)\n2. The key hasn't been revoked or expired\n" +
      "3. You have network connectivity",
      `Generate a new key at: ${pageUrl(error.apiUrl, "/settings/api-keys")}`,
    ];
  }
  if (error instanceof PermissionDeniedError) {
    const { required, permissions } = error;
    const lines = [
      ...(required === undefined ? [] : [`Required permission: ${printable(required)}`]),
      ...(permissions === undefined ? [] : [`Your permissions: ${permissions.map(printable).join(", ") || "none"}`]),
    ];
    return [
      "Your API key doesn't have permission to perform this action.",
      ...(lines.length === 0 ? [] : [lines.join("\n")]),
    ];
  }
  if (error instanceof MistakesError) {
    const more = error.mistakes.length - SHOWN_MISTAKES;
    const lines = error.mistakes.slice(0, SHOWN_MISTAKES).map(({ file, line, column, path, message }) =>
      printable(`${file}:${line}:${column} ${path === "" ? "" : `${path}: `}${message}`)
    );
    return [lines.join("\n"), ...(more > 0 ? [`… and ${more} more. Use --json to see all of them.`] : [])];
  }
  if (error instanceof NetworkError) {
    const through = error.proxy === undefined ? "" : ` through the proxy ${error.proxy}`;
    const reason = error.failure.isSpecific ? `: ${error.failure.reason}` : "";
    return [
      `Failed to connect to ${error.apiUrl.host}${through}${reason}`,
      "Please check your internet connection and try again.",
    ];
  }
  return [];
}

/** Renders the causes of an error, expected or not, for `--verbose`: their messages, without a stack trace. */
export function causesText(error: unknown): string {
  const [, ...causes] = causeChain(error);
  return causes.map((message) => `  caused by: ${redact(printable(message))}\n`).join("");
}

/** Masks keys. The platform or a proxy may also repeat a part of the request, so its texts are masked more strictly. */
function safe(error: FluxloopError, text: string): string {
  return error instanceof PlatformError ? redactTokens(text) : redact(text);
}

/** Renders an error in one sentence. */
export function messageOf(error: FluxloopError): string {
  if (!(error instanceof NetworkError)) return sentenceOf(error);
  return `${error.message} at ${error.apiUrl.host}: ${error.failure.reason}`;
}

/** Adds the command to run next to the error's message, if there is one. */
function sentenceOf(error: FluxloopError): string {
  if (error instanceof BrowserLoginError) {
    return `${error.message}. To log out and revoke them, run: ${profileCommand("logout --revoke", error.profile)}`;
  }
  if (error instanceof InvalidLoginError) {
    return `${error.message}. Log in again: ${profileCommand("login --web", error.profile)}`;
  }
  if (error instanceof KeyExpiresSoonError) {
    return `${error.message}. ${renewal(error.key)}`;
  }
  if (error instanceof LoginRefusedError && error.code === "login_expired") {
    return `${error.message}. Start again: ${profileCommand("login --web", error.profile)}`;
  }
  if (error instanceof UnknownProfileError) {
    return `${error.message}. To create it, run: fluxloop auth login --profile ${error.profile}`;
  }
  return error.message;
}
