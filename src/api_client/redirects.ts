/**
 * Follows redirects within one origin, so that a key or an input isn't sent to another server.
 *
 * @module
 */

const REDIRECT_LIMIT = 5;

/** A redirect isn't followed. */
export class RedirectError extends Error {
  /** @param target The origin that isn't allowed, empty for a URL without a host; `null` for too many redirects. */
  constructor(readonly target: string | null) {
    super("The redirect isn't followed");
  }
}

/**
 * Sends a request and follows its redirects.
 *
 * @param method Redirects that don't keep the method are followed only for GET (RFC 9110, section 15.4).
 * @param isAllowed Which redirects are followed; only a request without secrets may leave its origin.
 * @returns The first response that isn't a redirect.
 * @throws {RedirectError} When a redirect isn't allowed, or there are too many.
 */
export async function followRedirects<R extends Pick<Response, "status" | "headers"> & Partial<Pick<Response, "body">>>(
  first: URL,
  method: string,
  send: (url: URL) => Promise<R>,
  isAllowed = (next: URL) => next.origin === first.origin,
): Promise<R> {
  const followed = method === "GET" ? [301, 302, 303, 307, 308] : [307, 308];
  let url = first;
  for (let count = 0;; count++) {
    const response = await send(url);
    const location = response.headers.get("location");
    const next = followed.includes(response.status) && location !== null ? URL.parse(location, url) : null;
    if (next === null) return response;
    await response.body?.cancel();
    if (!isAllowed(next)) throw new RedirectError(next.host && `${next.protocol}//${next.host}`);
    if (count === REDIRECT_LIMIT) throw new RedirectError(null);
    url = next;
  }
}
