/**
 * What stands around each of the embedded platform's pages.
 *
 * @module
 */
import { Html, html, type Part } from "./html.ts";
import type { PageSession } from "./page_sessions.ts";

/** Where the pages are. */
export const PATHS = {
  keys: "/settings/api-keys",
  connect: "/connect",
  signIn: "/sign-in",
  signOut: "/sign-out",
  style: "/style.css",
  icon: "/icon.svg",
} as const;

/** What a page is made of. */
export interface PageContent {
  readonly title: string;
  readonly body: Html;
  /** Who is signed in; `null` where nobody is. */
  readonly session: PageSession | null;
  /** The page's place in the navigation. */
  readonly place?: string;
  /** Whether the page is one small form. */
  readonly isNarrow?: boolean;
}

const PLACES = [
  { path: PATHS.keys, label: "API keys" },
  { path: PATHS.connect, label: "Connect a program" },
];

/** @returns A whole document. */
export function layout({ title, body, session, place, isNarrow }: PageContent): Html {
  return html`
    <!doctype html>
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
        <header class="bar">
          <div>
    <span class="brand"><img src="${PATHS.icon}" alt="">FluxLoop <small>on this machine</small></span>
    ${session && navigation(session, place)}
          </div>
        </header>
        <main id="content" ${isNarrow
          ? html`
            class="narrow"
          `
          : ""}>
    ${body}
        </main>
      </body>
    </html>
  `;
}

function navigation(session: PageSession, place: string | undefined): Html {
  const links = PLACES.map(({ path, label }) =>
    html`
      <a href="${path}" ${path === place && html`
        aria-current="page"
      `}>${label}</a>
    `
  );
  return html`<nav aria-label="Pages">${links}</nav>
<form method="post" action="${PATHS.signOut}">${
    formToken(session)
  }<button class="quiet small">Sign out</button></form>`;
}

/** @returns What the page before has to say. */
export function noticeBox(notice: string): Html {
  return html`
    <div class="notice" role="status">
      <p>${notice}</p>
    </div>
  `;
}

/** @returns The hidden field by which a form is known for one of this session's own. */
export function formToken({ formToken }: PageSession): Html {
  return html`<input type="hidden" name="form_token" value="${formToken}">`;
}

/** @returns A page that says one thing. */
export function messagePage(title: string, text: Part, session: PageSession | null = null): Html {
  const body = html`
    <div class="card">
      <h1>${title}</h1>
      <p>${text}</p>
    </div>
  `;
  return layout({ title, body, session, isNarrow: true });
}
