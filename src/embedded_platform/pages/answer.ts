/**
 * Answers of the embedded platform's pages: documents, redirects, and the headers that keep them to themselves.
 *
 * @module
 */
import type { Html } from "./html.ts";

/**
 * Nothing runs and nothing is loaded but the style sheet and the icon, nobody else frames these pages, and their forms go
 * nowhere else (CSP level 3).
 */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // With "no-referrer", browsers would not tell where a form comes from either.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** @returns A page. */
export function page(status: number, document: Html, headers: Record<string, string> = {}): Response {
  const type = { "content-type": "text/html; charset=utf-8" };
  return new Response(document.markup, { status, headers: { ...HEADERS, ...type, ...headers } });
}

/** @returns A file that pages load. */
export function asset(type: string, text: string): Response {
  return new Response(text, { headers: { ...HEADERS, "content-type": type } });
}

/** @returns An answer that sends the browser to another page with GET, whatever it came with. */
export function redirect(path: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, location: path, ...headers } });
}
