/**
 * HTML templates that escape everything put into them.
 *
 * @module
 */
import { escapeMarkup } from "../../text/markup.ts";

/** HTML that is inserted as it is. */
export class Markup {
  constructor(readonly html: string) {}
}

/** A part of a template: text, which is escaped; markup; a list of parts; or nothing. */
export type Part = string | number | Markup | readonly Part[] | null | undefined | false;

/** A template: `` markup`<p>${text}</p>` ``. Attribute values need double quotes. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(literals.reduce((html, literal, index) => html + htmlOf(parts[index - 1]) + literal));
}

function htmlOf(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Markup) return part.html;
  if (typeof part === "object") return part.map(htmlOf).join("");
  return escapeMarkup(String(part));
}
