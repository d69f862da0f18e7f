/**
 * What is sent to the embedded platform, read with care.
 *
 * @module
 */
import { Refusal } from "./answers.ts";
import type { FieldError, SentenceError, ValidationError } from "./contract.ts";

/** The most that is read of a usual request, in bytes. */
const SIZE_LIMIT = 64 * 1024;

/**
 * @param request A request with a JSON object for a body.
 * @param limit The most that is read of it, in bytes.
 * @returns The object.
 * @throws {Refusal} 413, 415 or 422.
 */
export async function readObject(request: Request, limit = SIZE_LIMIT): Promise<Record<string, unknown>> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get("content-type") ?? "")) {
    throw new Refusal(415, { detail: "The body must be application/json" } satisfies SentenceError);
  }
  const value = parsed(await readText(request, limit));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid([{ loc: ["body"], msg: "A JSON object belongs here" }]);
  }
  return value as Record<string, unknown>;
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
