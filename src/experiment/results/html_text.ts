/**
 * Texts as HTML holds them. Whatever an agent or a configuration says goes through here: none of it is ever markup.
 *
 * @module
 */
import { redactKeys } from "../../text/mask.ts";

const MARKUP: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
// A line end and a tab are what they are; HTML has no way to hold the other control characters.
// deno-lint-ignore no-control-regex -- these are what must not be there
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|\r(?!\n)/g;

/**
 * @param text Any text.
 * @returns It as the content of an element or between an attribute's quotes, control characters as `\x1b`, keys masked.
 */
export function html(text: string): string {
  return redactKeys(text)
    .replace(CONTROL, (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replace(/[&<>"']/g, (it) => MARKUP[it]);
}

/**
 * @param text Any text.
 * @param limit The most characters to keep.
 * @returns Its first characters, no character cut in two, and how many were left out.
 */
export function cut(text: string, limit: number): { readonly head: string; readonly rest: number } {
  if (text.length <= limit) return { head: text, rest: 0 };
  const splits = /[\ud800-\udbff]$/.test(text.slice(limit - 1, limit)) ? limit - 1 : limit;
  return { head: text.slice(0, splits), rest: text.length - splits };
}

/** @returns A span of time as people read it: `0`, `0.4 ms`, `87 ms`, `1.25 s`, `2 min 05 s`. `duration` is in milliseconds. */
export function durationText(duration: number): string {
  if (duration === 0) return "0";
  if (duration < 10) return `${Number(duration.toFixed(1))} ms`;
  if (duration < 1000) return `${Math.round(duration)} ms`;
  if (duration < 59_950) return `${Number((duration / 1000).toFixed(duration < 10_000 ? 2 : 1))} s`;
  const seconds = Math.round(duration / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

/** @returns A whole number with its thousands apart: `5,000`. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
