/**
 * Forms that were sent to the embedded platform's pages.
 *
 * @module
 */
import { Refusal } from "../answers.ts";
import type { SentenceError } from "../contract.ts";
import { readText } from "../request_body.ts";

/** A form's fields; those that are not there are empty. */
export class Form {
  readonly #fields: URLSearchParams;

  constructor(fields: URLSearchParams) {
    this.#fields = fields;
  }

  /** @returns A field's value. */
  get(name: string): string {
    return this.#fields.get(name) ?? "";
  }

  /** @returns The values of a field that may be there several times. */
  all(name: string): string[] {
    return this.#fields.getAll(name);
  }
}

/**
 * @param request With a form for a body.
 * @throws {Refusal} 413 or 415.
 */
export async function readForm(request: Request): Promise<Form> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
    throw new Refusal(415, { detail: "The body must be a form" } satisfies SentenceError);
  }
  return new Form(new URLSearchParams(await readText(request)));
}
