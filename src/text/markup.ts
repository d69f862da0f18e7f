const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for an element or a quoted attribute of HTML or XML. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (it) => ENTITIES[it]);
}

// Control characters except tabs and line ends: XML 1.0 can't contain them (section 2.2), and in HTML they are errors.
// deno-lint-ignore no-control-regex -- matches control characters on purpose
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g;

/** Replaces control characters with visible escapes, such as `\x1b`. */
export function showControls(text: string): string {
  return text.replace(CONTROL, (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
