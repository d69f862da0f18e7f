/**
 * What a response of the platform means: a JSON document, or one of the few kinds of error (design: "The platform's HTTP
 * API", "Errors"). Of a response's text, only the fields that the contract defines are shown: a proxy may have written
 * the rest.
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
} from "../errors.ts";
import type { PlatformResponse } from "./transport.ts";

const REJECTIONS: readonly string[] = [
  "invalid_api_key",
  "expired_api_key",
  "revoked_api_key",
] satisfies KeyRejection[];

const WEB_PAGE = "a web page, as a proxy or a sign-in page in between does";
/** A captive portal that is honest about what it is (RFC 6585, 6). */
const NETWORK_SIGN_IN = 511;

/**
 * Reads a successful response.
 *
 * @param response The response.
 * @param apiUrl The API URL in use, for what errors name.
 * @returns The JSON value it holds.
 * @throws {InvalidKeyError} On 401 from the platform itself.
 * @throws {PermissionDeniedError} On 403 in the platform's own form.
 * @throws {NotFoundError} On 404.
 * @throws {PlatformError} On any other status but 2xx, and on a response that is not JSON.
 */
export function jsonOf(response: PlatformResponse, apiUrl: URL): unknown {
  const body = parsed(response.text);
  if (response.status >= 200 && response.status < 300) {
    if (body === undefined) {
      throw new PlatformError(`${apiUrl.host} did not answer with JSON but with ${kindOf(response)}`);
    }
    return body;
  }
  throw refusalOf(response, flattened(body), apiUrl);
}

/**
 * @param response Any response.
 * @returns Whether the platform rejected the key or token. A gateway in between may answer 401 for itself, with a web
 * page, an empty body or a challenge that asks for its own password (RFC 9110, 11.6.1).
 */
export function isRejectedByPlatform({ status, headers, text }: PlatformResponse): boolean {
  const challenge = headers.get("www-authenticate");
  const isOwnChallenge = challenge === null || /^bearer\b/i.test(challenge);
  return status === 401 && isOwnChallenge && isObject(parsed(text));
}

function refusalOf(response: PlatformResponse, body: unknown, apiUrl: URL): FluxloopError {
  if (response.status === NETWORK_SIGN_IN) {
    return new PlatformError(
      `The network wants a sign-in before it lets anything through (HTTP ${NETWORK_SIGN_IN} in the place of ` +
        `${apiUrl.host}); open a web page in a browser and sign in there`,
    );
  }
  if (isRejectedByPlatform(response)) return new InvalidKeyError(rejectionOf(body), apiUrl);
  if (response.status === 401) {
    return new PlatformError(
      `A gateway in front of ${apiUrl.host} requires its own sign-in (HTTP 401). Your API key was not checked.`,
    );
  }
  if (response.status === 403 && isObject(body)) {
    return new PermissionDeniedError(textOf(body.required_permission), textsOf(body.permissions));
  }
  if (response.status === 404) return new NotFoundError(`${apiUrl.host} does not know ${response.path}`);
  const detail = isObject(body) ? detailOf(body.detail)?.slice(0, 500) : undefined;
  return new PlatformError(
    `${apiUrl.host} answered ${response.method} ${response.path} with HTTP ${response.status}` +
      (isWebPage(response) ? ` and ${WEB_PAGE}` : !detail ? "" : `: ${detail}`),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function kindOf(response: PlatformResponse): string {
  if (response.text === "") return "an empty body";
  return isWebPage(response) ? WEB_PAGE : "something that cannot be read";
}

function isWebPage({ headers, text }: PlatformResponse): boolean {
  return text !== "" && (/html/i.test(headers.get("content-type") ?? "") || /^\s*<(!doctype|html)/i.test(text));
}

/** FastAPI puts what an error is made of under `detail`, where the code that raises it does not see to it. */
function flattened(body: unknown): unknown {
  return isObject(body) && isObject(body.detail) && !("code" in body) ? { ...body, ...body.detail } : body;
}

function rejectionOf(body: unknown): KeyRejection {
  const code = isObject(body) ? body.code : undefined;
  return REJECTIONS.includes(code as string) ? code as KeyRejection : "invalid_api_key";
}

/** FastAPI's two shapes: a text, or a list of what is wrong with each field. */
function detailOf(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return textOf(detail);
  const parts = detail.filter(isObject).map((it) => {
    const place = Array.isArray(it.loc) ? it.loc.filter(isScalar).join(".") : undefined;
    return [place, textOf(it.msg)].filter((part) => !!part).join(": ");
  }).filter((part) => part !== "");
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** @returns Whether a JSON value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((it) => typeof it === "string") : undefined;
}
