/**
 * HTML, put together so that whatever varies in it is text and never markup.
 *
 * @module
 */
import { escapeMarkup } from "../../text/markup.ts";

/** Markup that may stand in a page as it is. Made by {@linkcode html} alone. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What may stand in a template: text, which is escaped; markup; several of them; nothing. */
export type Part = string | number | Html | readonly Part[] | null | undefined | false;

/**
 * A template of markup: `` html`<p>${text}</p>` ``. Attributes stand in double quotes.
 *
 * @returns The markup, in which every text that was put in is escaped (HTML standard, section 13.3).
 */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.reduce((markup, literal, index) => markup + markupOf(parts[index - 1]) + literal));
}

function markupOf(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.markup;
  if (typeof part === "string" || typeof part === "number") return escapeMarkup(String(part));
  return part.map(markupOf).join("");
}
