/**
 * Answers of the embedded platform: JSON with the headers that all of them carry.
 *
 * @module
 */

/** @returns An answer with `body` as JSON, which no cache keeps and no browser takes for anything else. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}

/** @returns An answer that says no more than that it is done. */
export function done(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}

/** A request that is not done: thrown wherever that turns out, and sent as the answer. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /**
   * @param status 400 to 499.
   * @param body What the contract has for this status (OpenAPI document, `components.responses`).
   */
  constructor(
    readonly status: number,
    readonly body: { readonly detail: unknown },
    readonly headers: Record<string, string> = {},
  ) {
    super(`Refused with ${status}`);
  }

  /** @returns The answer. */
  response(): Response {
    return json(this.status, this.body, this.headers);
  }
}
