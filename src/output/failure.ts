/**
 * What people and programs are told of a failure (seed: "Troubleshooting"; design: "Errors").
 *
 * @module
 */
import {
  BrowserLoginError,
  FluxloopError,
  InterruptedError,
  InvalidKeyError,
  LoginEndedError,
  MistakesError,
  NetworkError,
  NotLoggedInError,
  PermissionDeniedError,
  PlatformError,
} from "../errors.ts";
import { pageUrl } from "../api_client/api_url.ts";
import { causeChain } from "../api_client/connection_failure.ts";
import { redact, redactTokens } from "../text/mask.ts";
import { printable } from "../text/printable.ts";
import type { Style } from "./style.ts";
import { profileCommand } from "./warnings.ts";

/** So many of a file's mistakes are told at once: more would push the first ones out of sight. */
const SHOWN_MISTAKES = 100;

/** The JSON form of a failure. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly exit_code: number;
  readonly [further: string]: unknown;
}

/**
 * @param error What went wrong.
 * @returns What a program reads under `error`.
 */
export function errorJson(error: FluxloopError): ErrorJson {
  const further = error instanceof PermissionDeniedError
    ? {
      required_permission: error.required === undefined ? null : redact(error.required),
      permissions: error.permissions?.map(redact) ?? null,
    }
    : error instanceof MistakesError
    ? { mistakes: error.mistakes.map((it) => ({ ...it, path: redact(it.path), message: redact(it.message) })) }
    : {};
  return { code: error.code, message: safe(error, messageOf(error)), exit_code: error.exitCode, ...further };
}

/**
 * @param error What went wrong.
 * @param style How standard error's text may look.
 * @returns The text for standard error.
 */
export function failureText(error: FluxloopError, style: Style): string {
  if (error instanceof NotLoggedInError) return `❌ Not authenticated\n${loginHint(error)}\n`;
  if (error instanceof InterruptedError) return "";
  const paragraphs = [
    `❌ ${style.bold(style.red("Error:"))} ${safe(error, printable(sentenceOf(error)))}`,
    ...helpOn(error).map(redact),
  ];
  return paragraphs.join("\n\n") + "\n";
}

function loginHint({ saved }: NotLoggedInError): string {
  if (saved.length === 0) return "Run: fluxloop auth login";
  const names = saved.map((it) => redact(printable(it)));
  return `No profile is selected. Saved profiles: ${names.join(", ")}\n` +
    `Select one: fluxloop auth switch ${names[0]} (or pass --profile ${names[0]})`;
}

/** @returns The sentences below the first line, as the seed has them. */
function helpOn(error: FluxloopError): string[] {
  if (error instanceof InvalidKeyError) {
    const checks = [
      "The API key is correct (no typos)",
      "The key hasn't been revoked or expired",
      "You have network connectivity",
    ];
    return [
      ["Please check that:", ...checks.map((it, index) => `${index + 1}. ${it}`)].join("\n"),
      `Generate a new key at: ${pageUrl(error.apiUrl, "/settings/api-keys")}`,
    ];
  }
  if (error instanceof PermissionDeniedError) {
    const required = error.required === undefined ? [] : [`Required permission: ${printable(error.required)}`];
    const own = error.permissions === undefined
      ? []
      : [`Your permissions: ${error.permissions.map(printable).join(", ") || "none"}`];
    const details = [...required, ...own];
    return [
      "Your API key doesn't have permission to perform this action.",
      ...(details.length === 0 ? [] : [details.join("\n")]),
    ];
  }
  if (error instanceof MistakesError) {
    const more = error.mistakes.length - SHOWN_MISTAKES;
    const lines = error.mistakes.slice(0, SHOWN_MISTAKES).map(({ file, line, column, path, message }) =>
      printable(`${file}:${line}:${column} ${path === "" ? "" : `${path}: `}${message}`)
    );
    return [lines.join("\n"), ...(more > 0 ? [`… and ${more} more, which --json tells`] : [])];
  }
  if (error instanceof NetworkError) {
    return [
      `Failed to connect to ${error.apiUrl.host}` +
      (error.proxy === undefined ? "" : ` through the proxy ${error.proxy}`) +
      (error.isTelling ? `: ${error.reason}` : ""),
      "Please check your internet connection and try again.",
    ];
  }
  return [];
}

/**
 * @param error What went wrong, expected or not.
 * @returns What it came from, a line each, for `--verbose`: messages without a stack.
 */
export function causesText(error: unknown): string {
  const [, ...causes] = causeChain(error);
  return causes.map((message) => `  caused by: ${redact(printable(message))}\n`).join("");
}

/** The platform, or a proxy in between, may repeat a part of what it was sent. */
function safe(error: FluxloopError, text: string): string {
  return error instanceof PlatformError ? redactTokens(text) : redact(text);
}

/** @returns A failure in one sentence. */
export function messageOf(error: FluxloopError): string {
  return error instanceof NetworkError ? `${error.message}: ${error.apiUrl.host}: ${error.reason}` : sentenceOf(error);
}

/** @returns What happened, and the command to run next if there is one. */
function sentenceOf(error: FluxloopError): string {
  if (error instanceof BrowserLoginError) {
    return `${error.message}; to end them, run: ${profileCommand("logout --revoke", error.profile)}`;
  }
  if (error instanceof LoginEndedError) {
    return `${error.message}; log in again: ${profileCommand("login --web", error.profile)}`;
  }
  return error.message;
}
