/**
 * What is sent to the embedded platform: bounded in size, and checked against the contract.
 *
 * @module
 */
import contract from "../../contract/openapi.json" with { type: "json" };
import { extentOf } from "../text/json.ts";
import { SchemaDocument, type SchemaError } from "../text/json_schema.ts";
import { Refusal } from "./answers.ts";
import type { FieldError, SentenceError, ValidationError } from "./contract.ts";

/** The most that is read of a usual request, in bytes. */
const SIZE_LIMIT = 64 * 1024;
/** How deep a body may be nested. */
const DEPTH_LIMIT = 100;
const SCHEMAS = new SchemaDocument(contract);

/**
 * Reads a JSON body.
 *
 * @typeParam T The type of `schema`.
 * @param schema A JSON pointer to a schema of the contract.
 * @param limit The most that is read of it, in bytes.
 * @throws {Refusal} 413, 415 or 422.
 */
export async function readBody<T>(request: Request, schema: string, limit = SIZE_LIMIT): Promise<T> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "")) {
    throw new Refusal(415, { detail: "The body must be application/json" } satisfies SentenceError);
  }
  return requireValid<T>(parsed(await readText(request, limit)), schema);
}

/**
 * @typeParam T The type of `schema`.
 * @param schema A JSON pointer to a schema of the contract.
 * @returns The value.
 * @throws {Refusal} 422, with everything that doesn't match.
 */
export function requireValid<T>(value: unknown, schema: string): T {
  if (value === undefined) throw invalid([{ loc: ["body"], msg: "must be JSON" }]);
  if (extentOf(value).depth > DEPTH_LIMIT) throw invalid([{ loc: ["body"], msg: "is nested too deeply" }]);
  const errors = SCHEMAS.errors(value, schema);
  if (errors.length > 0) throw invalid(errors.slice(0, 100).map(fieldError));
  return value as T;
}

function fieldError({ path, keyword, message, schema }: SchemaError): FieldError {
  const loc = ["body", ...path];
  if (keyword === "enum") return { loc, msg: `must be one of ${(schema.enum as unknown[]).join(", ")}` };
  const isVague = (keyword === "pattern" || keyword === "oneOf") && schema.description !== undefined;
  return { loc, msg: isVague ? `must be: ${schema.description}` : message };
}

/** @returns A refusal that says what is wrong with what was sent. */
export function invalid(errors: readonly FieldError[]): Refusal {
  return new Refusal(422, { detail: [...errors] } satisfies ValidationError);
}

/**
 * @returns The body, at most `limit` bytes of it.
 * @throws {Refusal} 413.
 */
export async function readText(request: Request, limit = SIZE_LIMIT): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) {
      throw new Refusal(413, { detail: `The body is larger than ${limit / 1024} KiB` } satisfies SentenceError);
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(await new Blob(chunks).arrayBuffer());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
