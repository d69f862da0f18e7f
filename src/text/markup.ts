/**
 * Text in HTML and XML.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** @returns The text as the content of an element, or between an attribute's quotes (HTML standard, section 13.3). */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (it) => ENTITIES[it]);
}

// Tabs and line ends stay. XML 1.0 can't hold the others at all (section 2.2), and HTML turns them into errors.
// deno-lint-ignore no-control-regex -- these are what must not be there
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g;

/** @returns The text with control characters written out, such as `\x1b`. */
export function showControls(text: string): string {
  return text.replace(CONTROL, (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
