/**
 * The platform's API URL.
 *
 * @module
 */
import { UsageError } from "../errors.ts";

/** The hosted platform. */
export const DEFAULT_API_URL = "https://api.fluxloop.ai";

/**
 * Reads an API URL: https, or http on loopback. It may have a path, but no password, query or fragment.
 *
 * @param origin Where it comes from, such as `--api-url` or `profile "dev"`.
 * @returns The URL without a slash at the end of its path.
 * @throws {UsageError} When it isn't one, or a key must not be sent there.
 */
export function parseApiUrl(text: string, origin: string): URL {
  const url = URL.parse(text);
  if (url === null) throw new UsageError(`${origin} isn't a valid URL. Use a URL like ${DEFAULT_API_URL}.`);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new UsageError(`${origin} must start with https://, not ${url.protocol}//`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new UsageError(`${origin} must not contain a user name, password, query or fragment`);
  }
  if (url.protocol === "http:" && !isLoopback(url)) {
    throw new UsageError(`${origin} would send your key over plain http to ${url.host}. Use https://${url.host}.`);
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Tells whether the URL's host is this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  // Not names below `localhost`, which most systems resolve like any other name.
  return host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Returns the URL without a trailing slash, as it is saved and shown. */
export function apiUrlText(apiUrl: URL): string {
  return apiUrl.href.replace(/\/+$/, "");
}

/** Returns the URL of a page such as `/settings/api-keys`. An API at `api.<x>` has its pages at `app.<x>`. */
export function pageUrl(apiUrl: URL, path: string): string {
  const page = new URL(path, apiUrl);
  if (page.hostname.startsWith("api.")) page.hostname = `app.${page.hostname.slice("api.".length)}`;
  return page.href;
}
