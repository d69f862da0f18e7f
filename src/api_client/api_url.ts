/**
 * The API URL: what may be one, and what follows from it (design: "Where the key comes from").
 *
 * @module
 */
import { UsageError } from "../errors.ts";

/** Where the hosted platform is. */
export const DEFAULT_API_URL = "https://api.fluxloop.ai";

/**
 * Reads an API URL.
 *
 * @param text What was given: https, or http to this machine itself; a path is allowed, a password, query or fragment
 * is not.
 * @param origin Who gave it, as a person knows it: `--api-url`, `FLUXLOOP_API_URL`, `profile "dev"`.
 * @returns The URL, its path without a slash at the end.
 * @throws {UsageError} When it is none, or one to which a key must not go.
 */
export function parseApiUrl(text: string, origin: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`${origin} is not a URL; expected something like ${DEFAULT_API_URL}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new UsageError(`${origin} must start with https://, not with ${url.protocol}//`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new UsageError(`${origin} must hold no user name, password, query or fragment`);
  }
  if (url.protocol === "http:" && !isLoopback(url)) {
    throw new UsageError(`${origin} would send your key over plain http to ${url.host}; use https://${url.host}`);
  }
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** @returns Whether the URL's host is this machine itself, which no proxy and no network lies in front of. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  // Names below `localhost` are resolved like any other on most systems, and may lead anywhere.
  return host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** @returns The URL as it is written down and shown: without a slash at the end. */
export function apiUrlText(apiUrl: URL): string {
  return apiUrl.href.replace(/\/+$/, "");
}

/**
 * @param apiUrl The API URL in use.
 * @param path Such as `/settings/api-keys`.
 * @returns A page's address: of an API at `api.<x>` it is at `app.<x>`, any other host has its own pages.
 */
export function pageUrl(apiUrl: URL, path: string): string {
  const page = new URL(path, apiUrl);
  if (page.hostname.startsWith("api.")) page.hostname = `app.${page.hostname.slice("api.".length)}`;
  return page.href;
}
