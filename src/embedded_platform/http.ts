/**
 * Requests and responses of the embedded platform. Bodies are limited in size and checked against the contract; errors are
 * exceptions.
 *
 * @module
 */
import contract from "../../contract/openapi.json" with { type: "json" };
import type { components } from "../api_client/openapi_types.ts";
import type { KeyRejection } from "../errors.ts";
import { extentOf } from "../text/json.ts";
import { SchemaDocument, type SchemaError } from "../text/json_schema.ts";

/** The schemas of `contract/openapi.json`. */
export type Schemas = components["schemas"];
type FieldError = Schemas["FieldError"];

/** The largest body of most requests, in bytes. */
const SIZE_LIMIT = 64 * 1024;
/** How deeply a body may be nested. */
const DEPTH_LIMIT = 100;
const SCHEMAS = new SchemaDocument(contract, { "date-time": isDateTime });
const REJECTIONS: Record<KeyRejection, string> = {
  invalid_api_key: "The API key is not valid",
  expired_api_key: "The API key has expired",
  revoked_api_key: "The API key has been revoked",
};
const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** An error that is sent as a response. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly body: { readonly detail: string | readonly FieldError[] };

  /** @param body The body that the contract declares for this status, or only its `detail`. */
  constructor(
    readonly status: number,
    body: string | HttpError["body"],
    readonly headers: Record<string, string> = {},
  ) {
    super(`HTTP ${status}`);
    this.body = typeof body === "string" ? { detail: body } : body;
  }

  response(): Response {
    return json(this.status, this.body, this.headers);
  }
}

/** Returns a response with `body` as JSON, or an empty one if it's undefined. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  if (body === undefined) return new Response(null, { status, headers: HEADERS });
  const type = { "content-type": "application/json; charset=utf-8" };
  return new Response(JSON.stringify(body), { status, headers: { ...type, ...HEADERS, ...headers } });
}

/** Returns a 401 error. */
export function unauthorized(code: KeyRejection, detail = REJECTIONS[code]): HttpError {
  const body: Schemas["UnauthorizedError"] = { code, detail };
  return new HttpError(401, body, { "www-authenticate": "Bearer" });
}

/** Returns a 422 error with one entry for each invalid value. */
export function invalid(...errors: readonly FieldError[]): HttpError {
  return new HttpError(422, { detail: errors });
}

/**
 * Reads a JSON body.
 *
 * @param schema A JSON pointer to a schema of the contract.
 * @param limit The largest body, in bytes.
 */
export async function readBody<T>(request: Request, schema: string, limit?: number): Promise<T> {
  requireType(request, "application/json");
  const text = await readText(request, limit);
  try {
    return requireValid<T>(JSON.parse(text), schema);
  } catch (error) {
    throw error instanceof SyntaxError ? invalid({ loc: ["body"], msg: "must be JSON" }) : error;
  }
}

/** Reads the fields of an HTML form. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  requireType(request, "application/x-www-form-urlencoded");
  return new URLSearchParams(await readText(request));
}

/** Checks a value against a schema of the contract. @throws {HttpError} 422, with every value that doesn't match. */
export function requireValid<T>(value: unknown, schema: string): T {
  if (extentOf(value).depth > DEPTH_LIMIT) throw invalid({ loc: ["body"], msg: "is nested too deeply" });
  const errors = SCHEMAS.errors(value, schema);
  if (errors.length > 0) throw invalid(...errors.slice(0, 100).map(fieldError));
  return value as T;
}

function fieldError({ path, keyword, message, schema }: SchemaError): FieldError {
  const loc = ["body", ...path];
  if (keyword === "enum") return { loc, msg: `must be one of ${(schema.enum as unknown[]).join(", ")}` };
  const isVague = (keyword === "pattern" || keyword === "oneOf") && schema.description !== undefined;
  return { loc, msg: isVague ? `must be: ${schema.description}` : message };
}

/** Checks a timestamp (RFC 3339), up to the year 9999. */
function isDateTime(text: string): boolean {
  const isComplete = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(text);
  return isComplete && Date.parse(text) < Date.UTC(10_000, 0);
}

function requireType(request: Request, type: string): void {
  const [found] = (request.headers.get("content-type") ?? "").split(";");
  if (found.trim().toLowerCase() !== type) throw new HttpError(415, `The body must be ${type}`);
}

async function readText(request: Request, limit = SIZE_LIMIT): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new HttpError(413, `The body is larger than ${limit / 1024} KiB`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}
