/**
 * Interprets responses: reads their JSON, or throws one of a few errors. An error message quotes only fields that the
 * contract defines, because a proxy may have written the rest.
 *
 * @module
 */
import {
  type FluxloopError,
  InvalidKeyError,
  type KeyRejection,
  NotFoundError,
  PermissionDeniedError,
  PlatformError,
  UsageError,
} from "../errors.ts";
import { isObject, parseJson, parseObject } from "../text/json.ts";
import { redactTokens } from "../text/mask.ts";
import { InvalidFieldError, type Reader } from "./fields.ts";
import type { PlatformResponse } from "./transport.ts";

const REJECTIONS: readonly KeyRejection[] = ["invalid_api_key", "expired_api_key", "revoked_api_key"];
/** A typical response of a gateway or proxy. */
const WEB_PAGE = "a web page, probably a sign-in page or a proxy's error page";
const ERROR_PAGE = "a web page, probably a proxy's error page";
const PAGE_START = /^\s*<(!doctype|html)/i;
/** What to do if a gateway or proxy may have responded. */
export const CHECK_CONNECTION = "Check the API URL and the proxy settings.";
/** The status with which a captive portal asks for a sign-in (RFC 6585, section 6). */
const NETWORK_SIGN_IN = 511;

/**
 * Reads the JSON of a successful response.
 *
 * @param read Reads the content that the contract defines.
 * @param notFound The error for a 404.
 * @throws {InvalidKeyError} On 401 from the platform itself.
 * @throws {PermissionDeniedError} On 403 with a JSON object.
 * @throws {NotFoundError} On 404, unless `notFound` is given.
 * @throws {UsageError} On 422 for a field that comes from an option.
 * @throws {PlatformError} On any other status that isn't 2xx, and when the content isn't JSON or violates the contract.
 */
export function jsonOf<T>(response: PlatformResponse, apiUrl: URL, read: Reader<T>, notFound?: FluxloopError): T {
  if (response.status < 200 || response.status >= 300) throw refusalOf(response, apiUrl, notFound);
  const body = parseJson(response.text);
  if (body === undefined) {
    const kind = response.text === "" ? "an empty body" : isWebPage(response) ? WEB_PAGE : "invalid JSON";
    throw new PlatformError(`${apiUrl.host} responded with ${kind}. ${CHECK_CONNECTION}`);
  }
  try {
    return read(body, "");
  } catch (error) {
    if (!(error instanceof InvalidFieldError)) throw error;
    const text = `Unexpected response from ${apiUrl.host}: ${error.message}. Check the API URL, or upgrade fluxloop.`;
    throw new PlatformError(text, { cause: error });
  }
}

/** Returns the JSON object in a response of any status, or `null` if there is none. */
export function objectIn({ text }: PlatformResponse): Record<string, unknown> | null {
  return parseObject(text);
}

/**
 * Tells whether the platform rejected the key or token. A gateway may also respond with 401: with a web page, an empty
 * body or a challenge for its own password (RFC 9110, 11.6.1).
 */
export function isRejectedByPlatform(response: PlatformResponse): boolean {
  const challenge = response.headers.get("www-authenticate");
  const isOwnChallenge = challenge === null || /^bearer\b/i.test(challenge);
  return response.status === 401 && isOwnChallenge && objectIn(response) !== null;
}

function refusalOf(response: PlatformResponse, apiUrl: URL, notFound?: FluxloopError): FluxloopError {
  const { status, path } = response;
  const { host } = apiUrl;
  const body = errorFields(response);
  if (isRejectedByPlatform(response)) {
    return new InvalidKeyError(REJECTIONS.find((it) => it === body?.code) ?? "invalid_api_key", apiUrl);
  }
  switch (status) {
    case NETWORK_SIGN_IN:
      return new PlatformError(
        `The network requires a sign-in before ${host} can be reached (HTTP ${status}). Open a web page in a browser ` +
          "and sign in there.",
      );
    case 401:
      return new PlatformError(
        `A gateway in front of ${host} requires its own sign-in (HTTP 401). Your API key was not checked. Sign in to the gateway and try again.`,
      );
    case 403:
      if (body === null) break;
      return new PermissionDeniedError(textOf(body.required_permission), textsOf(body.permissions));
    case 404:
      return notFound ?? new NotFoundError(`${host} doesn't have ${path}`);
    case 422: {
      const reasons = optionErrors(body?.detail, response.options);
      if (reasons === "") break;
      return new UsageError(`The platform rejected ${redactTokens(reasons)}`);
    }
  }
  return statusError(response, apiUrl);
}

/** Returns the error for a status without a meaning of its own. */
export function statusError(response: PlatformResponse, apiUrl: URL): PlatformError {
  const { status, headers, method, path } = response;
  const detail = detailOf(errorFields(response)?.detail);
  const isLater = status === 429 || status >= 500;
  const page = isLater ? ERROR_PAGE : WEB_PAGE;
  const more = isWebPage(response) ? ` and ${page}` : detail !== "" && !PAGE_START.test(detail) ? `: ${detail}` : "";
  const seconds = /^[1-9]\d{0,4}$/.exec(headers.get("retry-after") ?? "")?.[0];
  const next = isLater
    ? `. Try again ${seconds === undefined ? "later" : `in ${seconds} s`}.`
    : isWebPage(response)
    ? `. ${CHECK_CONNECTION}`
    : "";
  return new PlatformError(`${apiUrl.host} responded to ${method} ${path} with HTTP ${status}${more}${next}`);
}

/** Tells whether a response is a web page, which the platform's API never sends. */
export function isWebPage({ headers, text }: PlatformResponse): boolean {
  return text !== "" && (/html/i.test(headers.get("content-type") ?? "") || PAGE_START.test(text));
}

/** Reads an error's fields, which FastAPI wraps in `detail` by default. */
function errorFields(response: PlatformResponse): Record<string, unknown> | null {
  const body = objectIn(response);
  return body !== null && isObject(body.detail) && !("code" in body) ? { ...body, ...body.detail } : body;
}

/** Reads FastAPI's `detail`: a string, or a list of invalid fields. */
function detailOf(detail: unknown): string {
  return Array.isArray(detail) ? fieldErrors(detail, (path) => path.join(".")) : shortened(textOf(detail) ?? "");
}

/** Returns the options whose values the platform rejects, with the reasons; empty if there are none. */
function optionErrors(detail: unknown, options: PlatformResponse["options"] = {}): string {
  if (!Array.isArray(detail)) return "";
  return fieldErrors(
    detail,
    ([place, field]) => place === "body" && Object.hasOwn(options, field) ? options[field] : null,
  );
}

/** @param nameOf Returns what to call an invalid field; `null` leaves it out. */
function fieldErrors(list: readonly unknown[], nameOf: (path: readonly string[]) => string | null): string {
  const texts = list.filter(isObject).map(({ loc, msg }) => {
    const path = Array.isArray(loc) ? loc.filter((it) => ["string", "number"].includes(typeof it)).map(String) : [];
    const name = nameOf(path);
    return name === null ? "" : [name, textOf(msg)].filter((it) => it).join(": ");
  });
  return shortened(texts.filter((it) => it !== "").join("; "));
}

function shortened(text: string): string {
  return text.slice(0, 500).replace(/[.\s]+$/, "");
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : undefined;
}
