/**
 * Shared parts of all pages: the document around them, their headers, forms and boxes.
 *
 * @module
 */
import { type Markup, markup, type Part } from "./markup.ts";
import type { PageSession } from "./sessions.ts";

/** The paths of the pages and of the files they load. */
export const PATHS = {
  keys: "/settings/api-keys",
  connect: "/connect",
  signIn: "/sign-in",
  signOut: "/sign-out",
  style: "/style.css",
  icon: "/icon.svg",
} as const;

const NAVIGATION = [
  { path: PATHS.keys, label: "API keys" },
  { path: PATHS.connect, label: "Connect a program" },
];

const HEADERS = {
  "cache-control": "no-store",
  // No scripts, nothing from other hosts, no frames, and no forms that are sent elsewhere (CSP level 3).
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  // With "no-referrer", browsers wouldn't send the origin of a form.
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** A page's content. */
export interface PageContent {
  readonly title: string;
  readonly body: Markup;
  /** The session, if the user is signed in. */
  readonly session?: PageSession;
  /** The page's entry in the navigation. */
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly isNarrow?: boolean;
}

/** Returns a page, with the session's notice. */
export function page({ title, body, session, path, status, headers, isNarrow }: PageContent): Response {
  const notice = session?.notice && markup`<div class="notice" role="status"><p>${session.notice}</p></div>`;
  if (session) session.notice = null;
  const document = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title} · FluxLoop on this machine</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${PATHS.style}">
<link rel="icon" type="image/svg+xml" href="${PATHS.icon}">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar"><div>
<span class="brand"><img src="${PATHS.icon}" alt="">FluxLoop <small>on this machine</small></span>
${session && navigation(session, path)}
</div></header>
<main id="content"${isNarrow && markup` class="narrow"`}>
${notice}${body}
</main>
</body>
</html>
`;
  return asset("text/html; charset=utf-8", document.html, status, headers);
}

/** Returns a page with one box. `heading` is the title unless given. */
export function cardPage({ heading, ...content }: PageContent & { readonly heading?: string }): Response {
  const { title, body } = content;
  return page({
    ...content,
    isNarrow: true,
    body: markup`<div class="card"><h1>${heading ?? title}</h1>${body}</div>`,
  });
}

/** Returns a page with one sentence. */
export function messagePage(status: number, title: string, text: string, more: Partial<PageContent> = {}): Response {
  return cardPage({ title, body: markup`<p>${text}</p>`, status, ...more });
}

/** Returns a file. */
export function asset(type: string, text: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { ...HEADERS, "content-type": type, ...headers } });
}

/** Redirects the browser to another page, which it requests with GET. */
export function redirect(path: string, headers: Record<string, string> = {}): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, location: path, ...headers } });
}

function navigation(session: PageSession, path: string | undefined): Markup {
  const links = NAVIGATION.map((it) =>
    markup`<a href="${it.path}"${it.path === path && markup` aria-current="page"`}>${it.label}</a>`
  );
  const signOut = form(session, PATHS.signOut, markup`<button class="quiet small">Sign out</button>`);
  return markup`<nav aria-label="Pages">${links}</nav>${signOut}`;
}

/** Returns a form, with the token that shows that it comes from one of this session's own pages. */
export function form({ formToken }: PageSession, action: string, content: Part): Markup {
  return markup`<form method="post" action="${action}">
<input type="hidden" name="form_token" value="${formToken}">
${content}
</form>`;
}

/** Returns a text field with its label, additional `attributes` and, if its value is invalid, the error. */
export function textField(name: string, label: string, attributes: Part, error: string | null | undefined): Markup {
  const invalid = error && markup` aria-invalid="true" aria-describedby="${name}-error"`;
  return markup`<div class="field"><label for="${name}">${label}</label>
<input type="text" id="${name}" name="${name}" required autocomplete="off"${attributes}${invalid}>
${errorText(name, error)}</div>`;
}

/** Returns the error of a field. */
export function errorText(name: string, error: string | null | undefined): Part {
  return error && markup`<span class="error" id="${name}-error">${error}</span>`;
}
