import { redactKeys } from "../../text/mask.ts";
import { escapeMarkup, showControls } from "../../text/markup.ts";

/** Converts a text to HTML: escapes markup, makes control characters visible, and masks keys. */
export function html(text: string): string {
  return escapeMarkup(showControls(redactKeys(text)).replace(/\r(?!\n)/g, "\\x0d"));
}

/** Cuts a text after `limit` characters, but not within a surrogate pair; `rest` is how many were left out. */
export function cut(text: string, limit: number): { readonly head: string; readonly rest: number } {
  if (text.length <= limit) return { head: text, rest: 0 };
  const end = /[\ud800-\udbff]$/.test(text.slice(limit - 1, limit)) ? limit - 1 : limit;
  return { head: text.slice(0, end), rest: text.length - end };
}

/** Formats milliseconds: `0.4 ms`, `87 ms`, `1.25 s`, `2 min 5 s`, `1 h 3 min`. */
export function durationText(duration: number): string {
  if (duration < 999.5) return `${Number(duration.toFixed(duration < 10 ? 1 : 0))} ms`;
  if (duration < 59_950) return `${Number((duration / 1000).toFixed(duration < 10_000 ? 2 : 1))} s`;
  const seconds = Math.round(duration / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${countText(Math.floor(seconds / 3600))} h ${Math.floor(seconds / 60) % 60} min`;
}

/** Formats a whole number with thousands separators: `5,000`. `Intl` would take milliseconds to load. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
