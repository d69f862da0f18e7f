/**
 * `fluxloop apikeys`, as text and as JSON.
 *
 * @module
 */
import type { ListedKey } from "../api_client/api_keys.ts";
import type { CreatedKey, KeyList } from "../auth/manage_keys.ts";
import { expiryText, UNKNOWN, utcDate, utcTime } from "../text/expiry.ts";
import { tableText } from "./table.ts";
import { printable } from "../text/printable.ts";

/** @returns A table for standard output, the current key marked with `*`; `width` is the terminal's, if there is one. */
export function keysText({ keys, projects, ownId }: KeyList, now: Date, width: number | null): string {
  if (keys.length === 0) return "No API keys that you can manage.\n";
  const names = new Map(projects.map((it) => [it.id, it.name]));
  const rows = keys.map((it) => [
    it.id === ownId ? "*" : "",
    printable(it.id),
    printable(it.name ?? UNKNOWN),
    it.prefix === null ? UNKNOWN : `${printable(it.prefix)}…`,
    it.lastUsedAt === null ? "never" : utcDate(it.lastUsedAt),
    expiryText(it.expiresAt, now),
    scopesText(it, names),
    it.permissions === null ? UNKNOWN : it.permissions.map(printable).join(", ") || "none",
  ]);
  return tableText([["", "ID", "NAME", "API KEY", "LAST USED", "EXPIRES", "SCOPES", "PERMISSIONS"], ...rows], width);
}

function scopesText({ scopes }: ListedKey, names: ReadonlyMap<string, string>): string {
  if (scopes === null) return UNKNOWN;
  if (scopes === "all_projects") return "all projects";
  return scopes.map((id) => printable(names.get(id) ?? id)).join(", ") || "none";
}

/** @returns The JSON document. */
export function keysJson({ keys, ownId }: KeyList): unknown {
  return {
    api_keys: keys.map((it) => ({
      id: it.id,
      name: it.name,
      prefix: it.prefix,
      current: it.id === ownId,
      created_at: it.createdAt && utcTime(it.createdAt),
      expires_at: it.expiresAt instanceof Date ? utcTime(it.expiresAt) : null,
      last_used_at: it.lastUsedAt && utcTime(it.lastUsedAt),
      scopes: it.scopes,
      permissions: it.permissions,
    })),
  };
}

/** @returns The text about a new key for standard error: only the key itself goes to standard output. */
export function createdText({ name, login }: CreatedKey): string {
  const title = `"${printable(name)}"`;
  if (login === null) return `✅ Created key ${title}. It is shown only once:\n`;
  return `✅ Created key ${title} and saved it to profile ${login.profile}\n`;
}

/** @returns The JSON document; with the whole key where that was not saved. */
export function createdJson({ id, name, key, login }: CreatedKey): unknown {
  const saved = login === null ? { api_key: key } : { masked: login.maskedKey, profile: login.profile };
  return { id, name, saved: login !== null, ...saved };
}

/** @returns The text for standard output. */
export function deletedText({ name, id }: ListedKey): string {
  return `✅ Deleted key ${printable(name ?? id)}\n`;
}
